"""The first ledger and subjects' keys."""

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.privacy import ledger, models, notices, subjects


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
    assert ledger.entries_of(subject.id) == [entry]


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
