"""The pages: marketing sets what is shared, prepares it, a second person agrees; the sponsor fetches it and says what is done."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm
from werkzeug.test import TestResponse

from clozette.accounts.models import Member
from clozette.contests.models import Contest, Sharing, Sponsor
from clozette.contests.planning import lint
from clozette.contests.sponsors import handing, people, services, sharing
from clozette.contests.sponsors.models import Fetch, Handout, SponsorPerson
from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports.mail import KEY
from clozette.privacy.disclosures.models import Handover, Telling
from tests.contests.sponsors import test_triggers as triggers
from tests.contests.sponsors.conftest import answer
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry, make_sharing, make_sponsor
from tests.support.application import Clock
from tests.support.client import Client

Enter = Callable[..., Member]
ACME = {
    "legal_name": "Acme Ltd",
    "address": "1 High Street, London",
    "country": "GB",
    "contact": "data@acme.test",
    "domains": "acme.test, @acme.example",
    "contract": "Agreement 7",
    "keeps_for": "90 days",
    "keeps_days": "90",
}
SHARED = {
    "fields_shared": ["accounts_members.email", "accounts_members.display_name"],
    "purpose": "to tell you about their coats",
    "keeps_for": "90 days",
    "keeps_days": "90",
    "reaches": "agreed",
}


@pytest.fixture
def marketing(client: Client, staff: Member) -> Client:
    sign_in(client, staff, second_factor=True)
    return client


@pytest.fixture
def theirs(app: Flask, buyer: Member) -> Client:
    """The browser of the sponsor's person."""
    client = app.test_client()
    assert isinstance(client, Client)
    sign_in(client, buyer, second_factor=True)
    return client


def row(item: Any) -> str:
    return ids.encode(item.id)


def test_marketing_adds_a_sponsor_and_lets_somebody_in(
    marketing: Client, staff: Member, db_session: orm.Session
) -> None:
    made = marketing.post("/marketing/sponsors", data=ACME | {"legal_name": "Coats & Co"})
    assert made.status_code == 303
    page = marketing.get(made.headers["Location"])
    assert "Coats &amp; Co" in page.text and "Agreement 7" in page.text
    found = db_session.scalars(sa.select(Sponsor).where(Sponsor.legal_name == "Coats & Co")).one()
    assert found.domains == ["acme.example", "acme.test"]
    assert marketing.post("/marketing/sponsors", data=ACME | {"legal_name": "Coats & Co"}).status_code == 409
    make_member("carla")
    for handle, status in (("nobody", 409), ("mark", 409), ("@Carla", 303), ("carla", 409)):
        assert marketing.post(f"/marketing/sponsors/{row(found)}/people", data={"handle": handle}).status_code == status
    person = db_session.scalars(sa.select(SponsorPerson)).one()
    assert person.given_by_id == staff.id
    away = f"/marketing/sponsors/{row(found)}/people/{row(person)}"
    assert marketing.post(away, data={"_method": "DELETE"}).status_code == 303
    db_session.refresh(person)
    assert person.taken_at


@pytest.mark.parametrize(
    "changes",
    [
        {"legal_name": ""},
        {"address": ""},
        {"country": "XX"},
        {"contact": "call us"},
        {"contract": ""},
        {"keeps_days": "0"},
        {"keeps_days": "9" * 30},
        {"domains": "not a domain"},
        {"domains": "*" * 2000},
        {"website": "javascript:alert(1)"},
        {"surprise": "1"},
    ],
)
def test_a_sponsor_is_named_in_full(marketing: Client, db_session: orm.Session, changes: dict[str, str]) -> None:
    before = db_session.scalar(sa.select(sa.func.count()).select_from(Sponsor))
    assert marketing.post("/marketing/sponsors", data=ACME | changes).status_code == 422
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Sponsor)) == before


def test_a_sponsor_keeps_what_was_read_when_it_changes(marketing: Client, asked: Sharing, sponsor: Sponsor) -> None:
    address = f"/marketing/sponsors/{row(sponsor)}"
    assert marketing.get(f"{address}/edit").status_code == 200
    assert marketing.post(address, data=ACME | {"legal_name": "Acme Holdings Ltd"}).status_code == 303
    assert "Acme Ltd" in (sharing.explain(asked.id) or "")
    other = make_sponsor()
    assert marketing.post(address, data=ACME | {"legal_name": other.legal_name}).status_code == 409
    assert marketing.post(f"{address}/closing").status_code == 303
    assert "Closed" in marketing.get(address).text


@pytest.mark.requirement(74, 75)
def test_marketing_sets_what_is_shared_from_the_list_alone(
    marketing: Client, sponsor: Sponsor, db_session: orm.Session
) -> None:
    contest = make_contest("checked", checked_sha256="0" * 64)
    address = f"/marketing/contests/{row(contest)}/sharing"
    page = marketing.get(address).text
    assert "your mail address" in page and "password" not in re.findall(r'value="(accounts_[^"]*)"', page)
    good = SHARED | {"sponsor": row(sponsor)}
    for changes in ({"fields_shared": ["accounts_members.birth_date"]}, {"fields_shared": []}, {"purpose": ""}):
        assert marketing.post(address, data=good | changes).status_code == 422
    assert marketing.post(address, data=good | {"fields_shared": ["contests_addresses.city"]}).status_code == 409
    assert marketing.post(address, data=good | {"sponsor": row(contest)}).status_code == 409
    assert not sharing.of("contest", contest.id)
    assert marketing.post(address, data=good).status_code == 303
    (asked,) = sharing.of("contest", contest.id)
    db_session.refresh(contest)
    assert (contest.state, contest.version, contest.checked_sha256) == ("draft", 2, None), "it is checked anew"
    assert "to tell you about their coats" in marketing.get(address).text
    assert marketing.post(f"{address}/{row(asked)}", data={"_method": "DELETE"}).status_code == 303
    assert not sharing.of("contest", contest.id)


@pytest.mark.requirement(74)
@pytest.mark.parametrize("state", ["published", "open", "closed", "done", "cancelled"])
def test_terms_that_people_read_stay(marketing: Client, sponsor: Sponsor, state: str) -> None:
    """Without a reason, and after the close with one too."""
    contest = make_contest(state, sponsor=sponsor)
    address = f"/marketing/contests/{row(contest)}/sharing"
    why = {"because": "another purpose"} if state in ("closed", "done", "cancelled") else {}
    assert marketing.post(address, data=SHARED | {"sponsor": row(sponsor)} | why).status_code == 409
    assert not sharing.of("contest", contest.id)


@pytest.mark.requirement(74)
def test_a_change_after_the_opening_is_a_new_version_that_entrants_are_asked_about(
    marketing: Client, sponsor: Sponsor, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lint, "faults", lambda plan: [])
    days = {"closes_at": 4, "draw_at": 5, "announce_at": 6}
    dates = {name: clock.now() + timedelta(days=many) for name, many in days.items()}
    contest = make_contest("open", sponsor=sponsor, **dates)
    old, member = make_sharing(contest, sponsor), make_member("ada")
    entry = make_entry(contest, member)
    answer(member, old, "given")
    contest.rules_locked_at = clock.now()
    db_session.flush()
    address = f"/marketing/contests/{row(contest)}/sharing"
    changed = SHARED | {"sponsor": row(sponsor), "purpose": "to send you a catalogue"}
    assert marketing.post(address, data=changed | {"because": "they print one now"}).status_code == 303
    (new,) = sharing.of("contest", contest.id)
    db_session.refresh(entry), db_session.refresh(contest)
    assert (entry.state, new.purpose) == ("asked", "to send you a catalogue")
    assert contest.version == 2
    contest.state = "closed"
    db_session.flush()
    assert people.count(new) == 0, "an old yes is none to this"


def test_a_prize_that_a_sponsor_sends_is_shared_by_itself(marketing: Client, sponsor: Sponsor) -> None:
    contest = make_contest("draft", sponsor=sponsor)
    page = marketing.get(f"/marketing/contests/{row(contest)}/sharing").text
    (there,) = set(re.findall(r'href="(/marketing/prizes/[^"]+)"', page))
    named = SHARED | {"sponsor": row(sponsor), "fields_shared": ["contests_addresses.name", "contests_addresses.city"]}
    assert marketing.post(there, data=named).status_code == 303
    assert "the name the prize is sent to" in marketing.get(there).text
    assert marketing.get(f"/marketing/contests/{row(contest)}/handouts").status_code == 200


@pytest.mark.requirement(75)
def test_staff_prepare_a_second_person_agrees_and_the_sponsor_fetches(
    app: Flask, marketing: Client, theirs: Client, enter: Enter, asked: Sharing, db_session: orm.Session
) -> None:
    enter("ada"), enter("bob")
    address = f"/marketing/sharings/{row(asked)}"
    assert "Acme Ltd" in marketing.get(address).text
    good = {"reason": "as agreed with them", "means": "file", "form": "csv", "most": "2", "days": "7"}
    for changes in ({"reason": "x"}, {"most": "0"}, {"most": "21"}, {"days": "31"}, {"form": "xls"}):
        assert marketing.post(f"{address}/handouts", data=good | changes).status_code == 422
    assert marketing.post(f"{address}/handouts", data=good | {"means": "webhook"}).status_code == 409
    assert marketing.post(f"{address}/handouts", data=good).status_code == 303
    tasks.drain(app)
    (told,) = [mail for mail in app.extensions[KEY].messages if mail.to == "sponsora@example.test"]
    assert "/sponsor" in told.text and "Autumn coats" in told.text and "ada@" not in told.text
    handout = db_session.scalars(sa.select(Handout)).one()
    handout.free_up_to = 1
    db_session.flush()
    file = f"/sponsor/handouts/{row(handout)}/files"
    assert theirs.post(file).status_code == 409
    approval = f"/marketing/handouts/{row(handout)}/approval"
    assert marketing.post(approval).status_code == 404, "marketing alone does not decide"
    admin = app.test_client()
    sign_in(admin, make_member("anna", roles=("admin",)), second_factor=True)
    assert "Approve" in admin.get(address).text
    assert admin.post(approval).status_code == 303
    assert admin.post(approval).status_code == 409
    assert "Autumn coats" in theirs.get("/sponsor").text
    got = theirs.post(file)
    assert (got.status_code, got.headers["Cache-Control"]) == (200, "no-store")
    assert got.text.count("@example.test") == 2
    assert "attachment" in got.headers["Content-Disposition"]
    page = theirs.get(f"/sponsor/handouts/{row(handout)}").text
    assert db_session.scalars(sa.select(Fetch.mark)).one() in page
    assert "example.test" not in page + theirs.get("/sponsor").text, "the pages say no names"
    assert marketing.post(f"/marketing/handouts/{row(handout)}/ending").status_code == 303
    assert theirs.post(file).status_code == 409


@pytest.mark.requirement(8, 75)
def test_the_sponsors_pages_are_theirs_alone(
    app: Flask, enter: Enter, handout: Handout, buyer: Member, staff: Member, db_session: orm.Session
) -> None:
    enter("ada")
    places = ("/sponsor", f"/sponsor/handouts/{row(handout)}")
    rival = make_sponsor()
    buyers = db_session.scalars(sa.select(SponsorPerson)).one()
    strangers = {name: make_member(name) for name in ("olga", "rita")}
    db_session.add(SponsorPerson(sponsor_id=rival.id, member_id=strangers["rita"].id, given_at=clock.now()))
    admin = make_member("anna", roles=("admin", "marketing"))
    db_session.add(SponsorPerson(sponsor_id=buyers.sponsor_id, member_id=admin.id, given_at=clock.now()))
    db_session.flush()
    for member in (strangers["olga"], staff, admin):
        assert statuses(app, member, places) == [404, 404, 404]
    assert statuses(app, strangers["rita"], places) == [200, 404, 404], "another sponsor"
    weak = browser(app, buyer, second_factor=False)
    answers = [weak.get("/sponsor"), weak.post(f"{places[1]}/files")]
    assert [one.status_code for one in answers] == [404, 404]
    assert all("second factor" in one.text for one in answers)
    assert app.test_client().get("/sponsor").status_code == 303
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0


def test_who_was_let_out_sees_nothing_any_more(app: Flask, buyer: Member, db_session: orm.Session) -> None:
    there = browser(app, buyer)
    assert there.get("/sponsor").status_code == 200
    db_session.execute(sa.update(SponsorPerson).values(taken_at=clock.now()))
    assert there.get("/sponsor").status_code == 404


def test_who_is_let_in_is_told_and_finds_the_way(
    app: Flask, marketing: Client, sponsor: Sponsor, db_session: orm.Session
) -> None:
    carla, outbox = make_member("carla"), app.extensions[KEY]
    hers, before = browser(app, carla), len(outbox.messages)
    assert 'href="/sponsor"' not in hers.get("/feed").text
    assert marketing.post(f"/marketing/sponsors/{row(sponsor)}/people", data={"handle": "carla"}).status_code == 303
    db_session.commit()
    tasks.drain(app)
    (mail,) = outbox.messages[before:]
    assert (mail.to, sponsor.legal_name in mail.subject, "/sponsor" in mail.text) == (carla.email, True, True)
    assert 'href="/sponsor"' in browser(app, carla, second_factor=False).get("/settings").text
    menu = hers.get("/feed").text.split('class="menu"')[1].split("</details>")[0]
    assert 'href="/sponsor"' in menu and sponsor.legal_name in menu
    db_session.execute(sa.update(SponsorPerson).values(taken_at=clock.now()))
    db_session.commit()
    assert 'href="/sponsor"' not in hers.get("/feed").text + hers.get("/settings").text


def test_who_was_let_out_meanwhile_is_told_nothing(app: Flask, sponsor: Sponsor, db_session: orm.Session) -> None:
    carla, outbox = make_member("carla"), app.extensions[KEY]
    before = len(outbox.messages)
    person = services.let_in(sponsor, "carla", by_id=make_member().id, now=clock.now())
    services.let_out(person, now=clock.now())
    db_session.commit()
    tasks.drain(app)
    assert [mail for mail in outbox.messages[before:] if mail.to == carla.email] == []


def test_a_fetch_wants_a_recent_proof(theirs: Client, enter: Enter, handout: Handout, stopped_clock: Clock) -> None:
    enter("ada")
    stopped_clock.forward(hours=2)
    answer = theirs.post(f"/sponsor/handouts/{row(handout)}/files")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/verify")


@pytest.mark.requirement(78)
def test_a_withdrawal_becomes_a_task_that_both_sides_see(
    app: Flask, theirs: Client, enter: Enter, handout: Handout, buyer: Member, asked: Sharing, db_session: orm.Session
) -> None:
    ada = enter("ada")
    handing.fetch(handout, by_id=buyer.subject_id, now=clock.now())
    hers = browser(app, ada)
    page = hers.get("/privacy/disclosures").text
    assert "Acme Ltd" in page and "your mail address" in page and "Autumn coats" in page
    took = {"purpose": sharing.purpose_of(asked), "channel": "site", "action": "withdrawn"}
    assert hers.post("/privacy/consents", data=took).status_code == 303
    told = db_session.scalars(sa.select(Telling)).one()
    assert "Under way" in hers.get("/privacy/disclosures").text
    page = theirs.get("/sponsor").text
    assert all(name in page for name in told.known_as) and "ada" not in page.casefold().replace("data", "")
    done = f"/sponsor/tellings/{row(told)}"
    assert theirs.post(done, data={"seen": "0"}).status_code == 409
    assert theirs.post(done, data={"seen": "many"}).status_code == 422
    assert theirs.post(done, data={"seen": "1"}).status_code == 303
    assert theirs.post(done, data={"seen": "1"}).status_code == 303, "twice is once"
    assert "Confirmed" in hers.get("/privacy/disclosures").text
    assert theirs.get("/sponsor").text.count("It is done") == 0


@pytest.mark.requirement(78)
def test_another_sponsors_task_is_not_there(
    app: Flask, enter: Enter, handout: Handout, buyer: Member, asked: Sharing, db_session: orm.Session
) -> None:
    ada, rita = enter("ada"), make_member("rita")
    handing.fetch(handout, by_id=buyer.subject_id, now=clock.now())
    answer(ada, asked, "withdrawn")
    db_session.add(SponsorPerson(sponsor_id=make_sponsor().id, member_id=rita.id, given_at=clock.now()))
    db_session.flush()
    told = db_session.scalars(sa.select(Telling)).one()
    assert browser(app, rita).post(f"/sponsor/tellings/{row(told)}", data={"seen": "1"}).status_code == 404
    assert told.confirmed_at is None


@pytest.mark.requirement(74)
def test_the_page_of_consents_and_the_receipt_say_who_gets_what(app: Flask, enter: Enter, contest: Contest) -> None:
    hers = browser(app, enter("ada"))
    page = hers.get("/privacy/consents").text
    for words in ("Autumn coats – Acme Ltd", "1 High Street", "your mail address", "90 days"):
        assert words in page
    (receipt,) = set(re.findall(r'href="(/privacy/consents/\w+)"', page))
    assert "Acme Ltd" in hers.get(receipt).text


def browser(app: Flask, member: Member, *, second_factor: bool = True) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    sign_in(client, member, second_factor=second_factor)
    return client


def statuses(app: Flask, member: Member, places: tuple[str, str]) -> list[int]:
    client = browser(app, member)
    answers: list[TestResponse] = [client.get(place) for place in places]
    return [one.status_code for one in [*answers, client.post(f"{places[1]}/files")]]


@pytest.mark.requirement(72)
@pytest.mark.parametrize("kind", ["survey", "promotion"])
def test_surveys_and_promotions_are_shared_while_they_are_drafts(
    marketing: Client, sponsor: Sponsor, db_session: orm.Session, kind: str
) -> None:
    make = {"survey": triggers.survey, "promotion": triggers.promotion}[kind]
    _kind, object_id, *_rest = make(make_member("ada"), sponsor, "draft")
    address = f"/marketing/{kind}s/{ids.encode(object_id)}/sharing"
    forced = marketing.post(address, data=SHARED | {"sponsor": row(sponsor), "is_required": "true"})
    assert (forced.status_code, "must not depend on sharing" in forced.text) == (409, True)
    assert marketing.post(address, data=SHARED | {"sponsor": row(sponsor)}).status_code == 303
    (asked,) = sharing.of(kind, object_id)
    assert "Acme Ltd" in marketing.get(address).text
    assert marketing.get(f"/marketing/{kind}s/{ids.encode(object_id)}/handouts").status_code == 200
    assert marketing.get(f"/marketing/sharings/{row(asked)}").status_code == 200
    db_session.execute(sa.text(f"UPDATE contests_{kind}s SET state = 'open'"))
    assert marketing.post(address, data=SHARED | {"sponsor": row(sponsor), "because": "why not"}).status_code == 409
    assert marketing.post(f"{address}/{row(asked)}", data={"_method": "DELETE"}).status_code == 409
