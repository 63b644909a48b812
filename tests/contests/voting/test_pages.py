"""Voting over the pages and the API, and what anybody can see of it."""

import re

import sqlalchemy as sa

from clozette.contests.entering.models import Entry
from clozette.contests.voting.models import Vote, Voter
from clozette.kernel import ids
from tests.contests.voting.conftest import make_voter
from tests.factories.accounts import sign_in


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
