"""Migrations of our tables by Alembic, and of the task engine's by itself; one transaction each.

SQLite changes a table by copying it, which drops its triggers and, with foreign keys on, deletes what points at it: so
foreign keys sleep meanwhile and are checked afterwards, and a migration makes append-only triggers anew.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import autogenerate
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from clozette.kernel import tasks
from clozette.kernel.database import Model, UtcDateTime, db
from clozette.settings import ROOT

FOLDER = ROOT / "migrations"
_LOCK = 7_305_018_421  # PostgreSQL's advisory lock: of two upgrades at once the second waits and finds nothing to do

_TIDY = {
    "hooks": "tidy",
    "tidy.type": "module",
    "tidy.module": "ruff",
    "tidy.options": "format -q REVISION_SCRIPT_FILENAME",
}

Differences = list[Any]


class BrokenReference(Exception):
    """A migration left a row that points at nothing; it was rolled back."""


def upgrade(app: Flask) -> None:
    """Bring the database of ``app`` to what this version of the program needs."""
    script = _script()
    with _connection(app) as connection:
        _run(connection, script, lambda revision, _: script._upgrade_revs("heads", revision))
    tasks.create_tables(app)


def is_current(app: Flask) -> bool:
    """Whether no migration waits."""
    with app.app_context(), db.get_engine().connect() as connection:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    return applied == set(_script().get_heads())


def differences(app: Flask) -> Differences:
    """Return what Alembic finds different between the models and the database of ``app``."""
    found: Differences = []

    def compare(revision: Any, context: MigrationContext) -> list[Any]:
        found.extend(autogenerate.compare_metadata(context, Model.metadata))
        return []

    with _connection(app) as connection:
        _run(connection, _script(), compare)
    return found


def make_revision(app: Flask, message: str) -> Path | None:
    """Write a migration from the database of ``app`` (up to date) to the models; nothing if there is nothing to do."""
    script = _script()
    arguments: dict[str, Any] = dict.fromkeys(("branch_label", "version_path", "rev_id", "depends_on"))
    arguments.update(message=message, autogenerate=True, sql=False, head="head", splice=False)
    revision = autogenerate.RevisionContext(_config(), script, arguments)

    def compare(current: Any, context: MigrationContext) -> list[Any]:
        revision.run_autogenerate(current, context)
        return []

    with _connection(app) as connection:
        _run(connection, script, compare, template_args=revision.template_args)
    upgrades = revision.generated_revisions[-1].upgrade_ops
    if upgrades is None or upgrades.is_empty():
        return None
    return next(Path(made.path) for made in revision.generate_scripts() if made is not None)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    config.set_main_option("timezone", "UTC")
    for name, value in _TIDY.items():
        config.set_section_option("post_write_hooks", name, value)
    return config


def _script() -> ScriptDirectory:
    (FOLDER / "versions").mkdir(parents=True, exist_ok=True)
    return ScriptDirectory.from_config(_config())


def _run(connection: sa.Connection, script: ScriptDirectory, steps: Callable[..., Any], **options: Any) -> None:
    environment = EnvironmentContext(_config(), script, fn=steps, as_sql=False, **options)
    with environment, warnings.catch_warnings():
        # SQLAlchemy reads no index on an expression from SQLite: it is not compared there, and lost by a rebuilding.
        warnings.filterwarnings("ignore", message="autogenerate skipping metadata-specified expression-based index")
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
        environment.configure(
            connection=connection,
            target_metadata=Model.metadata,
            include_name=_is_ours,
            render_item=_render,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=True,
        )
        environment.run_migrations()


@contextmanager
def _connection(app: Flask) -> Iterator[sa.Connection]:
    """Give a writing connection in one transaction that commits at the end."""
    with app.app_context(), db.get_engine("write").connect() as connection:
        if connection.dialect.name == "sqlite":
            with _sleeping_foreign_keys(connection), connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
                    raise BrokenReference(f"{broken[0]} points at a missing row of {broken[2]}")
            return
        with connection.begin():
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection


@contextmanager
def _sleeping_foreign_keys(connection: sa.Connection) -> Iterator[None]:
    # Past SQLAlchemy, because within a transaction SQLite ignores the pragma.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    return kind != "table" or name not in tasks.FOREIGN_TABLES


def _render(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Write our own type as what it is in the database: a migration must not change when the program does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False
