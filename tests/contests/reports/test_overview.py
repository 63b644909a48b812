"""Marketing's overview of contests: what went on by the day, from where, and how what is shared stands."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.contests.models import Contest
from clozette.contests.planning.models import Prize
from clozette.contests.promotions.models import PromotionCode
from clozette.contests.reports import queries, standings
from clozette.contests.sponsors import handing, sharing
from clozette.contests.sponsors.models import Sponsor
from clozette.contests.surveys.models import Response
from clozette.contests.voting.models import Vote, Voter
from clozette.kernel import clock, ids, plots
from clozette.privacy import consents
from clozette.privacy.disclosures import telling
from clozette.privacy.disclosures.models import Disclosure, Telling
from tests.factories.accounts import make_member, make_minor, sign_in
from tests.factories.contests import (
    make_contest,
    make_entry,
    make_promotion,
    make_sharing,
    make_sponsor,
    make_survey,
    make_winner,
)
from tests.support.client import Client

DAY = timedelta(days=1)


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
    ((_contest, (before,)),) = standings.of_contests([contest], clock.now())
    assert (before.asked, before.figures.agreed, before.figures.refused, before.figures.withdrawn) == (3, 1, 1, 1)
    assert (before.rows, before.last_at, before.left) == (0, None, 2)
    handing.hand_over(handout, by_id=make_member().subject_id, now=clock.now())
    ((_contest, (after,)),) = standings.of_contests([contest], clock.now())
    assert (after.rows, after.left, after.last_at is not None) == (1, 1, True)
    ((_contest, (late,)),) = standings.of_contests([contest], handout.expires_at + timedelta(seconds=1))
    assert (late.left, late.open_until) == (0, None), "nothing is left of what is over"


def standing_of(contest: Contest) -> standings.Standing:
    ((_contest, (found,)),) = standings.of_contests([contest], clock.now())
    return found


def test_a_contest_that_shares_nothing_is_in_it_as_that(db_session: orm.Session) -> None:
    contest = make_contest()
    assert standings.of_contests([contest], clock.now()) == [(contest, [])]
    assert standings.of_contests([], clock.now()) == []


def test_minors_are_not_counted_as_asked(shared: tuple[Contest, Any], db_session: orm.Session) -> None:
    contest, _handout = shared
    make_entry(contest, make_minor())
    make_entry(contest, make_minor(), state="asked")
    assert standing_of(contest).asked == 3
    make_entry(contest, make_member(), state="asked")
    assert standing_of(contest).asked == 4, "whoever has newer rules before them"


def test_a_prize_that_is_shared_to_be_sent_is_seen(db_session: orm.Session) -> None:
    sponsor = make_sponsor()
    contest = make_contest("announced", sponsor=sponsor)
    prize = db_session.scalars(sa.select(Prize).where(Prize.contest_id == contest.id)).one()
    make_sharing(contest, sponsor, object_kind="prize", object_id=prize.id)
    found = standing_of(contest)
    assert (found.prize, found.asked) == ("A coat", 0)
    make_winner(make_entry(contest, make_member()), "accepted")
    assert standing_of(contest).asked == 1, "who gives an address now"


def test_a_duty_is_counted_where_it_comes_from(shared: tuple[Contest, Any], db_session: orm.Session) -> None:
    """Two contests of one sponsor: of what was handed over for one of them the other says nothing."""
    contest, handout = shared
    other = make_contest("closed", sponsor=db_session.get_one(Sponsor, contest.sponsor_id))
    make_sharing(other, db_session.get_one(Sponsor, contest.sponsor_id))
    handing.hand_over(handout, by_id=make_member().subject_id, now=clock.now())
    subject_id = db_session.scalars(sa.select(Disclosure.subject_id)).one()
    purpose = sharing.purpose_of(handout.sharing)
    consents.answer(subject_id, purpose, sharing.CHANNEL, "withdrawn", now=clock.now(), method="form:test")
    db_session.flush()
    assert (standing_of(contest).untold, standing_of(other).untold) == (1, 0)
    telling.tell_recipients(subject_id, kind="erasure", cause_id=1, now=clock.now())
    assert (standing_of(contest).untold, standing_of(other).untold) == (2, 0)
    for one in db_session.scalars(sa.select(Telling)):
        telling.confirm(one, now=clock.now())
    assert standing_of(contest).untold == 0


@pytest.mark.parametrize(("kind", "make"), [("survey", make_survey), ("promotion", make_promotion)])
def test_surveys_and_promotions_are_seen_the_same_way(client: Client, db_session: orm.Session, kind: str, make) -> None:
    sponsor, quiet, asks = make_sponsor(legal_name="Linen House Ltd"), make(), make()
    make_sharing(make_contest(), sponsor, object_kind=kind, object_id=asks.id)
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    db_session.commit()
    page = client.get(f"/marketing/{kind}s").text
    assert "Linen House Ltd" in page and page.count("shares nothing") == 1
    assert f"/marketing/{kind}s/{ids.encode(asks.id)}/handouts" in page
    assert f"/marketing/{kind}s/{ids.encode(quiet.id)}/handouts" not in page


def test_a_contest_has_its_own_days(client: Client, db_session: orm.Session, stopped_clock) -> None:
    now = datetime(2026, 5, 20, 12, tzinfo=UTC)
    stopped_clock.stop(now)
    window = {"opens_at": now - timedelta(days=4), "votes_from": now - timedelta(days=1), "votes_until": now + DAY}
    contest = make_contest(**window)
    for at in (now - timedelta(days=3), now):
        make_entry(contest, make_member(), entered_at=at)
    make_entry(make_contest(), make_member(), entered_at=now)
    assert [number for _day, number in queries.entries_of(contest, now.date()).numbers] == [0, 1, 0, 0, 1]
    votes = queries.votes_of(contest, now.date())
    assert votes is not None and len(votes.numbers) == 2
    assert queries.votes_of(make_contest(), now.date()) is None
    assert queries.entries_of(contest, (now - timedelta(days=5)).date()).numbers == [], "before its opening"
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    db_session.commit()
    page = client.get(f"/marketing/contests/{ids.encode(contest.id)}").text
    assert len(re.findall(r'class="plot__bar"', page)) == 5 + 2


def test_a_survey_and_a_promotion_have_their_days(client: Client, db_session: orm.Session, stopped_clock) -> None:
    now = datetime(2026, 5, 20, 12, tzinfo=UTC)
    stopped_clock.stop(now)
    window = {"opens_at": now - timedelta(days=2), "closes_at": now + DAY}
    survey, promotion = make_survey(**window), make_promotion(codes=4, **window)
    for days in (3, 0, 0):  # one got in early
        made = Response(survey_id=survey.id, subject_id=None, day=(now - timedelta(days=days)).date(), language="en")
        db_session.add(made)
    claimed = zip(db_session.scalars(sa.select(PromotionCode)), (now - DAY, now - DAY, now), strict=False)
    for code, at in claimed:
        code.claimed_at = at
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    db_session.commit()
    answers, claims = queries.answers_of(survey, now.date()), queries.claims_of(promotion, now.date())
    assert answers is not None and claims is not None
    assert [number for _day, number in answers.numbers] == [1, 0, 0, 2]
    assert [number for _day, number in claims.numbers] == [0, 2, 1]
    for kind, one, bars in (("survey", survey, 4), ("promotion", promotion, 3)):
        page = client.get(f"/marketing/{kind}s/{ids.encode(one.id)}").text
        assert len(re.findall(r'class="plot__bar"', page)) == bars
    assert "3 answers" in client.get("/marketing/surveys").text
    assert "3 used, 1 left of 4" in client.get("/marketing/promotions").text


def test_the_days_of_anonymous_answers_and_of_draws_are_nowhere(client: Client, db_session: orm.Session) -> None:
    now = clock.now()
    survey, draw = make_survey(is_anonymous=True), make_promotion("draw", contest_id=make_contest().id)
    assert queries.answers_of(survey, now.date()) is None
    assert queries.claims_of(draw, now.date()) is None
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    db_session.commit()
    for path in (f"surveys/{ids.encode(survey.id)}", f"promotions/{ids.encode(draw.id)}", "surveys", "promotions"):
        answer = client.get(f"/marketing/{path}")
        assert answer.status_code == 200
        assert "plot__bar" not in answer.text


def test_a_long_contest_shows_its_last_days(db_session: orm.Session) -> None:
    now = clock.now()
    contest = make_contest("closed", opens_at=now - timedelta(days=300), closes_at=now - timedelta(days=10))
    numbers = queries.entries_of(contest, now.date()).numbers
    assert (len(numbers), numbers[-1][0].date()) == (plots.MOST_BARS, contest.closes_at.date())


def test_the_page_shows_it(client: Client, shared: tuple[Contest, Any], db_session: orm.Session) -> None:
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    db_session.commit()
    page = client.get("/marketing/contests").text
    assert "Linen House Ltd" in page
    assert page.index('id="list"') < page.index('id="handed"') < page.index('class="plot__bar"')
    assert len(re.findall(r'class="plot__bar"', page)) == 2 * queries.DAYS
    assert "once, until" in page or "2 times, until" in page


def test_an_empty_site_has_no_figures(client: Client, db_session: orm.Session) -> None:
    sign_in(client, make_member(roles=("marketing",)), second_factor=True)
    db_session.commit()
    assert "plot__bar" not in client.get("/marketing/contests").text
