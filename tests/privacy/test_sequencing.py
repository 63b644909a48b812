"""The worker's loop: everything has its place within five seconds of its commit, however many write and sequence."""

import threading
import time

import pytest
import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import loops
from clozette.privacy import consents, subjects
from clozette.privacy.ledger import audit
from clozette.privacy.tree import sequencer
from clozette.privacy.tree.models import Leaf, Waiting

WRITERS = 3
EACH = 12


@pytest.mark.requirement(17)
def test_two_sequencers_and_three_writers_make_one_whole_tree_in_time(app, monkeypatch):
    monkeypatch.setattr(sequencer, "BATCH", 5)
    ends = [loops.start(app) for _ in range(2)]
    failures: list[Exception] = []

    def write() -> None:
        try:
            with app.app_context():
                subject = subjects.create(clock.now()).id
                db.session.commit()
                for number in range(EACH):
                    action = "given" if number % 2 else "withdrawn"
                    consents.answer(subject, "our_news", "email", action, now=clock.now(), method="form:test")
                    db.session.commit()
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    try:
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        committed = time.monotonic()
        while _waiting(app) and time.monotonic() - committed < 20:
            time.sleep(0.05)
        took = time.monotonic() - committed
    finally:
        for end in ends:
            end()
    assert not failures
    assert took < 5
    with app.app_context():
        report = audit.verify_all()
        assert (report.size, report.waiting, report.faults) == (WRITERS * EACH, 0, [])


@pytest.mark.engines("sqlite")
def test_a_step_that_fails_is_taken_again(app, answers, monkeypatch):
    answers(2)
    taken = []

    def fail_once(now):
        taken.append(now)
        if len(taken) == 1:
            raise RuntimeError("the disk is full")
        return sequencer.run(now)

    monkeypatch.setitem(app.extensions["clozette.loops"], "privacy.sequence", loops._Loop("x", fail_once, 0.05))
    end = loops.start(app)
    deadline = time.monotonic() + 10
    while _waiting(app) and time.monotonic() < deadline:
        time.sleep(0.05)
    end()
    assert len(taken) >= 2
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Leaf)) == 2


def test_many_batches_are_one_run(answers, monkeypatch, db_session):
    monkeypatch.setattr(sequencer, "BATCH", 3)
    answers(10)
    assert sequencer.run(clock.now()) == 10
    assert sequencer.run(clock.now()) == 0
    assert audit.verify_all().is_whole


def _waiting(app) -> bool:
    with app.app_context(), db.get_engine("default").connect() as connection:
        return connection.scalar(sa.select(Waiting.id).limit(1)) is not None
