"""What everybody knows of how a jury is to judge: from the publication on, with each later change."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.contests import facts
from clozette.contests.judging import planned, queries, services, standings
from clozette.contests.planning import life
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from tests.contests.judging.conftest import Making, judge_all, plan
from tests.contests.judging.test_file import both_say
from tests.contests.judging.test_rounds import refused
from tests.support.client import Client
from tests.support.races import at_once


@pytest.fixture
def checked(jury: Making, db_session: orm.Session) -> Contest:
    """A contest whose rules are complete, with two rounds planned."""
    contest = jury(entries=0, judges=2, opens_at=clock.now() + timedelta(hours=1))
    contest.state = "checked"
    plan(contest, takes=7, quorum=3)
    plan(contest, "rank")
    db_session.commit()
    return contest


def publish(contest: Contest) -> None:
    assert life.move(contest, "published", now=clock.now())
    db.session.commit()


def said(contest: Contest) -> list[tuple[object, object]]:
    return [(fact.content["method"], fact.content["because"]) for fact in planned.stated(contest)]


FIRST, SECOND = "1 score quorum 3 takes 7", "2 pairs quorum 2 takes 10"


@pytest.mark.requirement(8)
def test_the_rounds_are_public_from_the_publication_on(checked: Contest, client: Client) -> None:
    assert said(checked) == []
    assert client.get(f"/contests/{checked.slug}").status_code == 404
    publish(checked)
    assert said(checked) == [([FIRST, SECOND], "")]
    page = client.get(f"/contests/{checked.slug}").text
    for words in ("How the jury judges", "at least 3 ballots for each entry", "the best 7 go on", "by pairs"):
        assert words in page
    assert "the best 10 go on" not in page
    assert "Changed since" not in page


def test_a_later_change_needs_a_reason_and_is_shown(checked: Contest, client: Client) -> None:
    publish(checked)
    values = {"method": "yesno", "quorum": 4, "takes": 1, "due_at": clock.now() + timedelta(days=1)}
    assert refused(services.plan_round, checked, values, now=clock.now()) == "because"
    second = queries.rounds_of(checked)[1]
    assert refused(services.unplan_round, second, now=clock.now()) == "because"
    assert len(queries.rounds_of(checked)) == 2
    services.unplan_round(second, "Too few judges", now=clock.now())
    services.plan_round(checked, values, "Nobody may rank", now=clock.now())
    db.session.commit()
    assert said(checked)[1:] == [([FIRST], "Too few judges"), ([FIRST, "2 yesno quorum 4 takes 1"], "Nobody may rank")]
    page = client.get(f"/contests/{checked.slug}").text
    for words in (
        "Changed since",
        "Round 2 was taken out: a ranking",
        "Too few judges",
        "Round 2 was added: yes or no",
    ):
        assert words in page


def test_two_plan_a_round_at_once(checked: Contest, app: Flask) -> None:
    contest_id = checked.id
    publish(checked)
    deed = lambda: plan(db.session.get_one(Contest, contest_id), "yesno")  # noqa: E731
    assert not at_once(app, deed, deed)
    db.session.rollback()
    stated = planned.stated(db.session.get_one(Contest, contest_id))
    assert [(fact.number, len(fact.content["method"])) for fact in stated] == [(1, 2), (2, 3), (3, 4)]


def test_a_draft_again_is_planned_anew_without_a_reason(checked: Contest) -> None:
    publish(checked)
    checked.state = "draft"
    services.unplan_round(queries.rounds_of(checked)[1], now=clock.now())
    checked.state = "checked"
    assert len(said(checked)) == 1
    publish(checked)
    assert said(checked) == [([FIRST, SECOND], ""), ([FIRST], "")]


def test_rounds_that_are_planned_late_are_told_to_be_missing(jury: Making, client: Client) -> None:
    contest = jury()
    assert "not planned yet" in client.get(f"/contests/{contest.slug}").text
    services.plan_round(
        contest, {"method": "rank", "quorum": 2, "takes": 1, "due_at": clock.now() + timedelta(days=1)}, now=clock.now()
    )
    db.session.commit()
    assert said(contest) == [(["1 pairs quorum 2 takes 1"], "")]


def test_what_is_changed_in_an_open_round_is_shown_at_once(jury: Making, client: Client, by_id: int) -> None:
    contest = jury(judges=3)
    round_ = plan(contest)
    services.open_round(round_, now=clock.now())
    services.set_quorum(round_, 3, "More eyes", by_id=by_id, now=clock.now())
    db.session.commit()
    page = client.get(f"/contests/{contest.slug}").text
    assert "More eyes" in page
    assert "3 instead of 2" in page
    plan(contest)
    db.session.commit()
    page = client.get(f"/contests/{contest.slug}").text
    assert page.count("at least 3 ballots for each entry") == 1
    assert "Round 2 was added" in page


def test_a_draw_has_no_rounds(jury: Making, client: Client) -> None:
    contest = jury(decided_by="draw", draw_at=clock.now() + timedelta(days=3))
    assert "How the jury judges" not in client.get(f"/contests/{contest.slug}").text


@pytest.mark.requirement(8)
def test_no_round_opens_while_another_is_being_judged(jury: Making) -> None:
    contest = jury(entries=3, judges=2)
    first, second = plan(contest), plan(contest)
    services.open_round(first, now=clock.now())
    assert refused(services.open_round, second, now=clock.now()) == "early"
    judge_all(first, lambda entry, place: (5, 5))
    services.end_round(first, now=clock.now())
    services.open_round(second, now=clock.now())


def test_taking_the_last_round_out_after_the_others_ended_ends_the_jury(jury: Making) -> None:
    contest = jury(entries=3, judges=2)
    first, second = plan(contest), plan(contest)
    services.open_round(first, now=clock.now())
    judge_all(first, lambda entry, place: (5, 5))
    services.end_round(first, now=clock.now())
    assert facts.of(contest.id, "ballots") is None
    services.unplan_round(second, "Both judges are ill", now=clock.now())
    db.session.commit()
    assert life.move(contest, "judged", now=clock.now())
    document = standings.document(contest)
    assert both_say(document)
    assert [one["number"] for one in document["rounds"]] == [1]


def test_a_statement_of_rounds_can_not_be_changed(checked: Contest) -> None:
    publish(checked)
    (fact,) = planned.stated(checked)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.session.begin_nested():
        db.session.execute(sa.text("UPDATE contests_facts SET kind = 'x'"))
    assert fact.number == 1
