"""A fetch: of whom, of what, how often, and what the log says of it."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import exc, orm

from clozette.accounts.events import DetailChanged
from clozette.accounts.models import Member
from clozette.contests.models import Contest, Entry, Prize, Sharing, Sponsor
from clozette.contests.sponsors import duties, handing, people, services, sharing
from clozette.contests.sponsors.models import Fetch, Handout
from clozette.contests.sponsors.sharing import Terms
from clozette.contests.winning.models import Address, Winner
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.events import publish
from clozette.kernel.ports.mail import KEY
from clozette.kernel.refusal import Refused
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Disclosure, Handover, Telling
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from tests.contests.sponsors.conftest import answer, prepared
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry
from tests.factories.looks import make_look
from tests.support.application import Clock

EMAIL = "accounts_members.email"
Enter = Callable[..., Member]


def fetch(handout: Handout, by: Member) -> Any:
    return json.loads(handing.fetch(handout, by_id=by.subject_id, now=clock.now()).payload)


def emails(handout: Handout, by: Member) -> set[str]:
    return {row[EMAIL] for row in fetch(handout, by)}


@pytest.mark.requirement(74, 75)
def test_only_those_go_out_who_said_yes(enter: Enter, handout: Handout, buyer: Member, db_session: orm.Session) -> None:
    ada = enter("ada")
    enter("bob", shares=False)
    enter("cleo", shares=None)
    enter("dora", state="withdrawn")
    enter("eve", state="disqualified")
    enter("finn", state="asked")
    (row,) = fetch(handout, buyer)
    assert row == {
        "reference": row["reference"],
        "mark": row["mark"],
        EMAIL: "ada@example.test",
        "accounts_members.display_name": "Ada",
    }
    assert db_session.scalars(sa.select(Disclosure.subject_id)).all() == [ada.subject_id]


@pytest.mark.requirement(73, 75)
def test_the_log_says_everything_of_a_fetch(
    enter: Enter, handout: Handout, buyer: Member, asked: Sharing, contest: Contest, db_session: orm.Session
) -> None:
    enter("ada"), enter("bob")
    payload = handing.fetch(handout, by_id=buyer.subject_id, now=clock.now()).payload
    entry = db_session.scalars(sa.select(Handover)).one()
    kept = db_session.scalars(sa.select(Fetch)).one()
    assert (entry.payload_sha256, entry.payload_bytes) == (hashlib.sha256(payload).hexdigest(), len(payload))
    assert (entry.row_count, kept.people) == (2, 2)
    assert (entry.trigger, entry.object_id, entry.basis, entry.means) == ("contest", contest.id, "consent", "file")
    assert (entry.fields, entry.purpose) == (asked.fields, sharing.purpose_of(asked))
    assert (entry.retention, entry.contract) == (asked.keeps_for, "Sponsoring agreement 7")
    assert (entry.actor_id, entry.recipient_id) == (buyer.subject_id, asked.recipient_id)
    assert entry.categories == ["contact", "identity"] or entry.categories
    assert all(
        row.consent_id and row.wording and row.policy_version for row in db_session.scalars(sa.select(Disclosure))
    )
    assert {row["mark"] for row in json.loads(payload)} == {kept.mark}
    assert (departures.faults(), departures.waiting()) == ([], [])


@pytest.mark.requirement(21, 75, 78)
def test_who_withdraws_between_two_fetches_is_in_the_first_alone(
    enter: Enter, handout: Handout, buyer: Member, asked: Sharing, db_session: orm.Session, stopped_clock: Clock
) -> None:
    ada = enter("ada")
    enter("bob")
    assert len(emails(handout, buyer)) == 2
    stopped_clock.forward(minutes=1)
    answer(ada, asked, "withdrawn")
    assert emails(handout, buyer) == {"bob@example.test"}
    told = db_session.scalars(sa.select(Telling)).one()
    assert (told.kind, told.subject_id, told.recipient_id) == ("withdrawal", ada.subject_id, asked.recipient_id)
    marks = db_session.scalars(sa.select(Fetch.mark)).all()
    assert len(set(marks)) == 2, "each copy is known by its own mark"


@pytest.mark.requirement(74)
def test_a_changed_sponsor_gets_nobody_until_people_are_asked_anew(
    enter: Enter, handout: Handout, buyer: Member, staff: Member, contest: Contest, asked: Sharing, sponsor: Sponsor
) -> None:
    ada = enter("ada")
    sponsor.legal_name = "Acme Holdings Ltd"
    now = clock.now()
    new = sharing.put("contest", contest.id, sponsor, Terms(asked.fields, asked.purpose, "90 days", 90), now=now)
    with pytest.raises(Refused, match="renamed"):
        fetch(handout, buyer)
    with pytest.raises(Refused, match="replaced"):
        prepared(asked, staff)
    later = prepared(new, staff)
    with pytest.raises(Refused, match="nobody"):
        fetch(later, buyer)
    answer(ada, new, "given")
    assert emails(later, buyer) == {"ada@example.test"}


@pytest.mark.requirement(75)
@pytest.mark.parametrize("state", ["draft", "published", "open", "cancelled"])
def test_nothing_is_handed_over_before_the_close_or_of_what_was_cancelled(
    enter: Enter, asked: Sharing, staff: Member, handout: Handout, buyer: Member, contest: Contest, state: str
) -> None:
    enter("ada")
    contest.state = state
    db.session.flush()
    with pytest.raises(Refused):
        prepared(asked, staff)
    with pytest.raises(Refused):
        fetch(handout, buyer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0


@pytest.mark.requirement(75)
def test_it_is_fetched_so_often_and_so_long_and_no_more(
    enter: Enter, asked: Sharing, staff: Member, buyer: Member, stopped_clock: Clock
) -> None:
    enter("ada")
    used, late, ended = (prepared(asked, staff, most=2) for _ in range(3))
    fetch(used, buyer), fetch(used, buyer)
    for handout, code in ((used, "used_up"), (ended, "ended"), (late, "expired")):
        if handout is ended:
            handing.stop(ended, now=clock.now())
        if handout is late:
            stopped_clock.forward(days=14)
        with pytest.raises(Refused, match=code):
            fetch(handout, buyer)


@pytest.mark.requirement(75)
def test_many_people_need_a_second_person(
    enter: Enter, handout: Handout, buyer: Member, staff: Member, db_session: orm.Session
) -> None:
    enter("ada"), enter("bob")
    handout.free_up_to = 1
    with pytest.raises(Refused, match="waits"):
        fetch(handout, buyer)
    with pytest.raises(Refused, match="oneself"):
        handing.approve(handout, by_id=staff.subject_id, now=clock.now())
    anna = make_member("anna", roles=("admin",))
    handing.approve(handout, by_id=anna.subject_id, now=clock.now())
    assert len(emails(handout, buyer)) == 2
    with pytest.raises(Refused, match="approved"):
        handing.approve(handout, by_id=buyer.subject_id, now=clock.now())
    handout.approved_by_id = staff.subject_id
    with pytest.raises(exc.IntegrityError):
        db_session.flush()


def test_a_sheet_has_a_mark_in_every_row_and_calculates_nothing(
    contest: Contest, asked: Sharing, staff: Member, buyer: Member
) -> None:
    ada = make_member("ada", display_name="=1+1")
    make_entry(contest, ada)
    answer(ada, asked, "given")
    file = handing.fetch(prepared(asked, staff, form="csv"), by_id=buyer.subject_id, now=clock.now())
    (row,) = csv.DictReader(io.StringIO(file.payload.decode()))
    assert row["accounts_members.display_name"] == "'=1+1"
    assert len(row["mark"]) == 16
    assert (file.type, file.name[-4:]) == ("text/csv", ".csv")


@pytest.mark.requirement(75)
def test_an_entry_goes_out_by_its_number_its_words_and_the_address_of_its_look(
    contest: Contest, sponsor: Sponsor, staff: Member, buyer: Member
) -> None:
    names = ["contests_entries.number", "contests_entries.statement", "contests_entries.look_id"]
    now = clock.now()
    row = sharing.put("contest", contest.id, sponsor, Terms(names, "to show it", "90 days", 90), now=now)
    ada = make_member("ada")
    look = make_look(ada)
    make_entry(contest, ada, look_id=look.id, statement="Found in a market")
    answer(ada, row, "given")
    (given,) = fetch(prepared(row, staff), buyer)
    assert given["contests_entries.statement"] == "Found in a market"
    assert given["contests_entries.look_id"].startswith("https://")
    assert given["contests_entries.number"] == 1


def test_who_asked_to_be_erased_is_left_out(enter: Enter, handout: Handout, buyer: Member) -> None:
    ada = enter("ada")
    enter("bob")
    erasures.ask(ada.subject_id, via="page", now=clock.now())
    assert emails(handout, buyer) == {"bob@example.test"}


@pytest.mark.requirement(75)
def test_another_contests_entrants_are_not_in_it(enter: Enter, handout: Handout, buyer: Member, asked: Sharing) -> None:
    enter("ada")
    other = make_member("olaf")
    make_entry(make_contest("closed"), other)
    answer(other, asked, "given")
    assert emails(handout, buyer) == {"ada@example.test"}
    assert people.count(asked) == 1


@pytest.mark.requirement(76)
@pytest.mark.parametrize("deed", ["UPDATE contests_fetches SET people = 0", "DELETE FROM contests_fetches"])
def test_a_fetch_is_never_changed(
    enter: Enter, handout: Handout, buyer: Member, app: Flask, db_session: orm.Session, deed: str
) -> None:
    enter("ada")
    fetch(handout, buyer)
    with pytest.raises(exc.DatabaseError, match="append-only"):
        db_session.execute(sa.text(deed))


def won(member: Member, contest: Contest, state: str) -> Winner:
    """Make somebody a winner of the contest's one prize, with an address."""
    db.session.execute(sa.update(Contest).where(Contest.id == contest.id).values(state="announced"))
    db.session.refresh(contest)
    prize_id = db.session.scalars(sa.select(Prize.id).where(Prize.contest_id == contest.id)).one()
    entry_id = db.session.scalars(sa.select(Entry.id).where(Entry.member_id == member.id)).one()
    place = db.session.scalar(sa.select(sa.func.count()).select_from(Winner)) or 0
    row = Winner(contest_id=contest.id, place=place + 1, prize_id=prize_id, unit=place, entry_id=entry_id, state=state)
    db.session.add(row)
    db.session.flush()
    where = {"name": f"{member.display_name} Smith", "line1": "2 Low Street", "city": "Bern", "country": "CH"}
    db.session.add(Address(winner_id=row.id, given_at=clock.now(), **where))
    db.session.flush()
    return row


@pytest.mark.requirement(75)
def test_a_sharing_of_winners_reaches_those_who_accepted_alone(
    enter: Enter, contest: Contest, sponsor: Sponsor, asked: Sharing, staff: Member, buyer: Member
) -> None:
    terms = Terms(asked.fields, "to congratulate you", "90 days", 90, reaches="winners")
    row = sharing.put("contest", contest.id, sponsor, terms, now=clock.now())
    with pytest.raises(Refused, match="early"):
        prepared(row, staff)
    people = {name: enter(name, shares=None) for name in ("ada", "bob", "cleo", "dora")}
    for member in people.values():
        answer(member, row, "given")
    won(people["ada"], contest, "accepted"), won(people["bob"], contest, "notified")
    won(people["cleo"], contest, "declined")
    assert emails(prepared(row, staff), buyer) == {"ada@example.test"}


@pytest.mark.requirement(72, 75)
def test_an_address_is_shared_for_its_prize_by_a_yes_of_its_own(
    enter: Enter,
    contest: Contest,
    sponsor: Sponsor,
    asked: Sharing,
    staff: Member,
    buyer: Member,
    db_session: orm.Session,
) -> None:
    ada, bob = enter("ada"), enter("bob")
    prize_id = db_session.scalars(sa.select(Prize.id).where(Prize.contest_id == contest.id)).one()
    terms = Terms(["contests_addresses.name", "contests_addresses.city"], "to send the prize", "30 days", 30)
    row = sharing.put("prize", prize_id, sponsor, terms, now=clock.now())
    won(ada, contest, "addressed"), won(bob, contest, "addressed")
    handout = prepared(row, staff)
    with pytest.raises(Refused, match="nobody"):
        fetch(handout, buyer)
    answer(ada, row, "given")
    answer(bob, row, "refused")
    (given,) = fetch(handout, buyer)
    assert {name: given[name] for name in row.fields} == {
        "contests_addresses.name": "Ada Smith",
        "contests_addresses.city": "Bern",
    }
    entry = db_session.scalars(sa.select(Handover)).one()
    assert (entry.trigger, entry.object_id, entry.fields) == ("prize", prize_id, row.fields)


@pytest.mark.requirement(78)
def test_a_correction_and_an_erasure_become_tasks_of_the_sponsor(
    enter: Enter, handout: Handout, buyer: Member, sponsor: Sponsor, db_session: orm.Session
) -> None:
    """By the name that the sponsor had then: another since changes nothing about whose they are."""
    ada, bob = enter("ada"), enter("bob")
    rows = {row[EMAIL]: row["reference"] for row in fetch(handout, buyer)}
    publish(DetailChanged(ada.id, ada.subject_id, "display_name"))
    publish(DetailChanged(ada.id, ada.subject_id, "bio"))
    wish = erasures.ask(bob.subject_id, via="desk", now=clock.now(), grace=timedelta(0))
    db_session.commit()
    assert executor.execute(wish.id, now=clock.now(), save=db.session.commit)
    sponsor.legal_name = "Acme Holdings Ltd"
    db_session.flush()
    asked = {row.kind: row.known_as for row in duties.of_sponsor(sponsor)}
    assert asked["correction"] == [rows["ada@example.test"]]
    assert asked["erasure"] == asked["withdrawal"] == [rows["bob@example.test"]], "an erasure ends the yes too"


@pytest.mark.requirement(73, 78)
def test_a_sponsor_is_told_when_the_time_to_keep_it_is_over(
    app: Flask, enter: Enter, handout: Handout, buyer: Member, asked: Sharing, sponsor: Sponsor, stopped_clock: Clock
) -> None:
    enter("ada"), enter("bob"), enter("cleo")
    references = sorted(row["reference"] for row in fetch(handout, buyer) if not row[EMAIL].startswith("cleo"))
    stopped_clock.forward(days=1)
    answer(db.session.scalars(sa.select(Member).where(Member.handle == "cleo")).one(), asked, "withdrawn")
    stopped_clock.forward(days=asked.keeps_days - 1, minutes=-1)
    assert duties.end_terms(clock.now()) == 0
    stopped_clock.forward(minutes=1)
    assert [duties.end_terms(clock.now()), duties.end_terms(clock.now())] == [1, 0]
    db.session.commit()
    outbox = app.extensions[KEY]
    before = len(outbox.messages)
    tasks.drain(app)
    db.session.expire_all()
    (mail,) = (one for one in outbox.messages[before:] if "term" in one.subject)
    assert (mail.to, all(f"  {name}\n" in mail.text for name in references)) == (sponsor.contact, True)
    told = [row for row in duties.of_sponsor(sponsor) if row.kind == "term"]
    assert sorted(name for row in told for name in row.known_as) == references
    assert all(row.told_at for row in told)


@pytest.mark.requirement(74)
@pytest.mark.parametrize("change", ["another name", "closed"])
def test_who_is_not_the_sponsor_that_people_read_of_gets_nothing(
    enter: Enter, handout: Handout, buyer: Member, sponsor: Sponsor, change: str
) -> None:
    enter("ada")
    if change == "closed":
        services.close(sponsor, now=clock.now())
    else:
        sponsor.legal_name = "Somebody Else Ltd"
        db.session.flush()
    with pytest.raises(Refused, match=r"closed|replaced|renamed"):
        fetch(handout, buyer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0
    db.session.refresh(handout)
    assert (handout.ended_at is not None) == (change == "closed")


@pytest.mark.parametrize("state", ["open", "judged"])
def test_nobody_is_let_in_who_takes_part(sponsor: Sponsor, staff: Member, state: str) -> None:
    contest, member = make_contest(state, sponsor=sponsor, title="Winter coats"), make_member("latecomer")
    entry = make_entry(contest, member)
    with pytest.raises(Refused, match="entered") as refused:
        services.let_in(sponsor, "latecomer", by_id=staff.id, now=clock.now())
    assert "Winter coats" in refused.value.refusal.message
    entry.state = "withdrawn"
    db.session.flush()
    assert services.let_in(sponsor, "latecomer", by_id=staff.id, now=clock.now()).member_id == member.id


def test_nobody_is_let_in_for_a_sponsor_who_is_closed(sponsor: Sponsor, staff: Member) -> None:
    make_member("latecomer")
    services.close(sponsor, now=clock.now())
    with pytest.raises(Refused, match="taken"):
        services.let_in(sponsor, "latecomer", by_id=staff.id, now=clock.now())
