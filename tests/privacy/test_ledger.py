"""The first ledger, subjects' keys, and the one door."""

import json

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.privacy import disclosures, ledger, models, notices, subjects


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
    assert (entry.point, entry.action, entry.policy_version) == ("CP1", "acknowledged", notices.POLICY_VERSION)
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


@pytest.mark.requirement(75)
def test_the_door_lets_out_only_the_named_fields_of_those_who_agreed(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    entry = consent(subject.id, "given")
    release = disclosures.disclose(
        recipient="Sponsor Ltd",
        purpose="promote",
        people={subject.id: {"email": "ada@example.test", "birth_date": "1990-05-17"}},
        fields=["email"],
        now=clock.now(),
    )
    assert json.loads(release.payload) == [{"email": "ada@example.test"}]
    row = db_session.get_one(models.Disclosure, release.disclosure_ids[0])
    assert (row.subject_id, row.recipient, row.fields, row.consent_id) == (
        subject.id,
        "Sponsor Ltd",
        ["email"],
        entry.id,
    )


@pytest.mark.parametrize("answers", [[], ["refused"], ["given", "withdrawn"], ["given", "expired"]])
def test_the_door_stays_shut_without_a_standing_consent(db_session: orm.Session, answers: list[str]) -> None:
    subject = subjects.create(clock.now())
    for answer in answers:
        consent(subject.id, answer)
    consent(subject.id, "given", purpose="research")
    with pytest.raises(disclosures.NotConsented):
        disclosures.disclose(
            recipient="Sponsor Ltd", purpose="promote", people={subject.id: {}}, fields=[], now=clock.now()
        )
    assert db_session.scalar(sa.select(sa.func.count()).select_from(models.Disclosure)) == 0
