"""Reading beside the transaction of a deed.

A transaction that writes holds SQLite's one write lock from its first query on. What is read before slow work (a form of
six photos, a password hash) must not be that first query.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from clozette.kernel import database
from clozette.kernel.prepared import Prepared

Statement = sa.Select[*tuple[Any, ...]] | Prepared


def rows(statement: Statement, given: dict[str, Any] | None = None) -> Sequence[Any]:
    """Return the rows of ``statement``: in the request's own transaction if it only reads, else in one of their own."""
    if database.is_reading():
        return _ask(database.reader(), statement, given, alone=False)
    with database.beside() as connection:
        return _ask(connection, statement, given, alone=True)


def _ask(
    connection: sa.Connection, statement: Statement, given: dict[str, Any] | None, *, alone: bool
) -> Sequence[Any]:
    if isinstance(statement, Prepared):
        return statement.rows(connection, given or {}, alone=alone)
    return connection.execute(statement, given).all()
