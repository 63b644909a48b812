"""Reading beside the transaction of a deed.

A transaction that writes holds SQLite's one write lock from its first query on. What is read before slow work (a form of
six photos, a password hash) must not be that first query.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from clozette.kernel import database
from clozette.kernel.database import db


def rows(
    statement: sa.Select[*tuple[Any, ...]], given: dict[str, Any] | None = None
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return the rows of ``statement``: in the request's own transaction if it only reads, else in one of their own."""
    if database.is_reading():
        return database.reader().execute(statement, given).all()
    with db.get_engine("default").connect() as connection:
        return connection.execute(statement, given).all()
