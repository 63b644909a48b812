"""What left is held against what was logged, and recipients are told of what changed since."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.ports import couriers
from clozette.kernel.ports.mail import KEY
from clozette.kernel.ports.release import NotReleased, Release
from clozette.privacy import disclosures, ledger, subjects
from clozette.privacy.disclosures import checks, departures, telling
from clozette.privacy.disclosures.models import Departure, Disclosure, Handover, Silence, Telling
from clozette.privacy.models import Subject
from clozette.privacy.tree.models import Waiting

EMAIL = "accounts_members.email"


def hand_over(subject: Subject, contact: str = "data@sponsor.test", purpose: str = "promote") -> Release:
    now = clock.now()
    ledger.record(subject_id=subject.id, point="CP2", action="given", purpose=purpose, wording="?", method="t", now=now)
    sponsor = disclosures.recipient(
        legal_name="Sponsor Ltd", address="1 High Street", country="GB", contact=contact, now=now
    )
    return disclosures.disclose(
        recipient=sponsor,
        agreement=disclosures.Agreement(purpose=purpose, trigger="contest", object_id=1),
        people={subject.id: {EMAIL: "ada@example.test"}},
        fields=[EMAIL],
        now=now,
    )


@pytest.mark.requirement(79)
def test_what_leaves_is_written_down_and_adds_up(db_session: orm.Session, tmp_path: Path) -> None:
    release = hand_over(subjects.create(clock.now()))
    assert departures.waiting() == [release.handover_id]
    couriers.Drop(tmp_path).carry(release)
    (file,) = tmp_path.iterdir()
    assert file.read_bytes() == release.payload
    row = db_session.scalars(sa.select(Departure)).one()
    assert (row.handover_id, row.bytes, row.port) == (release.handover_id, len(release.payload), "drop")
    assert departures.waiting() == []
    assert departures.faults() == []


@pytest.mark.requirement(79)
def test_a_changed_payload_does_not_leave(db_session: orm.Session) -> None:
    release = hand_over(subjects.create(clock.now()))
    forged = Release(release.recipient, release.purpose, b"[]", release.disclosure_ids, release.handover_id)
    with pytest.raises(NotReleased):
        couriers.Memory().carry(forged)


@pytest.mark.requirement(79)
def test_unlogged_egress_is_a_fault(db_session: orm.Session) -> None:
    release = hand_over(subjects.create(clock.now()))
    now, size = clock.now(), len(release.payload)
    db_session.add(Departure(at=now, handover_id=None, port="secret", sha256="0" * 64, bytes=9))
    db_session.add(Departure(at=now, handover_id=release.handover_id, port="post", sha256="1" * 64, bytes=size))
    db_session.flush()
    db_session.commit()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    assert "2 times" in checks.disclosures(app, app.extensions["clozette.settings"])
    assert [(fault.port, fault.what) for fault in departures.faults()] == [
        ("secret", "in no log"),
        ("post", "other bytes than the log says"),
    ]


@pytest.mark.requirement(76)
def test_the_log_is_in_the_tree(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    release = hand_over(subject)
    disclosures.silence(handover_id=release.handover_id, until=clock.now(), because="an order on Ada", now=clock.now())
    leaves = {row.kind: row for row in db_session.scalars(sa.select(Waiting))}
    handover = db_session.get_one(Handover, release.handover_id)
    assert handover.payload_sha256.encode() in leaves["handover"].data
    assert leaves["disclosure"].row_id == db_session.scalars(sa.select(Disclosure)).one().id
    assert leaves["silence"].row_id == db_session.scalars(sa.select(Silence)).one().id
    assert {"recipient", "handover", "disclosure", "silence"} <= set(leaves)
    for row in leaves.values():
        assert b"ada@" not in row.data and b"Ada" not in row.data and b"data@sponsor.test" not in row.data


@pytest.mark.requirement(78)
def test_every_recipient_is_told_once_and_without_names(app: Flask, db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    release = hand_over(subject)
    hand_over(subject, contact="+44 20 0000 0000")
    for _ in range(2):
        disclosures.tell_recipients(subject.id, kind="erasure", cause_id=7, now=clock.now())
    tasks.drain(app)
    db_session.expire_all()
    (mail,) = [message for message in app.extensions[KEY].messages if message.to == "data@sponsor.test"]
    sealed = db_session.get_one(Disclosure, release.disclosure_ids[0]).reference
    assert subjects.unseal(subject, sealed)["reference"] in mail.text
    assert "ada" not in mail.text.casefold()
    rows = db_session.scalars(sa.select(Telling).order_by(Telling.id)).all()
    assert [row.told_at is not None for row in rows] == [True, False], "who has no mail address waits for the staff"
    app.extensions[KEY].clear()


@pytest.mark.requirement(78)
def test_a_withdrawal_goes_to_the_recipients_of_its_purpose(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    hand_over(subject, purpose="research")
    assert (
        disclosures.tell_recipients(subject.id, kind="withdrawal", cause_id=7, now=clock.now(), purpose="promote") == []
    )
    assert disclosures.tell_recipients(subject.id, kind="withdrawal", cause_id=7, now=clock.now(), purpose="research")


@pytest.mark.requirement(78)
def test_a_confirmed_telling_forgets_who_it_was_about(db_session: orm.Session) -> None:
    subject = subjects.create(clock.now())
    hand_over(subject)
    disclosures.tell_recipients(subject.id, kind="erasure", cause_id=7, now=clock.now())
    row = db_session.scalars(sa.select(Telling)).one()
    assert row.known_as
    telling.confirm(row, now=clock.now())
    assert row.known_as == [] and row.told_at is not None and row.confirmed_at is not None
