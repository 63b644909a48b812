"""Marketing's overview of contests: what went on by the day, from where, and how what is shared stands."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import orm

from clozette.contests.models import Contest
from clozette.contests.reports import queries
from clozette.contests.sponsors import handing, sharing
from clozette.contests.voting.models import Vote, Voter
from clozette.kernel import clock
from clozette.privacy import consents
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry, make_sharing, make_sponsor
from tests.support.client import Client


def test_entries_are_counted_by_the_day(db_session: orm.Session) -> None:
    contest, now = make_contest(), clock.now()
    for days in (0, 0, 1, 29, 30):
        make_entry(contest, make_member(), entered_at=now - timedelta(days=days))
    found = queries.entries_by_day(now.date())
    assert len(found.numbers) == queries.DAYS
    assert [number for _day, number in found.numbers if number] == [1, 1, 2]
    assert found.whole == 4, "the last thirty days alone"
    assert found.numbers[-1][0].date() == now.date()


def test_votes_are_counted_all_together(db_session: orm.Session) -> None:
    contest, now = make_contest(), clock.now()
    entries = [make_entry(contest, make_member()) for _ in range(2)]
    voter = Voter(contest_id=contest.id, member_id=make_member().id, code=b"c" * 16, since=now)
    db_session.add(voter)
    db_session.flush()
    for entry in entries:
        db_session.add(Vote(contest_id=contest.id, voter_id=voter.id, entry_id=entry.id, at=now))
    db_session.flush()
    assert queries.votes_by_day(now.date()).numbers[-1][1] == 2


def test_countries_are_those_of_who_takes_part_now(db_session: orm.Session) -> None:
    going, over = make_contest(), make_contest("done")
    for country in ("DE", "DE", "GB"):
        make_entry(going, make_member(country=country))
    make_entry(going, make_member(country="FR"), state="withdrawn")
    make_entry(over, make_member(country="ID"))
    assert queries.countries() == [("Germany", 2), ("United Kingdom", 1)]


@pytest.fixture
def shared(db_session: orm.Session) -> tuple[Contest, Any]:
    """Give a closed contest of three: one agreed, one refused, one took it back; with leave to fetch twice."""
    sponsor = make_sponsor(legal_name="Linen House Ltd")
    contest = make_contest("closed", sponsor=sponsor)
    asked, now = make_sharing(contest, sponsor), clock.now()
    for answers in (("given",), ("refused",), ("given", "withdrawn")):
        member = make_member()
        make_entry(contest, member)
        for answer in answers:
            purpose = sharing.purpose_of(asked)
            consents.answer(member.subject_id, purpose, sharing.CHANNEL, answer, now=now, method="form:test")
    said: dict[str, Any] = {"reason": "as agreed with them", "means": "file", "form": "csv", "most": 2}
    handout = handing.prepare(asked, **said, by_id=make_member().subject_id, now=now)
    db_session.flush()
    return contest, handout


@pytest.mark.requirement(78)
def test_what_is_shared_is_seen_at_a_glance(shared: tuple[Contest, Any], db_session: orm.Session) -> None:
    contest, handout = shared
    ((_contest, (before,)),) = queries.standings([contest], clock.now())
    assert (before.asked, before.figures.agreed, before.figures.refused, before.figures.withdrawn) == (3, 1, 1, 1)
    assert (before.rows, before.last_at, before.left) == (0, None, 2)
    handing.hand_over(handout, by_id=make_member().subject_id, now=clock.now())
    ((_contest, (after,)),) = queries.standings([contest], clock.now())
    assert (after.rows, after.left, after.last_at is not None) == (1, 1, True)
    ((_contest, (late,)),) = queries.standings([contest], handout.expires_at + timedelta(seconds=1))
    assert (late.left, late.open_until) == (0, None), "nothing is left of what is over"


def test_a_contest_that_shares_nothing_is_not_in_it(db_session: orm.Session) -> None:
    assert queries.standings([make_contest()], clock.now()) == []
    assert queries.standings([], clock.now()) == []


def test_the_page_shows_it(client: Client, shared: tuple[Contest, Any], db_session: orm.Session) -> None:
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    db_session.commit()
    page = client.get("/marketing/contests").text
    assert "Linen House Ltd" in page
    assert len(re.findall(r'class="plot__bar"', page)) == 2 * queries.DAYS
    assert "once, until" in page or "2 times, until" in page


def test_an_empty_site_has_no_figures(client: Client, db_session: orm.Session) -> None:
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    db_session.commit()
    assert "plot__bar" not in client.get("/marketing/contests").text
