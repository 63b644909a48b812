"""The first ledger and subjects' keys."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.privacy import ledger, models, notices, subjects
from clozette.privacy.tree.models import Waiting


def consent(subject_id: int, action: str, purpose: str = "promote") -> models.LedgerEntry:
    return ledger.record(
        subject_id=subject_id,
        point="CP2",
        action=action,
        purpose=purpose,
        wording="May we?",
        method="form:test",
        now=clock.now(),
        circumstances={"address": "203.0.113.0/24"},
    )


@pytest.mark.requirement(15)
def test_an_entry_keeps_the_words_that_were_shown(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    shown = notices.wording("CP1")
    entry = ledger.record(
        subject_id=subject.id,
        point="CP1",
        action="acknowledged",
        wording=shown,
        method="form:register",
        now=clock.now(),
    )
    assert db_session.get_one(models.Wording, entry.wording).text == shown
    assert (entry.point, entry.action, entry.policy_version) == ("CP1", "acknowledged", notices.policy_in_force()[0])
    assert [(one.id, one.sealed) for one in ledger.entries_of(subject.id)] == [(entry.id, entry.sealed)]


def test_the_same_words_are_kept_once(db_session: orm.Session) -> None:
    one, other = (subjects.create(clock.now()) for _ in range(2))
    assert consent(one.id, "given").wording == consent(other.id, "given").wording
    assert db_session.scalar(sa.select(sa.func.count()).select_from(models.Wording)) == 1


def test_an_unknown_point_is_refused(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    with pytest.raises(ValueError, match="CP99"):
        ledger.record(subject_id=subject.id, point="CP99", action="given", wording="", method="x", now=clock.now())


@pytest.mark.requirement(18)
def test_destroying_the_key_hides_the_circumstances(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    entry = consent(subject.id, "given")
    assert b"203.0.113" not in entry.sealed
    assert subjects.unseal(subject, entry.sealed) == {"address": "203.0.113.0/24"}
    subject.key = None
    with pytest.raises(subjects.Erased):
        subjects.unseal(subject, entry.sealed)


@pytest.mark.requirement(16)
@pytest.mark.parametrize("wording", ["", "[ ] May we?"])
def test_what_a_form_showed_stands_before_the_answer_and_both_wait_for_the_tree(
    app: Flask, db_session: orm.Session, query_counter: Callable[[], Any], wording: str
) -> None:
    subject = subjects.create(clock.now())
    with app.test_request_context():
        shown = notices.read("CP3", notices.stamp("CP3"))
    assert shown is not None
    with query_counter() as made:
        answer = ledger.record(
            subject_id=subject.id,
            point="CP3",
            action="acknowledged",
            wording=wording,
            method="form:test",
            shown=shown,
            circumstances={"agent": "A"},
            now=clock.now(),
        )
    assert len([one for one in made if one.startswith("INSERT INTO privacy_ledger")]) == 1
    served, answered = ledger.entries_of(subject.id)
    assert (served.action, answered.action, answered.served_id) == ("served", "acknowledged", served.id)
    assert answered.id == answer.id and served.at == shown.at
    kept = [db_session.get_one(models.Wording, one.wording).text for one in (served, answered)]
    assert kept == [shown.wording, wording or shown.wording]
    assert [subjects.unseal(subject, one.sealed) for one in (served, answered)] == [{"agent": "A"}] * 2
    waiting = db_session.scalars(sa.select(Waiting.row_id).order_by(Waiting.id)).all()
    assert waiting == [served.id, answered.id]
