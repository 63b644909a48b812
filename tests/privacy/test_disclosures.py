"""The one door: who may go through, what goes out, what is written down."""

import csv
import hashlib
import io
import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.ports.release import Release
from clozette.privacy import disclosures, ledger, models, subjects
from clozette.privacy.disclosures.models import Disclosure, Handover, Recipient

EMAIL, NAME = "accounts_members.email", "accounts_members.display_name"
ADA = {EMAIL: "ada@example.test", NAME: "Ada", "accounts_members.birth_date": "1990-05-17"}
SPONSOR = {
    "legal_name": "Sponsor Ltd",
    "address": "1 High Street, London",
    "country": "GB",
    "contact": "data@sponsor.test",
}
CONTEST = disclosures.Agreement(
    purpose="promote",
    trigger="contest",
    object_id=42,
    retention="90 days",
    contract="Sponsoring agreement 7",
)


def consent(subject_id: int, action: str, purpose: str = "promote") -> models.LedgerEntry:
    return ledger.record(
        subject_id=subject_id,
        point="CP2",
        action=action,
        purpose=purpose,
        wording="May we?",
        method="form:test",
        now=clock.now(),
    )


def disclose(people: dict[int, Any], fields: list[str], **changes: Any) -> Release:
    now = clock.now()
    sponsor = disclosures.recipient(**SPONSOR, now=now)
    given = {"recipient": sponsor, "agreement": CONTEST, "people": people, "fields": fields, "now": now}
    return disclosures.disclose(**given | changes)


@pytest.mark.requirement(73, 75)
def test_the_door_lets_out_only_the_named_fields_of_those_who_agreed(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    entry = consent(subject.id, "given")
    release = disclose({subject.id: ADA}, [EMAIL])
    (row,) = json.loads(release.payload)
    reference = row.pop("reference")
    assert row == {EMAIL: "ada@example.test"}
    handover = db_session.get_one(Handover, release.handover_id)
    assert (handover.fields, handover.categories, handover.row_count) == ([EMAIL], ["contact"], 1)
    assert (handover.trigger, handover.object_id, handover.purpose, handover.basis) == (
        "contest",
        42,
        "promote",
        "consent",
    )
    assert (handover.means, handover.retention, handover.contract) == ("file", "90 days", "Sponsoring agreement 7")
    assert handover.payload_sha256 == hashlib.sha256(release.payload).hexdigest()
    assert handover.payload_bytes == len(release.payload)
    named = db_session.get_one(Recipient, handover.recipient_id)
    assert {name: getattr(named, name) for name in SPONSOR} == SPONSOR
    disclosure = db_session.get_one(Disclosure, release.disclosure_ids[0])
    assert (disclosure.subject_id, disclosure.consent_id, disclosure.wording) == (subject.id, entry.id, entry.wording)
    assert subjects.unseal(subject, disclosure.reference) == {"reference": reference}


@pytest.mark.requirement(73)
def test_one_entry_per_handover_and_a_row_per_person(db_session: orm.Session) -> None:
    people = [subjects.create(clock.now()) for _ in range(3)]
    for subject in people:
        consent(subject.id, "given")
    release = disclose({subject.id: {EMAIL: f"{subject.id}@example.test"} for subject in people}, [EMAIL])
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 1
    rows = db_session.scalars(sa.select(Disclosure).where(Disclosure.handover_id == release.handover_id)).all()
    assert {row.subject_id for row in rows} == {subject.id for subject in people}
    assert len(json.loads(release.payload)) == 3


@pytest.mark.requirement(73)
def test_the_same_recipient_is_one_row_and_a_moved_one_another(db_session: orm.Session) -> None:
    now = clock.now()
    first = disclosures.recipient(**SPONSOR, now=now)
    assert disclosures.recipient(**SPONSOR, now=now).id == first.id
    assert disclosures.recipient(**{**SPONSOR, "address": "2 Low Street"}, now=now).id != first.id


@pytest.mark.parametrize("missing", sorted(SPONSOR))
def test_a_recipient_has_all_particulars(db_session: orm.Session, missing: str) -> None:
    with pytest.raises(ValueError, match="legal name"):
        disclosures.recipient(**{**SPONSOR, missing: " "}, now=clock.now())


@pytest.mark.parametrize("answers", [[], ["refused"], ["given", "withdrawn"], ["given", "expired"]])
def test_the_door_stays_shut_without_a_standing_consent(db_session: orm.Session, answers: list[str]) -> None:
    subject = subjects.create(clock.now())
    for answer in answers:
        consent(subject.id, answer)
    consent(subject.id, "given", purpose="research")
    with pytest.raises(disclosures.NotConsented):
        disclose({subject.id: ADA}, [EMAIL])
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0


@pytest.mark.requirement(75)
@pytest.mark.parametrize(
    "field", ["accounts_members.password", "accounts_members.nothing", "accounts_members.id", "email"]
)
def test_secrets_and_undeclared_fields_stay_in(db_session: orm.Session, field: str) -> None:
    subject = subjects.create(clock.now())
    consent(subject.id, "given")
    with pytest.raises(disclosures.NotDisclosable):
        disclose({subject.id: {field: "x"}}, [field])


@pytest.mark.parametrize(
    ("people", "fields", "agreement"),
    [
        (False, [EMAIL], CONTEST),
        (True, [], CONTEST),
        (True, [EMAIL], disclosures.Agreement(purpose="law", trigger="law", basis="law")),
    ],
)
def test_a_handover_has_people_fields_and_a_reason(
    db_session: orm.Session, people: bool, fields: list[str], agreement: disclosures.Agreement
) -> None:
    subject = subjects.create(clock.now())
    consent(subject.id, "given")
    with pytest.raises(disclosures.NotDisclosable):
        disclose({subject.id: ADA} if people else {}, fields, agreement=agreement)


@pytest.mark.requirement(73)
def test_a_duty_needs_no_consent_but_is_named(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    duty = disclosures.Agreement(purpose="law", trigger="law", basis="law", duty="StPO § 100j, order 7 Gs 12/26")
    release = disclose({subject.id: ADA}, [EMAIL], agreement=duty)
    assert db_session.get_one(Handover, release.handover_id).duty == duty.duty
    assert db_session.get_one(Disclosure, release.disclosure_ids[0]).consent_id is None


def test_the_payloads_digest_says_nothing_about_its_content(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    consent(subject.id, "given")
    one, other = (disclose({subject.id: ADA}, [EMAIL]) for _ in range(2))
    digests = [db_session.get_one(Handover, release.handover_id).payload_sha256 for release in (one, other)]
    assert digests[0] != digests[1]


@pytest.mark.requirement(75)
def test_a_sheet_has_a_mark_and_calculates_nothing(db_session: orm.Session) -> None:
    people = {}
    for name in ("=1+1", 'Ada "the" First', None):
        subject = subjects.create(clock.now())
        consent(subject.id, "given")
        people[subject.id] = {EMAIL: "ada@example.test", NAME: name}
    release = disclose(people, [EMAIL, NAME], form="csv", mark="m-1")
    rows = list(csv.DictReader(io.StringIO(release.payload.decode())))
    assert {row[NAME] for row in rows} == {"'=1+1", 'Ada "the" First', ""}
    assert {row["mark"] for row in rows} == {"m-1"} and set(rows[0]) == {"reference", "mark", EMAIL, NAME}
    assert b"\r\n" in release.payload
    kept = db_session.get_one(Handover, release.handover_id)
    assert kept.payload_sha256 == hashlib.sha256(release.payload).hexdigest() and kept.row_count == 3
