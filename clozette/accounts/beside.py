"""Reading beside the transaction of a deed.

A transaction that writes holds SQLite's one write lock from its first query on. What is read before slow work (a form of
six photos, a password hash) must not be that first query.
"""

from collections.abc import Sequence
from typing import Any

from clozette.kernel import database
from clozette.kernel.database import db
from clozette.kernel.prepared import Prepared


def rows(statement: Prepared, given: dict[str, Any]) -> Sequence[Any]:
    """Return the rows of ``statement``: in the request's own transaction if it only reads, else in one of their own."""
    if database.is_reading():
        return statement.rows(database.reader(), given)
    with db.get_engine("default").connect() as connection:
        return statement.rows(connection, given)
