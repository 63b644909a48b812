"""The winner's page, the public list, and what staff see: every step over HTTP."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.planning.models import Contest, Prize
from clozette.contests.sponsors import handing, people
from clozette.contests.sponsors.models import Sharing, Sponsor
from clozette.contests.winning import queries, services
from clozette.contests.winning.models import Address
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.privacy import consents, staff_reads
from clozette.privacy.disclosures.models import Telling
from clozette.privacy.models import LedgerEntry, StaffRead
from tests.contests.winning.conftest import Made, first, terms_of
from tests.factories.accounts import make_member, make_minor, sign_in
from tests.factories.contests import make_contest, make_entry, make_sharing, make_sponsor
from tests.support.application import Clock
from tests.support.client import Client

ADDRESS = {
    "name": "Winnie Canary",
    "line1": "1 Canary Street",
    "postcode": "N1 1AA",
    "city": "Canaryton",
    "country": "GB",
}
FIELDS = ["contests_entries.number", "contests_addresses.name", "contests_addresses.line1", "contests_addresses.city"]


@pytest.fixture
def won(announced: Made, client: Client) -> tuple[Contest, Member]:
    """A contest that Winnie won, who is signed in; two others stand behind."""
    return _won(announced, client, make_member("winnie", display_name="Winnie the First"))


def _won(announced: Made, client: Client, member: Member, **prize: Any) -> tuple[Contest, Member]:
    contest = make_contest("closed")
    entries = [make_entry(contest, member), make_entry(contest, make_member()), make_entry(contest, make_member())]
    announced(entries, contest=contest, **prize)
    sign_in(client, member)
    return contest, member


@pytest.fixture
def staff(app: Flask, db_session: orm.Session) -> Client:
    """Somebody of marketing, in a browser of their own."""
    browser = app.test_client()
    sign_in(browser, make_member("mark", roles=("marketing",)), second_factor=True)
    assert isinstance(browser, Client)
    return browser


@pytest.fixture
def asked(won: tuple[Contest, Member]) -> Sharing:
    """Let the sponsor send the prize, with a sharing of its own."""
    contest, _member = won
    prize = db.session.scalars(sa.select(Prize).where(Prize.contest_id == contest.id)).one()
    prize.sent_by, sponsor = "sponsor", make_sponsor(legal_name="Acme Ltd")
    return make_sharing(contest, sponsor, object_kind="prize", object_id=prize.id, fields=FIELDS, reaches="winners")


def page(contest: Contest) -> str:
    return f"/contests/{contest.slug}/prize"


def say(client: Client, contest: Contest, do: str = "accept", **more: str) -> int:
    """Press a button of the page as it stands, with its stamp."""
    stamp = stamp_of(client.get(page(contest)).text)
    return client.post(f"{page(contest)}/answer", data={"do": do, **stamp, **more}).status_code


def main_of(shown: str) -> str:
    return shown.partition("<main")[2].partition("</main>")[0]


def stamp_of(shown: str) -> dict[str, str]:
    found = re.search(r'name="_notice" value="([^"]+)"', shown)
    return {"_notice": found[1]} if found else {}


def send(client: Client, contest: Contest, share: Sequence[Sharing] = (), **changes: Any) -> int:
    """Send the form for the address, as it stands."""
    typed = {**ADDRESS, **stamp_of(client.get(page(contest)).text), "share": [ids.encode(one.id) for one in share]}
    return client.post(page(contest), data=typed | changes).status_code


def consented(member: Member, purpose: str, object_id: int) -> str | None:
    state = consents.current(member.subject_id).get((consents.about(purpose, object_id), "site"))
    return state.action if state else None


def test_the_whole_way(won: tuple[Contest, Member], client: Client, staff: Client, db_session: orm.Session) -> None:
    contest, member = won
    assert "You have won" in client.get(f"/contests/{contest.slug}").text
    assert say(client, contest, winner_name="true") == 303
    assert consented(member, "winner_name", contest.id) == "given"
    assert send(client, contest) == 303
    here = f"/marketing/contests/{ids.encode(contest.id)}/winners"
    deeds = f"{here}/{ids.encode(first(contest).id)}/deeds"
    sent = {"do": "ship", "carrier": "Post", "tracking": "RR 77"}
    assert staff.post(deeds, data=sent).status_code == 303
    assert staff.post(deeds, data=sent).status_code == 409
    assert "RR 77" in client.get(page(contest)).text
    assert client.post(f"{page(contest)}/arrival").status_code == 303
    assert client.post(f"{page(contest)}/arrival").status_code == 409
    assert first(contest).state == "received"
    assert "arrived" in staff.get(here).text


@pytest.mark.requirement(6, 24)
def test_no_box_is_ticked(won: tuple[Contest, Member], asked: Sharing, client: Client) -> None:
    contest, _member = won
    assert "checked" not in main_of(client.get(page(contest)).text)
    say(client, contest)
    shown = main_of(client.get(page(contest)).text)
    assert "Acme Ltd may have this" in shown
    assert "checked" not in shown
    assert all(part in shown for part in ("1 High Street, London", "street and number", "90 days"))


def test_the_list_names_only_who_agreed(won: tuple[Contest, Member], client: Client, app: Flask) -> None:
    contest, member = won
    results, guest = f"/contests/{contest.slug}/results", app.test_client()
    say(client, contest)
    assert consented(member, "winner_name", contest.id) == "refused"
    assert "Entry number 1" in guest.get(results).text
    assert "Winnie the First" not in guest.get(results).text
    purpose = consents.about("winner_name", contest.id)
    consents.answer(member.subject_id, purpose, "site", "given", now=clock.now(), method="test")
    db.session.commit()
    assert "Winnie the First" in guest.get(results).text
    consents.answer(member.subject_id, purpose, "site", "withdrawn", now=clock.now(), method="test")
    db.session.commit()
    assert "Winnie the First" not in guest.get(results).text


def test_nothing_of_a_result_is_shown_before_its_time(decided: Made, client: Client) -> None:
    contest = decided()
    shown = client.get(f"/contests/{contest.slug}/results").text
    assert "The result is announced on" in shown
    assert "Entry number" not in shown
    contest.state = "cancelled"
    assert "nobody wins" in client.get(f"/contests/{contest.slug}/results").text


def test_where_the_rules_want_numbers_alone_nobody_is_asked(won: tuple[Contest, Member], client: Client) -> None:
    contest, member = won
    terms_of(contest, {"winner_list": "asked"})
    assert "may name me" not in client.get(page(contest)).text
    assert say(client, contest, winner_name="true") == 303
    assert consented(member, "winner_name", contest.id) is None


def test_a_minor_is_asked_for_no_name(announced: Made, client: Client) -> None:
    contest, minor = _won(announced, client, make_minor("mina"))
    assert "may name me" not in client.get(page(contest)).text
    assert say(client, contest, winner_name="true") == 303
    assert consented(minor, "winner_name", contest.id) is None


def test_an_address_with_something_missing_costs_nothing(won: tuple[Contest, Member], client: Client) -> None:
    contest, _member = won
    say(client, contest)
    due_at = first(contest).due_at
    for missing in ("name", "line1", "city", "country"):
        assert send(client, contest, **{missing: ""}) == 422
    assert send(client, contest, line1="x" * 201) == 422
    assert (first(contest).state, first(contest).due_at) == ("accepted", due_at)
    assert send(client, contest) == 303


@pytest.mark.requirement(74, 75)
def test_the_sponsor_gets_the_address_only_with_a_yes(
    won: tuple[Contest, Member], asked: Sharing, client: Client, staff: Client
) -> None:
    contest, member = won
    say(client, contest)
    assert people.ids_of(asked) == []
    assert send(client, contest) == 303
    assert consented(member, "sponsor", asked.id) == "refused"
    assert people.ids_of(asked) == []
    here = f"/marketing/contests/{ids.encode(contest.id)}/winners"
    assert "it comes to us, and we send it on" in staff.get(here).text
    assert send(client, contest, [asked]) == 303
    assert people.ids_of(asked) == [member.subject_id]
    assert "The sponsor sends it." in staff.get(here).text
    given = {"reason": "to send the prize", "means": "file", "form": "json", "by_id": member.subject_id}
    handout = handing.prepare(asked, **given, now=clock.now())
    got = handing.fetch(handout, by_id=member.subject_id, now=clock.now()).payload.decode()
    assert all(part in got for part in ("Winnie Canary", "1 Canary Street", "Canaryton"))
    assert "N1 1AA" not in got


@pytest.mark.requirement(78)
def test_a_sponsor_hears_of_another_address_and_of_a_prize_that_goes_on(
    won: tuple[Contest, Member], asked: Sharing, client: Client, db_session: orm.Session
) -> None:
    contest, member = won
    say(client, contest)
    send(client, contest, [asked])
    given = {"reason": "to send the prize", "means": "file", "form": "json", "by_id": member.subject_id}
    handout = handing.prepare(asked, **given, now=clock.now())
    handing.fetch(handout, by_id=member.subject_id, now=clock.now())
    db_session.commit()
    kinds = sa.select(Telling.kind).where(Telling.subject_id == member.subject_id).order_by(Telling.id)
    assert send(client, contest) == 303
    assert db_session.scalars(kinds).all() == [], "the same address again"
    assert send(client, contest, city="Leeds") == 303
    assert db_session.scalars(kinds).all() == ["correction"]
    assert say(client, contest, "decline") == 303
    assert consented(member, "sponsor", asked.id) == "superseded"
    assert db_session.scalars(kinds).all() == ["correction", "withdrawal"]


@pytest.mark.requirement(21)
def test_a_badge_is_seen_by_others_only_while_the_winner_may_be_named(
    app: Flask, won: tuple[Contest, Member], client: Client
) -> None:
    contest, member = won
    other = app.test_client()
    name = f"Won in “{contest.title}”"
    say(client, contest)
    assert name in client.get(f"/@{member.handle}/badges").text
    for path in (f"/@{member.handle}", f"/@{member.handle}/badges"):
        assert name not in other.get(path).text
    purpose = consents.about("winner_name", contest.id)
    consents.answer(member.subject_id, purpose, "site", "given", now=clock.now(), method="form:test")
    db.session.commit()
    for path in (f"/@{member.handle}", f"/@{member.handle}/badges"):
        assert name in other.get(path).text


def test_a_standing_yes_is_not_taken_back_by_putting_the_address_right(
    won: tuple[Contest, Member], asked: Sharing, client: Client
) -> None:
    contest, member = won
    say(client, contest)
    send(client, contest, [asked])
    assert "Acme Ltd may have this" not in client.get(page(contest)).text
    assert send(client, contest, city="Leeds") == 303
    assert consented(member, "sponsor", asked.id) == "given"
    assert db.session.get_one(Address, first(contest).id).city == "Leeds"


@pytest.mark.requirement(25)
def test_what_was_not_asked_is_not_agreed(won: tuple[Contest, Member], asked: Sharing, client: Client) -> None:
    contest, member = won
    other = make_sharing(contest, make_sponsor(), object_kind="contest")
    say(client, contest)
    stamp = stamp_of(client.get(page(contest)).text)
    asked.replaced_at = clock.now()
    sponsor = db.session.get_one(Sponsor, asked.sponsor_id)
    changed = make_sharing(contest, sponsor, object_kind="prize", object_id=asked.object_id, fields=FIELDS[:2])
    data = {**ADDRESS, **stamp, "share": [ids.encode(asked.id)]}
    assert client.post(page(contest), data=data).status_code == 409
    assert client.post(page(contest), data=data | {"share": [ids.encode(changed.id)]}).status_code == 409
    assert send(client, contest, [other]) == 409
    assert first(contest).state == "accepted"
    assert not consents.current(member.subject_id).keys() & {
        (consents.about("sponsor", one.id), "site") for one in (asked, changed, other)
    }


@pytest.mark.requirement(25)
def test_nothing_is_answered_that_the_form_did_not_show(won: tuple[Contest, Member], client: Client) -> None:
    contest, member = won
    say(client, contest)
    stamp = stamp_of(client.get(page(contest)).text)
    prize = db.session.scalars(sa.select(Prize).where(Prize.contest_id == contest.id)).one()
    prize.sent_by = "sponsor"
    late = make_sharing(contest, make_sponsor(), object_kind="prize", object_id=prize.id, fields=FIELDS)
    assert client.post(page(contest), data={**ADDRESS, **stamp}).status_code == 409
    assert consented(member, "sponsor", late.id) is None
    assert send(client, contest) == 303
    assert consented(member, "sponsor", late.id) == "refused"


def test_a_no_is_given_once(won: tuple[Contest, Member], client: Client) -> None:
    contest, _member = won
    assert say(client, contest, "decline") == 303
    assert say(client, contest, "decline") == 409
    assert say(client, contest) == 409
    assert first(contest).entry.number == 2
    assert "said no to the prize" in client.get(f"/contests/{contest.slug}/results").text


def test_too_late_is_said_on_the_page(
    won: tuple[Contest, Member], client: Client, stopped_clock: Clock, db_session: orm.Session
) -> None:
    contest, member = won
    sign_in(client, member)
    entries = db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry))
    stopped_clock.stop(first(contest).due_at)
    sign_in(client, member)
    answer = client.post(f"{page(contest)}/answer", data={"do": "accept", "winner_name": "true"})
    assert answer.status_code == 409
    assert "the time for it is over" in answer.text
    assert first(contest).state == "notified"
    assert db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == entries


@pytest.mark.parametrize("data", [{}, {"do": "fly"}, {"do": "accept", "extra": "1"}, {"do": "\x00"}])
def test_bad_answers_are_refused(won: tuple[Contest, Member], client: Client, data: dict[str, str]) -> None:
    assert client.post(f"{page(won[0])}/answer", data=data).status_code == 422


@pytest.mark.requirement(8)
def test_staff_see_an_address_for_a_reason_alone(
    won: tuple[Contest, Member], client: Client, staff: Client, db_session: orm.Session
) -> None:
    contest, member = won
    say(client, contest)
    send(client, contest)
    here = f"/marketing/contests/{ids.encode(contest.id)}/winners"
    path = f"{here}/{ids.encode(first(contest).id)}/address"
    for shown in (staff.get(here), staff.get(path), staff.post(path, data={"reason": "why not"})):
        assert not any(part in shown.text for part in ("Canary", member.email, member.display_name))
    assert not db_session.scalars(sa.select(StaffRead)).all()
    answer = staff.post(path, data={"reason": "To send the prize"})
    assert "1 Canary Street" in answer.text
    (read,) = db_session.scalars(sa.select(StaffRead)).all()
    assert (read.subject_id, read.what, read.reason) == (member.subject_id, "prize address", "To send the prize")
    assert "contests_addresses.line1" in read.fields
    assert read.case_id is not None
    assert staff_reads.case_of(subject_id=member.subject_id, reader_id=read.reader_id, now=clock.now()) is not None


def test_staff_pass_somebody_over_with_a_public_word(
    won: tuple[Contest, Member], staff: Client, client: Client
) -> None:
    contest, _member = won
    deeds = f"/marketing/contests/{ids.encode(contest.id)}/winners/{ids.encode(first(contest).id)}/deeds"
    page = staff.get(deeds.rsplit("/", 2)[0]).text
    assert "button--text" in re.findall(r'<button class="([^"]*)"[^>]*>\s*Pass over</button>', page)[0]
    assert "button--danger" not in page
    assert staff.post(deeds, data={"do": "disqualify"}).status_code == 422
    assert staff.post(deeds, data={"do": "disqualify", "because": "gone"}).status_code == 422
    assert staff.post(deeds, data={"do": "disqualify", "because": "against-rules"}).status_code == 303
    assert first(contest).entry.number == 2
    shown = client.get(f"/contests/{contest.slug}/results").text
    assert "broke the rules" in shown
    elsewhere = f"/marketing/contests/{ids.encode(make_contest().id)}/winners/{ids.encode(first(contest).id)}/deeds"
    assert staff.post(elsewhere, data={"do": "ship"}).status_code == 404


def test_an_online_prize_asks_for_no_address(announced: Made, client: Client, staff: Client) -> None:
    contest, _member = _won(announced, client, make_member("winnie"), sent_by="online")
    assert say(client, contest) == 303
    assert "there is nothing more to do" in client.get(page(contest)).text
    assert client.post(page(contest), data=ADDRESS).status_code == 409
    deeds = f"/marketing/contests/{ids.encode(contest.id)}/winners/{ids.encode(first(contest).id)}/deeds"
    assert staff.post(deeds, data={"do": "ship"}).status_code == 303


def test_others_have_no_such_page(won: tuple[Contest, Member], app: Flask) -> None:
    contest, _member = won
    behind = queries.of_contest(contest.id)[1].entry.member_id
    assert _signed_in(app, make_member()).get(page(contest)).status_code == 404
    assert _signed_in(app, db.session.get_one(Member, behind)).get(page(contest)).status_code == 404
    services.decline(first(contest), now=clock.now())
    assert _signed_in(app, db.session.get_one(Member, behind)).get(page(contest)).status_code == 200


def _signed_in(app: Flask, member: Member) -> Client:
    browser = app.test_client()
    assert isinstance(browser, Client)
    sign_in(browser, member)
    return browser
