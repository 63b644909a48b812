"""Work for later: asked for with the deed, run at least once, by whoever lives."""

import json
import threading
import time

import pytest
import sqlalchemy as sa
import structlog
from dbos._schemas.system_database import SystemSchema
from flask import Flask, g

from clozette.kernel import clock, database, tasks
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.tasks import lease, store, worker
from clozette.kernel.tasks.models import Worker

BIG_ID = 2**62 + 1
done: list[object] = []


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


@tasks.task("test.note")
def note(*, look_id: int) -> None:
    """Remember what was given."""
    done.append(look_id)


@tasks.task("test.write")
def write(*, name: str) -> None:
    """Write a row."""
    db.session.add(Worker(executor_id=name, instance="x", beats=0, seen_at=clock.now()))


@tasks.task("test.write_and_fail")
def write_and_fail() -> None:
    """Write a row, then fail with a text that must not be kept."""
    write(name="never")
    db.session.flush()
    tasks.after_commit(lambda: done.append("left"))
    raise ValueError("anna@example.org")


@tasks.task("test.hopeless")
def hopeless() -> None:
    """Fail for good."""
    raise tasks.GiveUp


@tasks.task("test.chain")
def chain(*, left: int) -> None:
    """Ask for itself again."""
    done.append(left)
    if left:
        tasks.enqueue(chain, left=left - 1)


@tasks.task("test.letter")
def letter(*, name: str) -> None:
    """Write a row, and leave something for after the commit that looks for it."""
    write(name=name)
    tasks.after_commit(lambda: done.append(_rows()))


@tasks.task("test.slow")
def slow(*, name: str) -> None:
    """Let go of the database in the middle; another writer gets in."""
    write(name=name)
    tasks.checkpoint()
    with database.writing() as other:
        other.add(Worker(executor_id="other", instance="x", beats=0, seen_at=clock.now()))
    done.append(_rows())


@tasks.task("test.tick")
def tick() -> None:
    """Note the time."""
    done.append(time.monotonic())


def _rows() -> list[str]:
    with database.writing() as session:
        return sorted(session.scalars(sa.select(Worker.executor_id)))


def _ask(app: Flask, task: tasks.Task, **ids: tasks.Argument) -> None:
    with app.app_context():
        tasks.enqueue(task, **ids)
        db.session.commit()


def _stored(app: Flask) -> list[sa.Row[tuple[object, ...]]]:
    status, given = SystemSchema.workflow_status, SystemSchema.workflow_input
    both = sa.select(status.c.status, status.c.executor_id, given.c.inputs, status.c.workflow_uuid, status.c.error)
    with store.client_of(app)._sys_db.engine.connect() as connection:
        joined = status.join(given, status.c.workflow_uuid == given.c.workflow_uuid)
        return list(connection.execute(both.select_from(joined).order_by(status.c.created_at)))


def test_a_commit_brings_the_task_once(app: Flask) -> None:
    _ask(app, note, look_id=BIG_ID)
    assert tasks.drain(app) == 1
    assert tasks.drain(app) == 0
    assert done == [BIG_ID]
    assert tasks.standing(app).waiting == tasks.standing(app).failed == 0


def test_a_rollback_leaves_nothing(app: Flask) -> None:
    with app.app_context():
        tasks.enqueue(note, look_id=BIG_ID)
        db.session.rollback()
    assert _stored(app) == []
    assert tasks.drain(app) == 0


def test_nothing_but_ids_is_kept_and_as_json(app: Flask) -> None:
    _ask(app, note, look_id=BIG_ID)
    (row,) = _stored(app)
    assert json.loads(row.inputs)["positionalArgs"] == ["test.note", {"look_id": BIG_ID}, 1]


@pytest.mark.parametrize("value", ["anna@example.org", "two words", "x" * 65, 1.5, {"id": 1}, b"1", [1]])
def test_refuses_what_is_no_id(app: Flask, value: object) -> None:
    with app.app_context(), pytest.raises(TypeError) as refused:
        tasks.enqueue(note, look_id=value)  # type: ignore[arg-type]
    assert "look_id" in str(refused.value)
    assert str(value) not in str(refused.value)


def test_a_reading_request_asks_for_nothing(app: Flask) -> None:
    with app.app_context():
        g.reading_only = True
        with pytest.raises(RuntimeError, match="may only read"):
            tasks.enqueue(note, look_id=1)


def test_two_tasks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"test\.note"):
        tasks.task("test.note")(lambda: None)


def test_drain_runs_what_tasks_ask_for_and_stops_at_the_limit(app: Flask) -> None:
    _ask(app, chain, left=3)
    assert tasks.drain(app) == 4
    assert done == [3, 2, 1, 0]
    _ask(app, chain, left=50)
    with pytest.raises(RuntimeError, match="more than 10"):
        tasks.drain(app, limit=10)


def test_drain_sees_what_the_caller_did_not_commit_yet(app: Flask) -> None:
    with app.app_context():
        tasks.enqueue(note, look_id=7)
        assert tasks.drain(app) == 1
    assert done == [7]


def test_a_failure_undoes_the_task_and_stays_visible(app: Flask) -> None:
    _ask(app, write_and_fail)
    with pytest.raises(ValueError, match="anna"):
        tasks.drain(app)
    with app.app_context():
        assert _rows() == []
    assert done == []
    assert tasks.standing(app).failed == 1


def test_what_leaves_the_house_waits_for_the_commit(app: Flask) -> None:
    _ask(app, letter, name="sender")
    tasks.drain(app)
    assert done == [["sender"]]


def test_a_checkpoint_lets_go_of_the_database(app: Flask) -> None:
    _ask(app, slow, name="mine")
    tasks.drain(app)
    assert done == [["mine", "other"]]


def test_only_a_task_has_checkpoints(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="edge"):
        tasks.checkpoint()


def test_a_failed_task_is_tried_again_later_and_names_nobody(app: Flask) -> None:
    with structlog.testing.capture_logs() as logs:
        assert worker.attempt_task(app, "test.write_and_fail", {}, 1, "root") == "again"
        assert worker.attempt_task(app, "test.write_and_fail", {}, 1, "root") == "again"  # taken up after a kill
    (row,) = _stored(app)
    assert (row.status, row.workflow_uuid) == ("DELAYED", "root~2")
    assert tasks.standing(app).waiting == 1
    assert "anna" not in str(logs)
    assert logs[0]["task"] == "test.write_and_fail"
    assert logs[0]["error"] == "ValueError"
    assert "write_and_fail" in logs[0]["where"][-1]


def test_a_task_that_fails_with_the_database_is_not_lost(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second try can't be asked for while the database is away: the worker waits for it."""
    ask, tries = store.enqueue_again, iter(range(3))

    def away_for_two(*about: object) -> None:
        if next(tries) < 2:
            raise sa.exc.OperationalError("INSERT", {}, Exception("the connection is lost"))
        ask(*about)

    monkeypatch.setattr(store, "enqueue_again", away_for_two)
    monkeypatch.setattr(worker, "_DATABASE_SECONDS", 0.01)
    assert worker.attempt_task(app, "test.write_and_fail", {}, 1, "root") == "again"
    assert [row.status for row in _stored(app)] == ["DELAYED"]


@pytest.mark.parametrize(("name", "attempt"), [("test.hopeless", 1), ("test.unknown", 1), ("test.write_and_fail", 9)])
def test_a_hopeless_task_is_given_up(app: Flask, name: str, attempt: int) -> None:
    with pytest.raises(worker.TaskFailed) as failed:
        worker.attempt_task(app, name, {}, attempt, "root")
    assert "anna" not in str(failed.value)
    assert failed.value.__suppress_context__
    assert _stored(app) == []


def test_finished_work_is_swept(app: Flask) -> None:
    _ask(app, note, look_id=1)
    _ask(app, hopeless)
    with pytest.raises(tasks.GiveUp):
        tasks.drain(app)
    _ask(app, note, look_id=2)
    hour = 3600
    assert store.delete_finished(app, before=time.time() - hour, failed_before=time.time() - hour) == 0
    assert store.delete_finished(app, before=time.time() + hour, failed_before=time.time() - hour) == 1
    assert [row.status for row in _stored(app)] == ["ERROR", "ENQUEUED"]
    assert store.delete_finished(app, before=time.time() + hour, failed_before=time.time() + hour) == 1
    assert tasks.drain(app) == 1


def test_the_sweep_runs_every_hour_and_keeps_what_is_new(app: Flask) -> None:
    assert "kernel.sweep_tasks" in app.extensions["clozette.schedules"]
    _ask(app, note, look_id=1)
    tasks.drain(app)
    _ask(app, tasks.sweep_tasks)
    assert tasks.drain(app) == 1
    assert len(_stored(app)) == 2


def test_a_worker_counts_as_dead_when_its_count_stands_still() -> None:
    watch = lease.Watch(patience=3)
    assert watch.dead(["a", "b", "lost"], {"a": 1, "b": 1}, 0) == []
    assert watch.dead(["a", "b", "lost"], {"a": 2, "b": 1}, 2) == []
    assert watch.dead(["a", "b", "lost"], {"a": 3, "b": 1}, 3) == ["b", "lost"]
    assert watch.dead(["a", "b", "lost"], {"a": 3, "b": 2}, 5) == ["lost"]  # only asleep
    assert watch.dead(["a"], {"a": 3}, 6) == ["a"]


def _claimed_by(app: Flask, executor_id: str) -> None:
    client = store.client_of(app)
    queue = client.retrieve_queue(store.QUEUE)
    assert queue is not None
    client._sys_db.start_queued_workflows(queue, executor_id, store.VERSION, None, owner_xid="gone")


def test_the_work_of_a_dead_worker_is_taken_up(app: Flask) -> None:
    _ask(app, note, look_id=5)
    _claimed_by(app, "dead-one")
    assert tasks.drain(app) == 0
    living = lease.Lease(app, "living", 0.0, lambda: None)
    living.take()
    living._take_up()
    assert [row.status for row in _stored(app)] == ["ENQUEUED"]
    assert tasks.drain(app) == 1
    living.give_back()
    with app.app_context():
        assert _rows() == []


def test_the_work_of_a_living_worker_is_left_alone(app: Flask) -> None:
    _ask(app, note, look_id=5)
    _claimed_by(app, "busy")
    busy, living = (lease.Lease(app, name, 10.0, lambda: None) for name in ("busy", "living"))
    busy.take()
    living.take()
    for _ in range(3):
        assert busy._count()
        living._take_up()
    assert [(row.status, row.executor_id) for row in _stored(app)] == [("PENDING", "busy")]


def test_of_two_workers_of_one_name_the_younger_stays(app: Flask) -> None:
    lost = threading.Event()
    older = lease.Lease(app, "same", 0.05, lost.set)
    older.take()
    older.start()
    younger = lease.Lease(app, "same", 10.0, lambda: None)
    younger.take()
    assert lost.wait(5)
    assert younger._count()
    older.stop()
    older.give_back()  # takes nothing from the younger
    assert younger._count()


def test_a_worker_runs_what_is_asked_for_and_what_the_clock_says(app: Flask) -> None:
    wired = app.extensions["clozette.schedules"]
    app.extensions["clozette.schedules"] = {"test.tick": "* * * * * *"}
    stop = tasks.launch(app, executor_id="worker-1", beat=0.2)
    try:
        for number in range(1, 6):
            _ask(app, note, look_id=new_id())
            _wait(lambda number=number: sum(isinstance(one, int) for one in done) == number)
        assert tasks.standing(app).workers == ("worker-1",)
        _wait(lambda: any(isinstance(one, float) for one in done))
    finally:
        stop()
        app.extensions["clozette.schedules"] = wired
    assert tasks.standing(app).workers == ()


def _wait(until: object, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if until():  # type: ignore[operator]
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")
