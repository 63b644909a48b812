"""Append-only in the database itself: triggers that refuse UPDATE, DELETE, TRUNCATE and SQLite's INSERT OR REPLACE.

``attach`` ties them to ``create_all``; a migration has the statements of ``create`` written out.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from clozette.kernel.database import REFUSES_KNOWN

_REFUSE = (
    "CREATE OR REPLACE FUNCTION privacy_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', "
    "MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
)


def create(table: str, key: str, dialect: str, uniques: Iterable[Sequence[str]] = ()) -> list[str]:
    """Return the statements that make ``table``, whose primary key is ``key``, append-only.

    :param uniques: the columns of its other unique constraints: SQLite's INSERT OR REPLACE would delete by those too.
    """
    return _sqlite(table, [[key], *uniques]) if dialect == "sqlite" else _postgresql(table)


def attach(metadata: sa.MetaData, tables: Iterable[str]) -> None:
    """Make ``create_all`` add the triggers of ``tables`` too."""
    for name in tables:
        metadata.tables[name].info[REFUSES_KNOWN] = True
        sa.event.listen(metadata.tables[name], "after_create", _after_create)


def _after_create(table: sa.Table, connection: sa.Connection, **_: object) -> None:
    (key,) = table.primary_key.columns.keys()
    uniques = [
        constraint.columns.keys() for constraint in table.constraints if isinstance(constraint, sa.UniqueConstraint)
    ]
    run(connection, create(table.name, key, connection.dialect.name, sorted(uniques)))


def attach_unchanging(metadata: sa.MetaData, table: str) -> None:
    """Make ``create_all`` add a trigger that refuses UPDATE alone: rows go with their member, and never change."""
    sa.event.listen(metadata.tables[table], "after_create", _after_create_unchanging)


def _after_create_unchanging(table: sa.Table, connection: sa.Connection, **_: object) -> None:
    run(connection, create_unchanging(table.name, connection.dialect.name))


def create_unchanging(table: str, dialect: str) -> list[str]:
    """Return the statements that refuse to change a row of ``table``."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        return [f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END"]
    return [
        _REFUSE,
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION privacy_refuse_change()",
    ]


def attach_fixed(metadata: sa.MetaData, table: str, columns: Sequence[str]) -> None:
    """Make ``create_all`` add triggers by which no row of ``table`` goes and none of ``columns`` changes; others may."""

    def after_create(_table: sa.Table, connection: sa.Connection, **_: object) -> None:
        run(connection, create_fixed(table, columns, connection.dialect.name))

    sa.event.listen(metadata.tables[table], "after_create", after_create)


def create_fixed(table: str, columns: Sequence[str], dialect: str) -> list[str]:
    """Return the statements that keep every row of ``table`` and what its ``columns`` say."""
    changes = f"UPDATE OF {', '.join(columns)}"
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE {changes} ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        ]
    return [
        _REFUSE,
        f"CREATE TRIGGER {table}_no_change BEFORE DELETE OR {changes} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION privacy_refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION privacy_refuse_change()",
    ]


def run(connection: sa.Connection, statements: Iterable[str]) -> None:
    """Execute plain statements one by one."""
    for statement in statements:
        connection.exec_driver_sql(statement)


def _sqlite(table: str, keys: Iterable[Sequence[str]]) -> list[str]:
    known = " OR ".join("(" + " AND ".join(f"{name} = NEW.{name}" for name in key) + ")" for key in keys)
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        # INSERT OR REPLACE deletes without firing the DELETE trigger, so a known key is refused before it.
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {known}) BEGIN {refuse}; END",
    ]


def _postgresql(table: str) -> list[str]:
    return [
        _REFUSE,
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION privacy_refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION privacy_refuse_change()",
    ]
