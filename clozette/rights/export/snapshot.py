"""One moment of the database, for as long as an archive takes: what others write meanwhile can't tear it (90)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import sqlalchemy as sa
from flask import current_app, g

from clozette.kernel import database

Row = Mapping[str, Any]
AT_ONCE = 500
"""How many rows are held in memory."""


@contextmanager
def taken() -> Iterator[sa.Connection]:
    """Give a connection that reads one moment of the database and never writes; ``db.session`` reads by it meanwhile.

    SQLite's readers see the moment of their first read (WAL); PostgreSQL's do under REPEATABLE READ.
    """
    with current_app.app_context():
        g.reading_only = True
        connection = database.reader()
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.execute(sa.text("SELECT 1 FROM privacy_subjects LIMIT 1"))  # the moment is now
        yield connection


def rows(connection: sa.Connection, wanted: sa.Select[*tuple[Any, ...]]) -> Iterator[Row]:
    """Yield rows a few hundred at a time, from a cursor of the server's where there is one."""
    with connection.execute(wanted, execution_options={"yield_per": AT_ONCE}) as result:
        for row in result.mappings():
            yield cast("Row", row)
