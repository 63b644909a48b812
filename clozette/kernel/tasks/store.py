"""Where tasks wait: DBOS's tables in our own database (plain names in the SQLite file, schema ``dbos`` on PostgreSQL).

A web process only writes into them; no thread of DBOS runs there.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient, EnqueueOptions
from dbos._schemas import SCHEMA_PLACEHOLDER
from dbos._schemas.system_database import SystemSchema
from dbos._serialization import DBOSPortableJSON
from flask import Flask, current_app
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import connection, db, is_reading
from clozette.kernel.prepared import binders, run
from clozette.kernel.tasks.models import Worker
from clozette.kernel.tasks.registry import Argument, Task, check_arguments

KEY = "clozette.tasks"
NAME = "clozette"
QUEUE = "tasks"
WORKFLOW = "clozette.task"
# Tasks are found by name and take ids, so any release can run what another one asked for.
VERSION = "1"
SCHEMA = "dbos"
FINISHED = ("SUCCESS", "CANCELLED")
FAILED = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
WAITING = ("ENQUEUED", "DELAYED")
POLL_SECONDS = 0.2  # a person waits for a mail
CONCURRENCY = 4
MAX_ATTEMPTS = 9
FIRST_DELAY, LONGEST_DELAY = 5.0, 3600.0

FOREIGN_TABLES = frozenset({*(table.name for table in SystemSchema.metadata_obj.tables.values()), "dbos_migrations"})
"""DBOS's own tables: they stand in our SQLite file, but are no business of our migrations."""


@dataclass(frozen=True)
class Standing:
    """How the work stands: tasks by state, the wait of the longest waiting one, and the workers that beat lately."""

    waiting: int
    running: int
    failed: int
    oldest_seconds: float
    workers: tuple[str, ...]


def init_app(app: Flask) -> None:
    """Let ``app`` ask for tasks."""
    logging.getLogger("dbos").setLevel(logging.WARNING)
    with app.app_context():
        engine = db.get_engine("write")
    if engine.dialect.name == "sqlite":
        engine = make_engine(engine.url)
    app.extensions[KEY] = client = DBOSClient(
        system_database_engine=engine,
        dbos_system_schema=SCHEMA,
        serializer=DBOSPortableJSON,
        application_name=NAME,
        lazy=True,
        retry_connection_errors=False,
    )
    if engine.dialect.name == "sqlite":
        _compile_once(client._sys_db)


@dataclass(frozen=True)
class _Known:
    """A statement of the engine, compiled; ``returned`` are the names of its RETURNING."""

    text: str
    constants: Mapping[str, Any]
    names: tuple[str, ...]
    processors: Any
    returned: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """A row as the engine reads it."""

    _mapping: Mapping[str, Any]


@dataclass(frozen=True)
class _Rows:
    """As much of a result as the engine asks for."""

    rows: list[_Row]

    def fetchone(self) -> _Row | None:
        """Return the first row, if there is one."""
        return self.rows[0] if self.rows else None


def _compile_once(system: Any) -> None:
    """Let the engine compile each INSERT of a task once on SQLite too; it does so by itself for PostgreSQL alone."""
    known: dict[tuple[str, ...], _Known] = {}

    def execute(
        to: sa.Connection | orm.Session,
        name: str,
        values: Mapping[str, Any],
        build: Callable[[], Any],
        *,
        insert_columns: bool = True,
    ) -> Any:
        connection = to.connection() if isinstance(to, orm.Session) else to
        key = (name, *values)
        if key not in known:
            columns = list(values) if insert_columns else None
            compiled: Any = build().compile(
                dialect=connection.dialect,
                column_keys=columns,
                schema_translate_map={SCHEMA_PLACEHOLDER: None},
                render_schema_translate=True,
            )
            types = [(name, one.type) for name, one in compiled.binds.items()]
            returned = tuple(column.key for column in compiled.effective_returning or ())
            constants = compiled.construct_params(dict.fromkeys(values))
            processors = binders(types, connection.dialect)
            known[key] = _Known(str(compiled), constants, tuple(compiled.positiontup), processors, returned)
        found = known[key]
        given = {**found.constants, **values}
        for name, process in found.processors:
            given[name] = process(given[name])
        rows = run(connection, found.text, tuple([given[name] for name in found.names]))
        return _Rows([_Row(dict(zip(found.returned, row, strict=True))) for row in rows])

    system._execute_prepared = execute


def enqueue(task: Task, **ids: Argument) -> None:
    """Ask for ``task`` in the open transaction of ``db.session``."""
    check_arguments(task, ids)
    if is_reading():
        raise RuntimeError(f"{task.name}: a request that may only read asks for no work")
    client_of(current_app).enqueue_in_transaction(connection(), _options(), task.name, ids, 1)


def enqueue_again(app: Flask, name: str, ids: Mapping[str, Argument], attempt: int, root: str) -> None:
    """Ask for one more try of a failed task, later the more often it failed; twice asking makes one."""
    delay = min(FIRST_DELAY * 3 ** (attempt - 2), LONGEST_DELAY)
    options = _options()
    options["workflow_id"] = f"{root.partition('~')[0]}~{attempt}"
    options["delay_seconds"] = delay
    client_of(app).enqueue(options, name, dict(ids), attempt)


def create_tables(app: Flask) -> None:
    """Create or migrate the engine's tables and the one queue; part of ``clozette db upgrade``."""
    client = client_of(app)
    client._sys_db.run_migrations()  # the public way takes an address and can't leave LISTEN/NOTIFY out
    client.register_queue(QUEUE, worker_concurrency=CONCURRENCY, polling_interval_sec=POLL_SECONDS)


def standing(app: Flask) -> Standing:
    """Count what waits, runs and failed; for operations."""
    status = SystemSchema.workflow_status
    count = (
        sa.select(status.c.status, sa.func.count()).where(status.c.status.notin_(FINISHED)).group_by(status.c.status)
    )
    oldest = sa.select(sa.func.min(status.c.created_at)).where(status.c.status == "ENQUEUED")
    with client_of(app)._sys_db.engine.connect() as connection:
        counted: dict[str, int] = {row[0]: row[1] for row in connection.execute(count)}
        since = connection.scalar(oldest)
        beats = connection.execute(sa.select(Worker.executor_id, Worker.seen_at)).all()
    return Standing(
        waiting=sum(counted.get(name, 0) for name in WAITING),
        running=counted.get("PENDING", 0),
        failed=sum(counted.get(name, 0) for name in FAILED),
        oldest_seconds=max(0.0, time.time() - since / 1000) if since else 0.0,
        workers=tuple(name for name, seen in beats if (clock.now() - seen).total_seconds() < 60),
    )


def delete_finished(app: Flask, *, before: float, failed_before: float) -> int:
    """Delete tasks that ended before a moment (seconds since 1970) and failures before another; return how many."""
    status = SystemSchema.workflow_status
    old = sa.or_(
        sa.and_(status.c.status.in_(FINISHED), status.c.updated_at < int(before * 1000)),
        sa.and_(status.c.status.in_(FAILED), status.c.updated_at < int(failed_before * 1000)),
    )
    system = client_of(app)._sys_db
    deleted = 0
    while True:
        with system.engine.connect() as connection:
            ids = list(connection.scalars(sa.select(status.c.workflow_uuid).where(old).limit(500)))
        if not ids:
            return deleted
        system.delete_workflows(ids)
        deleted += len(ids)


def client_of(app: Flask) -> DBOSClient:
    """Return the client of ``app``."""
    client: DBOSClient = app.extensions[KEY]
    return client


def make_engine(url: sa.URL) -> sa.Engine:
    """Make an engine for DBOS alone: its statements neither run under our transactions nor under our time limits."""
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_size=5, max_overflow=5, pool_pre_ping=True)
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # The driver's own transactions: a poll that only reads takes no lock, the first write takes it at once.
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _options() -> EnqueueOptions:
    return EnqueueOptions(workflow_name=WORKFLOW, queue_name=QUEUE, app_version=VERSION)
