"""Who lives: every worker counts its beats in a row of its own, and takes up the work of those who stopped counting.

A worker counts as dead when its count stood still for three beats *of the watcher's own clock*, so that neither a wrong
nor a jumping wall clock kills anybody. Its tasks go back to the queue; as tasks are idempotent, a worker that was only
asleep does no harm when it wakes.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa
import structlog
from flask import Flask

from clozette.kernel import clock, database
from clozette.kernel.tasks import store
from clozette.kernel.tasks.models import Worker

log = structlog.get_logger()

MISSED_BEATS = 3


class Watch:
    """Tells from the counts alone who stopped counting."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._last: dict[str, tuple[int | None, float]] = {}

    def dead(self, names: Iterable[str], beats: Mapping[str, int], now: float) -> list[str]:
        """Return those of ``names`` whose count has not changed for ``patience`` seconds (``now`` is monotonic)."""
        silent = []
        for name in names:
            count = beats.get(name)
            known, since = self._last.get(name, (count, now))
            if known != count:
                since = now
            self._last[name] = (count, since)
            if now - since >= self.patience:
                silent.append(name)
        return silent


class Lease:
    """This worker's row, its heart, and its eye on the others."""

    def __init__(self, app: Flask, executor_id: str, beat: float, lost: Callable[[], None]) -> None:
        self.app = app
        self.executor_id = executor_id
        self.beat = beat
        self._lost = lost
        self._instance = uuid.uuid4().hex
        self._watch = Watch(MISSED_BEATS * beat)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._live, name="lease", daemon=True)

    def take(self) -> None:
        """Take the name, from an older process too."""
        with self.app.app_context(), database.writing() as session:
            session.execute(sa.delete(Worker).where(Worker.executor_id == self.executor_id))
            session.add(Worker(executor_id=self.executor_id, instance=self._instance, beats=1, seen_at=clock.now()))

    def start(self) -> None:
        """Start to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Stop beating."""
        self._stopped.set()
        self._thread.join(10)

    def give_back(self) -> None:
        """Take the row away: this worker left nothing undone."""
        with self.app.app_context(), database.writing() as session:
            session.execute(sa.delete(Worker).where(*self._mine()))

    def _live(self) -> None:
        while not self._stopped.wait(self.beat):
            try:
                if not self._count():
                    log.error("worker_name_taken", executor_id=self.executor_id)
                    self._lost()
                    return
                self._take_up()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next beat may go through
                log.warning("beat_failed", executor_id=self.executor_id, error=type(error).__name__)

    def _count(self) -> bool:
        with self.app.app_context(), database.writing() as session:
            beat = sa.update(Worker).where(*self._mine()).values(beats=Worker.beats + 1, seen_at=clock.now())
            done = session.execute(beat)
            return bool(done.rowcount)  # type: ignore[attr-defined]

    def _take_up(self) -> None:
        """Put the tasks of dead workers back into the queue."""
        client = store.client_of(self.app)
        pending = client.list_workflows(status="PENDING", load_input=False, load_output=False)
        with client._sys_db.engine.connect() as connection:
            beats = {
                row.executor_id: row.beats for row in connection.execute(sa.select(Worker.executor_id, Worker.beats))
            }
        owners = {one.executor_id for one in pending if one.executor_id} | set(beats)
        dead = set(self._watch.dead(owners - {self.executor_id}, beats, time.monotonic()))
        for one in pending:
            if one.executor_id in dead:
                # One conditional statement: of two workers that see the same dead one, only the first moves a task.
                moved = client._sys_db.reenqueue_for_recovery(one.workflow_id, [one.executor_id], store.QUEUE)
                log.warning("task_taken_up", workflow_id=one.workflow_id, dead=one.executor_id, moved=moved)
        self._forget(dead - {one.executor_id for one in pending})

    def _forget(self, names: Iterable[str | None]) -> None:
        """Delete the rows of dead workers that left nothing behind."""
        gone = [name for name in names if name]
        if gone:
            with self.app.app_context(), database.writing() as session:
                session.execute(sa.delete(Worker).where(Worker.executor_id.in_(gone)))

    def _mine(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (Worker.executor_id == self.executor_id, Worker.instance == self._instance)
