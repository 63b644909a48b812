"""Migrations: they make exactly what the models say, on both databases, and lose nothing on the way."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from clozette import create_app
from clozette.kernel import clock, migrations, tasks
from clozette.kernel.database import Model, db
from tests.support import databases, processes
from tests.support.application import test_settings as settings_for

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT trigger_name FROM information_schema.triggers WHERE trigger_schema = 'public'",
}
CHILD_MIGRATION = '''
"""A second migration that rebuilds a table others point at."""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "second", {first!r}

def upgrade():
    with op.batch_alter_table("privacy_subjects", recreate={recreate!r}) as batch:
        batch.add_column(sa.Column("extra", sa.Integer(), nullable=True))
    {more}
'''


@pytest.fixture
def empty(engine: str) -> Iterator[Flask]:
    """Give an application on a database without tables."""
    with processes.scratch("migrations") as folder, databases.open_database(engine, folder) as database:
        app = create_app(settings_for(database.url, folder))
        yield app
        with app.app_context():
            for one in db.engines.values():
                one.dispose()


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let migrations be written to a folder of the test's own."""
    shutil.copy(migrations.FOLDER / "script.py.mako", tmp_path)
    monkeypatch.setattr(migrations, "FOLDER", tmp_path)
    return tmp_path


def _names(app: Flask, statement: str) -> set[str]:
    with app.app_context(), db.get_engine().connect() as connection:
        return set(connection.scalars(sa.text(statement)))


@pytest.mark.engines("sqlite")
def test_migrated_tables_refuse_replacing_by_the_same_keys(empty: Flask, app: Flask) -> None:
    """INSERT OR REPLACE deletes by any unique key; Alembic compares no triggers."""
    migrations.upgrade(empty)
    replaced = "SELECT sql FROM sqlite_master WHERE name LIKE '%\\_no\\_replace' ESCAPE '\\'"
    expected = {_bare(sql) for sql in _names(app, replaced)}
    assert expected
    assert {_bare(sql) for sql in _names(empty, replaced)} == expected


def _bare(sql: str) -> str:
    return "".join(sql.split()).replace("(", "").replace(")", "")


def test_the_migrations_say_what_the_models_say(empty: Flask, app: Flask, engine: str) -> None:
    assert not migrations.is_current(empty)
    migrations.upgrade(empty)
    assert migrations.is_current(empty)
    assert migrations.differences(empty) == []
    with empty.app_context(), db.get_engine("write").begin() as connection:
        expected = _triggers_of_models(connection, engine)
    assert _names(empty, TRIGGERS[engine]) == expected


def _triggers_of_models(connection: sa.Connection, engine: str) -> set[str]:
    """Make everything anew from the models, look, and leave no trace."""
    nested = connection.begin_nested()
    Model.metadata.drop_all(connection)
    Model.metadata.create_all(connection)
    found = set(connection.scalars(sa.text(TRIGGERS[engine])))
    nested.rollback()
    return found


def test_a_migration_is_written_from_the_models_once(empty: Flask, own_folder: Path) -> None:
    migrations.upgrade(empty)
    made = migrations.make_revision(empty, "Begin here")
    assert made is not None
    assert made.name.endswith("_begin_here.py")
    assert made.name[:8].isdigit()
    text = made.read_text()
    assert "UtcDateTime" not in text
    assert "workflow_status" not in text
    migrations.upgrade(empty)
    assert migrations.differences(empty) == []
    assert migrations.make_revision(empty, "Nothing to do") is None
    tasks.drain(empty)  # the task engine's tables came along


def test_rebuilding_a_table_keeps_what_points_at_it(empty: Flask, own_folder: Path, engine: str) -> None:
    first = _begin(empty)
    _add_subject_with_a_ledger(empty)
    recreate = "always" if engine == "sqlite" else "never"
    (own_folder / "versions" / "second.py").write_text(CHILD_MIGRATION.format(first=first, recreate=recreate, more=""))
    migrations.upgrade(empty)
    assert _names(empty, "SELECT 1 FROM privacy_subjects WHERE extra IS NULL") == {1}
    assert _names(empty, "SELECT owner FROM kernel_kept") == {7}


@pytest.mark.engines("sqlite")
def test_a_migration_that_leaves_an_orphan_is_undone(empty: Flask, own_folder: Path) -> None:
    first = _begin(empty)
    _add_subject_with_a_ledger(empty)
    more = 'op.execute("DELETE FROM privacy_subjects")'
    (own_folder / "versions" / "second.py").write_text(
        CHILD_MIGRATION.format(first=first, recreate="always", more=more)
    )
    with pytest.raises(migrations.BrokenReference):
        migrations.upgrade(empty)
    assert _names(empty, "SELECT id FROM privacy_subjects") == {7}
    assert not migrations.is_current(empty)


def _begin(app: Flask) -> str:
    migrations.upgrade(app)
    made = migrations.make_revision(app, "Begin here")
    assert made is not None
    migrations.upgrade(app)
    with app.app_context(), db.get_engine().connect() as connection:
        return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))


def _add_subject_with_a_ledger(app: Flask) -> None:
    """Add a row, and one in a table of the test's own that points at it and goes with it."""
    subjects = Model.metadata.tables["privacy_subjects"]
    with app.app_context(), db.get_engine("write").begin() as connection:
        connection.execute(subjects.insert().values(id=7, created_at=clock.now()))
        pointing = "owner BIGINT REFERENCES privacy_subjects (id) ON DELETE CASCADE"
        connection.exec_driver_sql(f"CREATE TABLE kernel_kept ({pointing})")
        connection.exec_driver_sql("INSERT INTO kernel_kept VALUES (7)")
