"""The worker: DBOS's threads take tasks from the queue; a lease tells which workers live and takes up dead ones' work."""

import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig
from dbos._serialization import DBOSPortableJSON
from flask import Flask

from clozette.kernel.database import db
from clozette.kernel.tasks import loops, store
from clozette.kernel.tasks.lease import Lease
from clozette.kernel.tasks.perform import GiveUp, perform
from clozette.kernel.tasks.registry import Argument, schedules_of

log = structlog.get_logger()

SCHEDULED = "clozette.scheduled"
# A task that takes its worker down this often is given up (and seen), instead of taking down every worker for ever.
MAX_DEATHS = 5
_DATABASE_SECONDS = 1.0


class TaskFailed(Exception):
    """What is kept of a failure: the task's name and the kind of error, never its text, which may name a person."""


def launch(
    app: Flask, *, executor_id: str, beat: float = 5.0, lost: Callable[[], None] = lambda: None
) -> Callable[[], None]:
    """Start to work through the tasks of ``app`` in threads of this process; return the function that stops it.

    :param executor_id: the worker's stable name; work of a worker that died is taken up when one of its name starts, or
        by any other once it missed three beats.
    :param beat: seconds between two signs of life.
    :param lost: called when another process took the name over; this one should end.
    """
    with app.app_context():
        engine = store.make_engine(db.get_engine("write").url)
    lease = Lease(app, executor_id, beat, lost)
    lease.take()
    DBOS(config=_config(engine, executor_id))
    _register(app)
    DBOS.launch()
    _apply_schedules(app)
    lease.start()
    end_loops = loops.start(app)

    def stop() -> None:
        end_loops()
        lease.stop()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=10)
        engine.dispose()
        lease.give_back()

    return stop


def _config(engine: Any, executor_id: str) -> DBOSConfig:
    return DBOSConfig(
        name=store.NAME,
        system_database_engine=engine,
        dbos_system_schema=store.SCHEMA,
        executor_id=executor_id,
        application_version=store.VERSION,
        serializer=DBOSPortableJSON,
        use_listen_notify=False,
        run_migrations=False,
        log_level="WARNING",
        max_executor_threads=2 * store.CONCURRENCY + 4,
        notification_listener_polling_interval_sec=1.0,
    )


def _register(app: Flask) -> None:
    """Give DBOS its two workflows; they have no steps, so a task taken up again simply runs again from the start."""

    def run(name: str, ids: dict[str, Argument], attempt: int) -> str:
        return attempt_task(app, name, ids, attempt, str(DBOS.workflow_id))

    def run_scheduled(scheduled_at: str, name: str) -> str:
        return attempt_task(app, name, {}, 1, str(DBOS.workflow_id))

    DBOS.workflow(name=store.WORKFLOW, max_recovery_attempts=MAX_DEATHS)(run)
    DBOS.workflow(name=SCHEDULED, max_recovery_attempts=MAX_DEATHS)(run_scheduled)


def attempt_task(app: Flask, name: str, ids: Mapping[str, Argument], attempt: int, workflow_id: str) -> str:
    """Run a task once; on failure ask for another try, or give it up where it is seen.

    :raises TaskFailed: when it is given up.
    """
    try:
        perform(app, name, ids)
    except Exception as error:  # noqa: BLE001 - whatever a task raises, it is tried again
        kind = type(error).__name__
        last = isinstance(error, GiveUp) or attempt >= store.MAX_ATTEMPTS
        log.error(
            "task_failed", task=name, ids=dict(ids), attempt=attempt, given_up=last, error=kind, where=_where(error)
        )
        if last:
            raise TaskFailed(f"{name}: {kind}") from None
        _ask_again(app, name, ids, attempt + 1, workflow_id)
        return "again"
    return "done"


def _ask_again(app: Flask, name: str, ids: Mapping[str, Argument], attempt: int, root: str) -> None:
    """Ask for one more try. Where the task failed because the database is away, wait for that: else the task is lost."""
    while True:
        try:
            return store.enqueue_again(app, name, ids, attempt, root)
        except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
            log.error("task_waits_for_database", task=name, ids=dict(ids), error=type(error).__name__)
            time.sleep(_DATABASE_SECONDS)


def _where(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _apply_schedules(app: Flask) -> None:
    """Make the stored schedules those of the wiring page."""
    client = store.client_of(app)
    wanted = schedules_of(app)
    client.apply_schedules(
        [
            {
                "schedule_name": name,
                "workflow_name": SCHEDULED,
                "schedule": cron,
                "context": name,
                "queue_name": store.QUEUE,
            }
            for name, cron in wanted.items()
        ]
    )
    for kept in client.list_schedules():
        if kept["schedule_name"] not in wanted:
            client.delete_schedule(kept["schedule_name"])
