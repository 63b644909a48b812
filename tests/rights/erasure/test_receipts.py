"""What a receipt tells: nothing that a law forbids, and each batch once though two runs meet."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.looks.models import Look
from clozette.looks.services import erasure as look_erasure
from clozette.looks.services import loves
from clozette.privacy import disclosures, staff_reads
from clozette.privacy.disclosures.models import Telling
from clozette.rights.erasure import executor, services
from clozette.rights.erasure.models import Erasure, Receipt
from tests.factories import looks
from tests.factories.accounts import make_member
from tests.support.application import Clock

EMAIL = "accounts_members.email"
SECRET = ("privacy_disclosures", "privacy_cases", "privacy_staff_reads", "privacy_tellings")


def looked_at(member: Member, name: str, *, silent: bool) -> None:
    """Let staff look at a record and hand some of it to somebody."""
    now, reader = clock.now(), make_member().subject_id
    about: dict[str, Any] = {"subject_id": member.subject_id, "reader_id": reader, "reason": "an order"}
    to = disclosures.recipient(legal_name=name, address="1 Street", country="SG", contact="+65 0", now=now)
    release = disclosures.disclose(
        recipient=to,
        agreement=disclosures.Agreement(purpose="law", trigger="law", basis="law", duty="an order"),
        people={member.subject_id: {EMAIL: member.email}},
        fields=[EMAIL],
        now=now,
    )
    case = staff_reads.open_case(**about, now=now)
    staff_reads.note(**about, what="record", now=now, case=case)
    if silent:
        for of in ({"handover_id": release.handover_id}, {"case_id": case.id}):
            disclosures.silence(**of, until=now + timedelta(days=90), because="an order", now=now)


def receipt_of(member: Member, save: Callable[[], None]) -> Receipt:
    erasure = services.ask(member.subject_id, via="command", now=clock.now(), grace=timedelta(0))
    assert executor.execute(erasure.id, now=clock.now(), save=save)
    return db.session.scalars(sa.select(Receipt).where(Receipt.erasure_id == erasure.id)).one()


@pytest.mark.requirement(77, 110)
def test_a_receipt_says_the_same_whether_there_is_a_secret_or_not(db_session: orm.Session) -> None:
    plain, watched = make_member("ada"), make_member("bob")
    for member in (plain, watched):
        looked_at(member, "A bank", silent=False)
    looked_at(watched, "A bank", silent=True)
    looked_at(watched, "A police", silent=True)
    first, second = (receipt_of(member, db_session.commit) for member in (plain, watched))
    assert first.counts == second.counts
    assert first.kept == second.kept
    assert first.counts["recipients"] == 1
    assert [first.kept[name]["rows"] for name in SECRET] == [1, 1, 1, 1]


@pytest.mark.requirement(77, 110)
def test_nothing_is_counted_where_all_is_secret(db_session: orm.Session) -> None:
    watched = make_member("bob")
    looked_at(watched, "A police", silent=True)
    receipt = receipt_of(watched, db_session.commit)
    assert "recipients" not in receipt.counts
    assert not set(SECRET) & set(receipt.kept)


@pytest.mark.requirement(78)
def test_the_recipient_is_told_all_the_same(db_session: orm.Session) -> None:
    watched = make_member("bob")
    looked_at(watched, "A police", silent=True)
    receipt_of(watched, db_session.commit)
    told = sa.select(sa.func.count()).select_from(Telling)
    assert db_session.scalar(told) == 1


@pytest.mark.engines("postgresql")
def test_every_batch_is_done_under_the_lock(app: Flask, db_session: orm.Session, stopped_clock: Clock) -> None:
    erasure = services.ask(make_member("ada").subject_id, via="command", now=clock.now(), grace=timedelta(0))
    erasure_id = erasure.id
    db_session.commit()
    free: list[bool] = []

    def run(subject_id: int) -> Iterator[int]:
        for _ in range(3):
            free.append(is_free(erasure_id))
            yield 1

    executor._carry_out(erasure_id, executor.Step("three", run), 0, db_session.commit)
    assert free == [False] * 3
    assert db_session.get_one(Erasure, erasure_id).counts["three"] == 3


def is_free(erasure_id: int) -> bool:
    row = sa.select(Erasure.id).where(Erasure.id == erasure_id).with_for_update(skip_locked=True)
    with db.get_engine("write").connect() as connection:
        return connection.scalar(row) is not None


def test_a_step_that_another_run_finished_is_left(db_session: orm.Session) -> None:
    erasure = services.ask(make_member("ada").subject_id, via="command", now=clock.now(), grace=timedelta(0))
    erasure_id, done = erasure.id, []

    def run(subject_id: int) -> Iterator[int]:
        while True:
            done.append(1)
            yield 1

    def save() -> None:
        if len(done) == 2:  # between two batches, where the lock is let go
            db_session.get_one(Erasure, erasure_id).steps = ["endless"]
        db_session.commit()

    executor._carry_out(erasure_id, executor.Step("endless", run), 0, save)
    assert len(done) == 2


@pytest.mark.engines("postgresql")
def test_a_love_is_counted_off_once(app: Flask, db_session: orm.Session) -> None:
    """The person takes one back at this very moment: what that counts off is not counted off again."""
    ada, bob = make_member("ada"), make_member("bob")
    look = looks.make_look(bob)
    looks.make_love(look, [ada, bob])
    look_id, ada_id, subject_id = look.id, ada.id, ada.subject_id
    db_session.commit()
    loves.unlove(look_id, ada_id)
    counts: list[int] = []

    def erase() -> None:
        with app.app_context():
            counts.extend(look_erasure.take_back_loves(subject_id))
            db.session.commit()

    other = threading.Thread(target=erase)
    other.start()
    other.join(0.5)
    db_session.commit()
    other.join(10)
    assert counts == []
    assert db_session.get_one(Look, look_id, populate_existing=True).love_count == 1
