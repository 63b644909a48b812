"""Voting over the pages and the API, and what anybody can see of it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Block, Member
from clozette.accounts.schemas import SCOPES
from clozette.accounts.services import tokens
from clozette.contests import facts
from clozette.contests.entering.models import Entry
from clozette.contests.voting import files, freezing, kept, queries, rules, services
from clozette.contests.voting.models import SetAside, Vote, Voter
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.privacy.models import LedgerEntry
from clozette.rights import declared
from tests.contests.voting.conftest import came, make_voter
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest


def numbers(session, contest):
    """Return the addresses of a contest's entries by number."""
    rows = session.execute(sa.select(Entry.number, Entry.id).where(Entry.contest_id == contest.id))
    return {number: ids.encode(entry_id) for number, entry_id in rows}


def stamp_of(client, page="/contests/coats/entries"):
    """Return what the vote's form carries."""
    found = re.search(r'name="_notice" value="([^"]+)"', client.get(page).text)
    return {"_notice": found.group(1)} if found else {}


def vote(client, entry, **more):
    return client.post(f"/contests/coats/entries/{entry}/vote", data={**stamp_of(client), **more})


def test_a_member_votes_and_takes_it_back(client, db_session, poll):
    entry = numbers(db_session, poll)[2]
    sign_in(client, make_voter("dora"))
    page = client.get("/contests/coats/entries").text
    assert "3 votes left" in page and page.count("Vote for this") == 3
    answer = vote(client, entry)
    assert answer.status_code == 303 and answer.headers["Location"] == "/contests/coats/entries#entry-2"
    page = client.get("/contests/coats/entries").text
    assert "2 votes left" in page and page.count("Take your vote back") == 1
    assert vote(client, entry).status_code == 303
    assert db_session.query(Vote).count() == 1
    assert vote(client, entry, _method="DELETE").status_code == 303
    db_session.expire_all()
    assert db_session.scalar(sa.select(Voter)).used == 0 and db_session.scalar(sa.select(Vote)).taken_back_at
    for address in ("/contests/coats", "/contests/coats/votes", f"/contests/coats/entries/{entry}"):
        assert client.get(address).status_code == 200


def receipt_of(client):
    return re.search(r"receipt=([0-9a-f]{32})", client.get("/contests/coats/votes").text).group(1)


@pytest.mark.requirement(6)
def test_the_first_vote_shows_the_notice_and_writes_that_down(client, db_session, poll):
    dora = make_voter("dora")
    sign_in(client, dora)
    assert "Who gets it" in client.get("/contests/coats/entries").text
    entry = numbers(db_session, poll)[1]
    assert client.post(f"/contests/coats/entries/{entry}/vote").status_code == 409, "without what was shown"
    assert db_session.query(Voter).count() == 0
    vote(client, entry)
    page = client.get("/contests/coats/entries").text
    assert "Who gets it" not in page and "2 votes left" in page
    vote(client, numbers(db_session, poll)[3])
    acts = db_session.scalars(sa.select(LedgerEntry.action).where(LedgerEntry.subject_id == dora.subject_id)).all()
    assert sorted(acts) == ["acknowledged", "served"]


def test_nobody_votes_for_their_own_nor_too_often_nor_too_late(client, db_session, poll):
    ada = db_session.get_one(Member, db_session.scalar(sa.select(Entry.member_id).where(Entry.number == 1)))
    sign_in(client, ada)
    entry = numbers(db_session, poll)
    answer = vote(client, entry[1])
    assert answer.status_code == 409 and "your own entry" in answer.text
    poll.votes_per_member = 1
    assert vote(client, entry[2]).status_code == 303
    answer = vote(client, entry[3])
    assert answer.status_code == 409 and "Take one back" in answer.text
    poll.votes_until = clock.now()
    for method in ("POST", "DELETE"):
        answer = vote(client, entry[2], _method=method)
        assert answer.status_code == 409 and "votes stay as they are" in answer.text
    assert db_session.query(Vote).count() == 1
    page = client.get("/contests/coats/entries").text
    assert "Vote for this" not in page and "Take your vote back" not in page


def test_somebody_blocked_finds_no_entry(client, db_session, poll):
    dora = make_voter("dora")
    ada = db_session.get_one(Member, db_session.scalar(sa.select(Entry.member_id).where(Entry.number == 1)))
    sign_in(client, dora)
    entry = numbers(db_session, poll)
    vote(client, entry[2])
    db_session.add(Block(id=new_id(), blocker_id=ada.id, blocked_id=dora.id, at=clock.now()))
    assert vote(client, entry[1]).status_code == 404
    assert db_session.query(Vote).count() == 1


def test_a_vote_for_what_was_left_can_still_be_taken_back(client, db_session, poll):
    sign_in(client, make_voter("dora"))
    entry = numbers(db_session, poll)[2]
    vote(client, entry)
    db_session.execute(sa.update(Entry).where(Entry.number == 2).values(state="withdrawn"))
    assert client.post(f"/contests/coats/entries/{entry}/vote", data={"_method": "DELETE"}).status_code == 303
    db_session.expire_all()
    assert db_session.query(Vote).one().taken_back_at is not None


def test_the_time_of_the_vote_names_its_zone_without_seconds(client, db_session, poll):
    poll.time_zone, poll.votes_until = "Asia/Tokyo", datetime(2099, 5, 1, 3, 4, 36, tzinfo=UTC)
    pages = ("/contests/coats", "/contests/coats/entries", "/contests/coats/votes")
    for member in (None, make_voter("dora")):
        if member is not None:
            sign_in(client, member)
        for page in pages:
            text = client.get(page).text.replace("\u202f", " ")
            assert "12:04 PM (Asia/Tokyo)" in text and not re.search(r"\d:\d\d:\d\d [AP]M", text), page


@pytest.mark.parametrize("state", ["withdrawn", "disqualified", "released"])
def test_the_list_gives_back_a_vote_whose_entry_left(client, db_session, poll, state):
    sign_in(client, make_voter("dora"))
    poll.votes_per_member = 1
    entry = numbers(db_session, poll)
    vote(client, entry[2])
    db_session.execute(sa.update(Entry).where(Entry.number == 2).values(state=state))
    assert vote(client, entry[3]).status_code == 409
    page = client.get("/contests/coats/votes").text
    assert f'href="/contests/coats/entries/{entry[2]}"' not in page, "which would lead nowhere"
    (action,) = re.findall(r'<form method="post" action="([^"]+/vote)">', page)
    assert client.post(action, data={"_method": "DELETE"}).status_code == 303
    assert "Take your vote back" not in client.get("/contests/coats/votes").text
    assert vote(client, entry[3]).status_code == 303


def test_the_list_offers_nothing_to_take_back_once_votes_stay(client, db_session, poll):
    sign_in(client, make_voter("dora"))
    vote(client, numbers(db_session, poll)[2])
    assert "Take your vote back" in client.get("/contests/coats/votes").text
    poll.votes_until = clock.now()
    page = client.get("/contests/coats/votes").text
    assert "Take your vote back" not in page and "entries/" in page


def test_was_mine_counted(app, client, db_session, poll):
    sign_in(client, make_voter("dora"))
    vote(client, numbers(db_session, poll)[2])
    receipt = receipt_of(client)
    client.delete_cookie("session")
    answer = client.get(f"/contests/coats/votes/check?receipt={receipt.upper()}")
    assert answer.status_code == 200 and "as number 1" in answer.text and "entry number 2" not in answer.text
    assert "No vote in this list" in client.get(f"/contests/coats/votes/check?receipt={'0' * 32}").text
    assert client.get("/contests/coats/votes/check?receipt=mine").status_code == 422
    assert client.get("/contests/coats/votes.json").get_json()["receipts"] == [receipt]
    poll.state, poll.votes_until = "closed", clock.now() - timedelta(minutes=2)
    facts.state(poll.id, "entries", {"sha256": "0" * 64, "count": 3}, now=clock.now())
    freezing.freeze(poll.id, now=clock.now())
    answer = client.get(f"/contests/coats/votes/check?receipt={receipt}")
    assert "for entry number 2: counted" in answer.text
    page = client.get("/contests/coats/votes").text
    assert "Votes that count" in page and "/contests/coats/votes.json" in page
    assert client.get("/contests/coats/votes.json").get_json()["totals"]["2"] == 1


def test_a_frozen_list_is_read_once(client, db_session, poll, monkeypatch):
    sign_in(client, make_voter("dora"))
    vote(client, numbers(db_session, poll)[2])
    receipt = receipt_of(client)
    poll.state, poll.votes_until = "closed", clock.now() - timedelta(minutes=2)
    facts.state(poll.id, "entries", {"sha256": "0" * 64, "count": 3}, now=clock.now())
    freezing.freeze(poll.id, now=clock.now())
    read, lines = [], queries.lines
    monkeypatch.setattr(queries, "lines", lambda contest: read.append(contest.id) or lines(contest))
    for _ in range(2):
        assert "for entry number 2: counted" in client.get(f"/contests/coats/votes/check?receipt={receipt}").text
        assert "Votes that count" in client.get("/contests/coats/votes").text
    assert len(read) == 1


def hashed(monkeypatch):
    """Return a list that grows by one for each receipt that is computed."""
    made, receipt = [], rules.receipt
    monkeypatch.setattr(rules, "receipt", lambda *of: made.append(of) or receipt(*of))
    return made


def frozen_with(poll, votes):
    """Freeze the list of a vote with so many votes, and return the receipt of one."""
    for handle in range(votes):
        services.cast(
            poll,
            db.session.scalar(sa.select(Entry).where(Entry.number == 2)),
            make_voter(f"v{handle}"),
            came(),
            now=clock.now(),
        )
    poll.state, poll.votes_until = "closed", clock.now() - timedelta(minutes=2)
    facts.state(poll.id, "entries", {"sha256": "0" * 64, "count": 3}, now=clock.now())
    freezing.freeze(poll.id, now=clock.now())
    return queries.lines(poll)[0].receipt


@pytest.mark.parametrize("votes", [1, 5])
def test_what_a_frozen_list_costs_does_not_grow_with_votes(client, db_session, poll, monkeypatch, query_counter, votes):
    receipt = frozen_with(poll, votes)
    pages = ("/contests/coats/votes.json", f"/contests/coats/votes/check?receipt={receipt}")
    for page in pages:
        client.get(page)
    made = hashed(monkeypatch)
    for page in pages[:1]:
        with query_counter() as statements:
            assert client.get(page).status_code == 200
        assert (made, [one for one in statements if "contests_votes" in one]) == ([], [])
    client.get(pages[1])
    assert len(made) == votes, "those that the page lists, at most one page of them"


def test_a_frozen_list_is_sent_once(client, db_session, poll):
    frozen_with(poll, 2)
    page = "/contests/coats/votes.json"
    first = client.get(page)
    tag, same = first.get_etag()
    assert tag and not same, "strong: byte by byte"
    again = client.get(page, headers={"If-None-Match": f'"{tag}"'})
    assert (again.status_code, again.data) == (304, b"")
    fresh = json.loads(json.dumps(files.document(poll)))
    assert first.get_json() == fresh
    facts.state(poll.id, "results", {"sha256": "0" * 64}, now=clock.now())
    later = client.get(page, headers={"If-None-Match": f'"{tag}"'})
    assert later.status_code == 200 and later.get_etag()[0] != tag, "what was stated since stands in it"


@pytest.mark.parametrize("votes", [1, 5])
def test_an_open_list_is_read_once_a_minute(client, db_session, poll, monkeypatch, stopped_clock, votes):
    stopped_clock.stop(clock.now())
    entry = db.session.scalar(sa.select(Entry).where(Entry.number == 2))
    for handle in range(votes):
        services.cast(poll, entry, make_voter(f"v{handle}"), came(), now=clock.now())
    stopped_clock.forward(minutes=5)
    file = client.get("/contests/coats/votes.json")
    made = hashed(monkeypatch)
    again = client.get("/contests/coats/votes.json", headers={"If-None-Match": file.headers["ETag"]})
    first = kept.find(poll, file.get_json()["receipts"][0], clock.now())
    assert (again.status_code, first.number, first.line, made) == (304, 1, None, [])
    services.cast(poll, entry, make_voter("late"), came(), now=clock.now())
    late = queries.lines(poll)[-1].receipt
    made.clear()
    assert kept.find(poll, late, clock.now()).number == votes + 1, "found at once"
    assert kept.find(poll, "0" * 32, clock.now()) is None
    assert len(made) == 2, "of the last minutes alone"


def test_a_contest_without_a_vote_has_no_list(client, db_session):
    make_contest(slug="quiet")
    assert client.get("/contests/quiet/votes").status_code == 404
    assert client.get("/contests/quiet/votes.json").status_code == 404
    assert "Public vote" not in client.get("/contests/quiet").text


def test_staff_decide_by_receipt_and_see_no_entry(client, db_session, poll):
    sign_in(client, make_voter("dora"))
    vote(client, numbers(db_session, poll)[2])
    receipt = receipt_of(client)
    mark = make_member("mark", roles=("marketing",))
    sign_in(client, mark, second_factor=True)
    page = f"/marketing/contests/{ids.encode(poll.id)}/votes"
    assert client.post(page, data={"receipt": "0" * 32, "reason": "bought"}).status_code == 409
    assert client.post(page, data={"receipt": receipt, "reason": "no reason"}).status_code == 422
    assert client.post(page, data={"receipt": receipt, "reason": "bought"}).status_code == 303
    shown = client.get(page).text
    assert receipt in shown and "it was bought" in shown and "dora" not in shown
    assert client.post(page, data={"receipt": receipt, "reason": "looked-into"}).status_code == 303
    assert client.post(page, data={"receipt": receipt, "reason": "looked-into"}).status_code == 409
    rows = db_session.query(SetAside).order_by(SetAside.number).all()
    assert [(row.is_aside, row.by_id) for row in rows] == [(True, mark.subject_id), (False, mark.subject_id)]


def test_the_same_by_the_api(client, db_session, poll):
    dora = make_voter("dora")
    token = tokens.make(dora.id, name="All", scopes=SCOPES, days=30, now=clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    here, entry = "/api/v1/contests/coats", numbers(db_session, poll)[2]
    db_session.commit()
    ballot = client.get(f"{here}/votes", headers=headers).get_json()
    assert ballot["left"] == 3 and ballot["why_not"] is None and "Who gets it" in ballot["wording"]
    assert client.post(f"{here}/entries/{entry}/vote", headers=headers, json={}).status_code == 409
    answer = client.post(f"{here}/entries/{entry}/vote", headers=headers, json={"notice": ballot["notice"]})
    assert answer.status_code == 200 and answer.get_json()["left"] == 2
    (made,) = answer.get_json()["votes"]
    assert made["number"] == 2 and made["state"] == "counted" and re.fullmatch("[0-9a-f]{32}", made["receipt"])
    answer = client.delete(f"{here}/entries/{entry}/vote", headers=headers)
    assert answer.get_json()["left"] == 3 and answer.get_json()["votes"][0]["state"] == "taken-back"


@pytest.mark.requirement(8)
def test_the_declared_rows_of_a_voter_are_found(app, client, db_session, poll):
    """What an export gives and an erasure goes by."""
    dora, mark = make_voter("dora"), make_member("mark")
    sign_in(client, dora)
    vote(client, numbers(db_session, poll)[2])
    services.mark(
        db_session.query(Vote).one().id, is_aside=True, reason="bought", by_id=mark.subject_id, now=clock.now()
    )
    found = {one.name: one for one in declared.personal_tables()}
    for name in ("contests_voters", "contests_votes", "contests_set_asides"):
        mine = sa.select(sa.func.count()).where(declared.belongs_to(found[name], dora.subject_id))
        assert db_session.scalar(mine.select_from(found[name].table)) == 1, name
