"""A contest that a jury decides: closed, its entries fixed, judges who said yes, and a round."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests import facts
from clozette.contests.entering.models import Entry
from clozette.contests.judging import queries, services
from clozette.contests.judging.models import Assignment, Judge, Round
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry, make_judge
from tests.support.client import Client

CRITERIA = [{"name": "Colour", "weight": 2}, {"name": "Idea", "weight": 1}]
Making = Callable[..., Contest]


def plan(contest: Contest, method: str = "score", **values: Any) -> Round:
    """Plan a round."""
    kept = {"quorum": 2, "takes": 10, "due_at": clock.now() + timedelta(days=1)} | values
    return services.plan_round(contest, {"method": method, **kept}, "Planned in steps", now=clock.now())


def start(contest: Contest, method: str = "score", **values: Any) -> Round:
    """Plan a round and open it."""
    round_ = plan(contest, method, **values)
    services.open_round(round_, now=clock.now())
    return round_


def say(assignment: Assignment, *value: int) -> bool:
    """Give the ballot of the judge whose assignment it is."""
    judge = db.session.get_one(Judge, assignment.judge_id)
    return services.ballot(judge, assignment, value, now=clock.now())


def judge_all(round_: Round, value: Callable[[Entry, int], tuple[int, ...]]) -> None:
    """Let every judge say ``value(entry, judge's place)`` of everything."""
    contest = db.session.get_one(Contest, round_.contest_id)
    for place, seat in enumerate(queries.seats(contest)):
        for task in queries.tasks_of(round_, seat.judge):
            say(task.assignment, *value(task.entry, place))


@pytest.fixture
def jury(db_session: orm.Session) -> Making:
    """Give ``jury(entries, judges)``: a contest whose list is fixed."""

    def make(entries: int = 3, judges: int = 3, *, tie_break: str = "earlier", **columns: Any) -> Contest:
        now = clock.now()
        decided: dict[str, Any] = {"decided_by": "jury", "judging_until": now + timedelta(days=2), "draw_at": None}
        contest = make_contest("closed", terms={"criteria": CRITERIA, "tie_break": tie_break}, **decided | columns)
        for number in range(entries):
            make_entry(contest, make_member(), locked_sha256=f"{number:064x}", statement=f"Statement {number}")
        for _number in range(judges):
            make_judge(contest, make_member())
        facts.state(contest.id, "entries", {"sha256": "0" * 64, "count": entries}, now=now)
        db_session.commit()
        return contest

    return make


@pytest.fixture
def staff(app: Flask, db_session: orm.Session) -> Client:
    """Somebody of marketing, in a browser of their own."""
    browser = app.test_client()
    sign_in(browser, make_member("mark", roles=("marketing",)), second_factor=True)
    assert isinstance(browser, Client)
    return browser


@pytest.fixture
def by_id(db_session: orm.Session) -> int:
    """Somebody of the staff, who does things."""
    member: Member = make_member("boss")
    return member.subject_id
