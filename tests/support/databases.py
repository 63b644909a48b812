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
    again. Unless a test changed the schema, the number is put back with the rest.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self._template = sqlite3.connect(":memory:", check_same_thread=False)
        self._version = 0

    def remember(self) -> None:
        """Copy the file into memory."""
        with _closing(self.path) as connection:
            connection.backup(self._template)
            self._version = _schema_version(connection)

    def restore(self) -> None:
        """Copy it back."""
        with _closing(self.path) as connection:
            found = _schema_version(connection)
            self._template.backup(connection)
            if found == self._version:
                connection.execute(f"PRAGMA schema_version = {found}")
            else:  # somebody may know another schema by a number in between: none of them is used again
                self._version = _schema_version(connection)


class PostgresDatabase:
    """A database; what was not there at the start is deleted, foreign keys and triggers asleep.

    A function of the database does it, called on one connection that stays: it then plans its statements once, and asks
    an empty table next to nothing.
    """

    def __init__(self, server: postgres.Server) -> None:
        self.url = server.url(server.create_database())
        self._engine = sa.create_engine(self.url, pool_size=1, pool_pre_ping=True, isolation_level="AUTOCOMMIT")

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
                f"CREATE FUNCTION remembered.restore() RETURNS void LANGUAGE plpgsql "
                f"SET session_replication_role = replica AS $$ BEGIN {deletes} END $$"
            )

    def restore(self) -> None:
        """Empty them in one round trip."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("SELECT remembered.restore()")

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
        yield SqliteDatabase(folder / "clozette.db")
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


def _schema_version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA schema_version").fetchone()
    return int(version)


@contextmanager
def _closing(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=10)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        yield connection
    finally:
        connection.close()
