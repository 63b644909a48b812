"""The door against answers and erasures that come at the same moment: one is wholly before the other."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import consents, disclosures, subjects
from clozette.privacy.disclosures import telling
from clozette.privacy.disclosures.models import Disclosure, Handover, Telling
from clozette.privacy.models import Subject
from clozette.rights.erasure import executor
from clozette.rights.erasure.models import Erasure

EMAIL = "accounts_members.email"
PURPOSE = "partner_offers"
SPONSOR = {"legal_name": "Sponsor Ltd", "address": "1 High Street", "country": "GB", "contact": "+44 20 0000 0000"}


def agreed(channel: str = "email") -> Subject:
    subject = subjects.create(clock.now())
    consents.answer(subject.id, PURPOSE, channel, "given", now=clock.now(), method="form:test")
    return subject


def hand_over(subject_id: int, **changes: Any) -> None:
    now = clock.now()
    said = {"purpose": PURPOSE, "trigger": "test", "channel": "email", **changes}
    disclosures.disclose(
        recipient=disclosures.recipient(**SPONSOR, now=now),
        agreement=disclosures.Agreement(**said),
        people={subject_id: {EMAIL: "ada@example.test"}},
        fields=[EMAIL],
        now=now,
    )


def tellings() -> Sequence[Telling]:
    return db.session.scalars(sa.select(Telling)).all()


def withdraw(subject_id: int) -> None:
    consents.answer(subject_id, PURPOSE, "email", "withdrawn", now=clock.now(), method="form:test")


def wish(subject_id: int, **more: Any) -> Erasure:
    now = clock.now()
    erasure = Erasure(subject_id=subject_id, code=f"{subject_id:032x}", via="page", asked_at=now, due_at=now, **more)
    db.session.add(erasure)
    db.session.flush()
    return erasure


def meanwhile(app: Flask, deed: Callable[[], Any]) -> threading.Thread:
    """Do a deed in a transaction of its own; it may have to wait for the caller's."""

    def run() -> None:
        with app.app_context():
            deed()
            db.session.commit()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(0.5)
    return thread


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(21, 78)
def test_a_withdrawal_during_a_hand_over_tells_its_recipient(app: Flask, db_session: orm.Session) -> None:
    subject_id = agreed().id
    disclosures.recipient(**SPONSOR, now=clock.now())
    db_session.commit()
    hand_over(subject_id)
    other = meanwhile(app, lambda: withdraw(subject_id))
    assert other.is_alive(), "it waits until the data is out or not"
    db_session.commit()
    other.join(10)
    assert [row.kind for row in db_session.scalars(sa.select(Telling))] == ["withdrawal"]


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(21)
def test_a_hand_over_during_a_withdrawal_waits_and_is_refused(app: Flask, db_session: orm.Session) -> None:
    subject_id = agreed().id
    disclosures.recipient(**SPONSOR, now=clock.now())
    db_session.commit()
    withdraw(subject_id)
    refused: list[Exception] = []

    def try_it() -> None:
        try:
            hand_over(subject_id)
        except disclosures.NotConsented as error:
            refused.append(error)
            db.session.rollback()

    other = meanwhile(app, try_it)
    assert other.is_alive()
    db_session.commit()
    other.join(10)
    assert len(refused) == 1
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0


@pytest.mark.engines("postgresql")
@pytest.mark.requirement(78, 105)
def test_an_erasure_waits_for_a_hand_over_and_tells_its_recipient(app: Flask, db_session: orm.Session) -> None:
    subject_id = agreed().id
    disclosures.recipient(**SPONSOR, now=clock.now())
    erasure_id = wish(subject_id).id
    db_session.commit()
    hand_over(subject_id)
    done = lambda: executor.execute(erasure_id, now=clock.now(), save=db.session.commit)  # noqa: E731
    other = meanwhile(app, done)
    assert other.is_alive()
    db_session.commit()
    other.join(20)
    assert [row.kind for row in db_session.scalars(sa.select(Telling))] == ["erasure"]


@pytest.mark.requirement(105)
@pytest.mark.parametrize("changes", [{}, {"basis": "law", "duty": "§ 100j StPO, order 7"}])
def test_nothing_of_a_person_goes_out_once_the_erasure_has_begun(
    db_session: orm.Session, changes: dict[str, Any]
) -> None:
    subject_id = agreed().id
    erasure = wish(subject_id)
    hand_over(subject_id, **changes)
    erasure.begun_at = clock.now()
    db_session.flush()
    with pytest.raises(disclosures.BeingErased):
        hand_over(subject_id, **changes)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) == 1


def test_an_erased_person_is_refused_too(db_session: orm.Session) -> None:
    subject = agreed()
    subject.key = None
    db_session.flush()
    with pytest.raises(disclosures.NotDisclosable):
        hand_over(subject.id)


@pytest.mark.requirement(78)
def test_what_was_handed_over_since_is_told_too(db_session: orm.Session) -> None:
    """A second asking for the same cause adds what the first could not know, and the recipient is told again."""
    subject_id = agreed().id
    ask: dict[str, Any] = {"kind": "erasure", "cause_id": 7}
    hand_over(subject_id)
    disclosures.tell_recipients(subject_id, **ask, now=clock.now())
    row = db_session.scalars(sa.select(Telling)).one()
    first = list(row.known_as)
    telling.mark_told(row, now=clock.now())
    disclosures.tell_recipients(subject_id, **ask, now=clock.now())
    assert [one.told_at is None for one in tellings()] == [False], "nothing is new"
    hand_over(subject_id)
    disclosures.tell_recipients(subject_id, **ask, now=clock.now())
    assert [one.told_at is None for one in tellings()] == [True]
    assert row.known_as[:1] == first and len(row.known_as) == 2
    with clock.frozen(clock.now() + timedelta(hours=1)):
        telling.confirm(row, now=clock.now())
    disclosures.tell_recipients(subject_id, **ask, now=clock.now())
    assert [one.known_as for one in tellings()] == [[]], "what was confirmed is not asked for again"
    with clock.frozen(clock.now() + timedelta(hours=2)):
        hand_over(subject_id)
    disclosures.tell_recipients(subject_id, **ask, now=clock.now())
    assert [(len(one.known_as), one.confirmed_at) for one in tellings()] == [(1, None)]


@pytest.mark.requirement(21, 73)
def test_a_yes_counts_for_its_channel_alone(db_session: orm.Session) -> None:
    subject_id = agreed("sms").id
    with pytest.raises(disclosures.NotConsented):
        hand_over(subject_id)
    hand_over(subject_id, channel="sms")
    consents.answer(subject_id, PURPOSE, "email", "given", now=clock.now(), method="form:test")
    hand_over(subject_id)
    consents.answer(subject_id, PURPOSE, "sms", "withdrawn", now=clock.now(), method="form:test")
    hand_over(subject_id)
    with pytest.raises(disclosures.NotConsented):
        hand_over(subject_id, channel="sms")
    row = db_session.scalars(sa.select(Telling)).one()
    assert len(row.known_as) == 1, "the one by the yes that was taken back"
