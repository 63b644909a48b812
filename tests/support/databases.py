"""The two databases under test: the schema is made once a worker, and the rows of a test are gone after it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from flask import Flask

from clozette.kernel import migrations, tasks
from clozette.kernel.database import Model, db
from clozette.settings import ROOT
from tests.support import postgres

ENGINES = ("sqlite", "postgresql")


class Database(Protocol):
    """One database that can be put back to how it was when the schema was new."""

    url: str

    def remember(self) -> None:
        """Keep the present state as the one to go back to."""

    def restore(self) -> None:
        """Go back to the remembered state."""


class SqliteDatabase:
    """A file; put back page by page through SQLite's own backup, so that open connections stay good.

    A backup counts the schema's version up, and every connection would then read the schema and compile its statements
    again. Unless a test changed the schema, the number is put back with the rest. The connection that does it stays, and
    is told by SQLite whether anybody else wrote since: after most tests nobody did.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self._template = sqlite3.connect(":memory:", check_same_thread=False)
        self._own = sqlite3.connect(path, timeout=10, check_same_thread=False)
        # Hundreds of tables take a page each at least: small pages make a small file, which is soon put back.
        self._own.executescript("PRAGMA synchronous=OFF; PRAGMA page_size=1024; VACUUM")
        self._schema = self._seen = 0

    def remember(self) -> None:
        """Copy the file into memory."""
        self._own.backup(self._template)
        self._note()

    def restore(self) -> None:
        """Copy it back."""
        if self._pragma("data_version") == self._seen:
            return
        found = self._pragma("schema_version")
        self._template.backup(self._own)
        if found == self._schema:  # else somebody may know another schema by a number in between: none is used again
            self._own.execute(f"PRAGMA schema_version = {found}")
        self._note()

    def close(self) -> None:
        """End the connection."""
        self._own.close()

    def _note(self) -> None:
        self._schema, self._seen = self._pragma("schema_version"), self._pragma("data_version")

    def _pragma(self, name: str) -> int:
        (value,) = self._own.execute(f"PRAGMA {name}").fetchone()
        return int(value)


class PostgresDatabase:
    """A database; what was not there at the start is deleted, foreign keys and triggers asleep.

    A function of the database does it, called on one connection that stays: it then plans its statements once, and asks
    an empty table next to nothing.
    """

    def __init__(self, server: postgres.Server) -> None:
        self.url = server.url(server.create_database())
        self._engine = sa.create_engine(self.url, pool_size=1, pool_pre_ping=True, isolation_level="AUTOCOMMIT")
        self._seen: str | None = None

    def remember(self) -> None:
        """Note which tables are empty now, and the keys of what migrations put into the others."""
        with self._engine.begin() as connection:
            tables = [
                (schema, name)
                for schema in sa.inspect(connection).get_schema_names()
                if schema != "information_schema"
                for name in sa.inspect(connection).get_table_names(schema)
            ]
            connection.exec_driver_sql("CREATE SCHEMA remembered")
            deletes = "".join(_delete_what_comes(connection, *table) for table in tables)
            connection.exec_driver_sql(
                f"CREATE FUNCTION remembered.restore() RETURNS text LANGUAGE plpgsql "
                f"SET session_replication_role = replica "
                f"AS $$ BEGIN {deletes} RETURN pg_current_xact_id_if_assigned()::xid; END $$"
            )

    def restore(self) -> None:
        """Empty them in one round trip, unless nobody committed anything since."""
        with self._engine.connect() as connection:
            last = connection.exec_driver_sql("SELECT (pg_last_committed_xact()).xid::text").scalar()
            if last is None or last != self._seen:
                self._seen = connection.exec_driver_sql("SELECT remembered.restore()").scalar() or last

    def close(self) -> None:
        """End the connection."""
        self._engine.dispose()


def create_schema(app: Flask) -> None:
    """Make the tables: by the migrations where there are any, from the models until then."""
    with app.app_context():
        if any((ROOT / "migrations" / "versions").glob("*.py")):
            migrations.upgrade(app)
        else:
            with db.get_engine("write").begin() as connection:
                Model.metadata.create_all(connection)
    tasks.create_tables(app)


@contextmanager
def open_database(engine: str, folder: Path) -> Iterator[Database]:
    """Give an empty database of one kind (``sqlite`` or ``postgresql``)."""
    if engine == "sqlite":
        file = SqliteDatabase(folder / "clozette.db")
        yield file
        file.close()
        return
    with postgres.server() as server:
        database = PostgresDatabase(server)
        yield database
        database.close()


def _delete_what_comes(connection: sa.Connection, schema: str, name: str) -> str:
    """Return the statement that deletes all but the table's present rows."""
    table, kept = f'"{schema}"."{name}"', f'remembered."{schema}_{name}"'
    keys = ", ".join(
        f'"{key}"' for key in sa.inspect(connection).get_pk_constraint(name, schema)["constrained_columns"]
    )
    if not keys or not connection.scalar(sa.text(f"SELECT EXISTS (SELECT 1 FROM {table})")):
        return "" if not keys else f"IF EXISTS (SELECT 1 FROM {table}) THEN DELETE FROM {table}; END IF;"
    connection.exec_driver_sql(f"CREATE TABLE {kept} AS SELECT {keys} FROM {table}")
    return f"DELETE FROM {table} WHERE ({keys}) NOT IN (SELECT {keys} FROM {kept});"
