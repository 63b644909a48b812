"""What a person sees of the door, what the staff do there, and what the law keeps from the person."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import credentials, tickets, tokens
from clozette.kernel import clock, ids
from clozette.privacy import disclosures, ledger
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Case, Departure, Handover, Silence, Telling
from clozette.privacy.models import StaffRead
from tests.factories.accounts import make_member, sign_in
from tests.support.application import Clock
from tests.support.client import Client

EMAIL = "accounts_members.email"
REASON = "The member asked for help, case 1042."
ORDER = {
    "legal_name": "Amtsgericht Musterstadt",
    "address": "Gerichtsplatz 1, Musterstadt",
    "country": "DE",
    "contact": "+49 30 0000",
    "duty": "§ 100j StPO, order 7 Gs 12/26",
    "fields_sent": [EMAIL, "accounts_members.birth_date"],
}


@pytest.fixture
def ada(db_session: orm.Session, client: Client) -> Member:
    member = make_member("ada")
    sign_in(client, member)
    return member


@pytest.fixture
def keeper(app: Flask, db_session: orm.Session) -> Client:
    browser = app.test_client()
    sign_in(browser, make_member("keeper", roles=("admin",)), second_factor=True)
    assert isinstance(browser, Client)
    return browser


def sponsored(member: Member, **changes: Any) -> int:
    now = clock.now()
    ledger.record(
        subject_id=member.subject_id,
        point="CP2",
        action="given",
        purpose="promote",
        wording="May we?",
        method="t",
        now=now,
    )
    sponsor = disclosures.recipient(
        legal_name="Sponsor Ltd", address="1 High Street, London", country="GB", contact="data@sponsor.test", now=now
    )
    agreement = {"purpose": "promote", "trigger": "contest", "retention": "90 days", **changes}
    release = disclosures.disclose(
        recipient=sponsor,
        agreement=disclosures.Agreement(**agreement),
        people={member.subject_id: {EMAIL: member.email}},
        fields=[EMAIL],
        now=now,
    )
    return release.handover_id


@pytest.mark.requirement(77)
def test_the_person_sees_who_got_what_by_name(client: Client, ada: Member, db_session: orm.Session) -> None:
    sponsored(ada)
    sponsored(make_member("bob"))
    page = client.get("/privacy/disclosures").text
    assert page.count("Sponsor Ltd") == 1
    for fact in ("1 High Street, London", "data@sponsor.test", EMAIL, "May we?", "90 days"):
        assert fact in page


@pytest.mark.requirement(77)
def test_programs_see_the_same(client: Client, ada: Member, db_session: orm.Session) -> None:
    handover_id = sponsored(ada)
    token = tokens.make(ada.id, name="t", scopes=("privacy:read",), days=7, now=clock.now())
    answer = client.get("/api/v1/disclosures", headers={"Authorization": f"Bearer {token}"})
    (row,) = answer.json
    assert row["recipient"]["legal_name"] == "Sponsor Ltd"
    assert row["fields"] == [EMAIL]
    assert row["basis"] == "consent" and row["consent"]
    assert db_session.get_one(Handover, handover_id).purpose == row["purpose"]


@pytest.mark.requirement(78)
def test_the_person_sees_what_recipients_were_told(client: Client, ada: Member, db_session: orm.Session) -> None:
    sponsored(ada)
    disclosures.tell_recipients(ada.subject_id, kind="correction", cause_id=1, now=clock.now())
    assert "Under way" in client.get("/privacy/disclosures").text
    db_session.execute(sa.update(Telling).values(told_at=clock.now(), confirmed_at=clock.now()))
    assert "Confirmed" in client.get("/privacy/disclosures").text


@pytest.mark.requirement(78)
def test_a_withdrawal_is_told_to_whoever_got_it_for_that(client: Client, ada: Member, db_session: orm.Session) -> None:
    now = clock.now()
    ledger.record(
        subject_id=ada.subject_id,
        point="CP5",
        action="given",
        purpose="partner_offers",
        channel="email",
        wording="May we?",
        method="t",
        now=now,
    )
    sponsored(ada)
    sponsored(ada, purpose="partner_offers", channel="email")
    answer = client.post(
        "/privacy/consents", data={"purpose": "partner_offers", "channel": "email", "action": "withdrawn"}
    )
    assert answer.status_code == 303
    (row,) = db_session.scalars(sa.select(Telling)).all()
    assert (row.kind, row.subject_id) == ("withdrawal", ada.subject_id)
    assert len(row.known_as) == 1, "of two hand-overs to the same recipient, the one for this purpose"


@pytest.mark.requirement(78)
def test_a_correction_is_told_to_whoever_got_that_field(client: Client, ada: Member, db_session: orm.Session) -> None:
    sponsored(ada)
    assert client.post("/settings/handle", data={"handle": "ada_byron"}).status_code == 303
    assert db_session.scalars(sa.select(Telling)).all() == [], "they never got the handle"
    ada = db_session.get_one(Member, ada.id)
    ticket = tickets.make(ada.id, tickets.CHANGE_EMAIL, "new@example.test", clock.now())
    assert credentials.change_address(ada, ticket, now=clock.now(), sign_in_id=None)
    assert [row.kind for row in db_session.scalars(sa.select(Telling))] == ["correction"]


@pytest.mark.requirement(8)
def test_staff_say_why_once_for_a_case_and_the_member_sees_it(
    client: Client, ada: Member, keeper: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    address = "/admin/members/ada/record"
    assert keeper.post(address).status_code == 422
    assert keeper.post(address, data={"reason": REASON, "reference": "1042"}).status_code == 200
    assert "Your case is open" in keeper.get("/admin/members/ada").text
    assert keeper.post(address).status_code == 200, "once for a case"
    reads = db_session.scalars(sa.select(StaffRead)).all()
    assert [(read.reason, read.subject_id) for read in reads] == [(REASON, ada.subject_id)] * 2
    assert reads[0].case_id == reads[1].case_id == db_session.scalars(sa.select(Case)).one().id
    assert "email" in (reads[0].fields or [])
    page = client.get("/privacy/access").text
    assert page.count("The member asked for help") == 2
    assert "1042" in page
    stopped_clock.forward(hours=24)
    assert keeper.post(address).status_code == 422, "the next day it is asked again"


@pytest.mark.requirement(8)
def test_anothers_case_opens_nothing(app: Flask, ada: Member, keeper: Client, db_session: orm.Session) -> None:
    keeper.post("/admin/members/ada/record", data={"reason": REASON})
    other = app.test_client()
    sign_in(other, make_member("second", roles=("admin",)), second_factor=True)
    assert other.post("/admin/members/ada/record").status_code == 422


@pytest.mark.requirement(77)
def test_what_a_law_forbids_to_tell_is_not_told_until_its_day(
    client: Client, ada: Member, keeper: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    until = clock.now() + timedelta(days=30)
    silent = {"silent_until": until.date().isoformat(), "silent_because": "§ 101 StPO, order 7 Gs 12/26"}
    answer = keeper.post("/admin/members/ada/disclosure", data={**ORDER, **silent})
    assert answer.status_code == 200
    (row,) = json.loads(answer.data)
    assert (row[EMAIL], row["accounts_members.birth_date"]) == (ada.email, "1990-05-17")
    assert departures.faults() == [] and departures.waiting() == []
    assert db_session.scalars(sa.select(Departure)).one().port == "download"
    assert len(db_session.scalars(sa.select(Silence)).all()) == 2
    for page in ("/privacy/disclosures", "/privacy/access"):
        assert "Amtsgericht" not in client.get(page).text
        assert "100j" not in client.get(page).text
    assert "Silent until" in keeper.get("/admin/disclosures").text
    stopped_clock.stop(until + timedelta(days=1))
    sign_in(client, ada)
    assert "Amtsgericht" in client.get("/privacy/disclosures").text
    assert "100j" in client.get("/privacy/access").text


def test_an_order_without_silence_is_told_at_once(client: Client, ada: Member, keeper: Client) -> None:
    assert keeper.post("/admin/members/ada/disclosure", data=ORDER).status_code == 200
    assert "Amtsgericht" in client.get("/privacy/disclosures").text


@pytest.mark.requirement(77)
def test_a_silent_look_is_not_told(client: Client, ada: Member, keeper: Client, db_session: orm.Session) -> None:
    until = (clock.now() + timedelta(days=30)).date().isoformat()
    typed = {"reason": REASON, "silent_until": until}
    assert keeper.post("/admin/members/ada/record", data=typed).status_code == 422, "by which law?"
    typed["silent_because"] = "§ 101 StPO, order 7"
    assert keeper.post("/admin/members/ada/record", data=typed).status_code == 200
    assert "asked for help" not in client.get("/privacy/access").text


@pytest.mark.parametrize(
    "wrong",
    [{"country": "XX"}, {"duty": "because"}, {"fields_sent": ["accounts_members.password"]}, {"fields_sent": []}],
)
def test_an_order_has_all_its_particulars(
    keeper: Client, ada: Member, db_session: orm.Session, wrong: dict[str, Any]
) -> None:
    assert keeper.post("/admin/members/ada/disclosure", data={**ORDER, **wrong}).status_code == 422
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0


@pytest.mark.requirement(78)
def test_staff_note_who_was_told(keeper: Client, ada: Member, db_session: orm.Session) -> None:
    sponsored(ada)
    disclosures.tell_recipients(ada.subject_id, kind="erasure", cause_id=1, now=clock.now())
    row = db_session.scalars(sa.select(Telling)).one()
    address = f"/admin/disclosures/tellings/{ids.encode(row.id)}"
    assert keeper.post(address, data={"step": "told"}).status_code == 303
    db_session.expire_all()
    assert row.told_at and not row.confirmed_at
    assert keeper.post(address, data={"step": "confirmed"}).status_code == 303
    db_session.expire_all()
    assert row.confirmed_at and row.known_as == []
    assert keeper.post(address, data={"step": "other"}).status_code == 422


@pytest.mark.requirement(79)
def test_unlogged_egress_is_shown_to_the_staff(keeper: Client, db_session: orm.Session) -> None:
    assert "All bytes that left are in the log" in keeper.get("/admin/disclosures").text
    db_session.add(Departure(at=clock.now(), handover_id=None, port="secret", sha256="0" * 64, bytes=9))
    assert "in no log" in keeper.get("/admin/disclosures").text
