"""Every pair of states, and two who move a contest at once."""

import itertools
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.contests.planning import checks, life
from clozette.contests.planning.models import STATES, Contest
from clozette.contests.planning.tasks import turn_due
from clozette.kernel import clock, tasks
from clozette.kernel.refusal import Refusal, Refused
from tests.factories.contests import make_contest

ALLOWED = {
    ("draft", "checked"),
    ("checked", "draft"),
    ("checked", "published"),
    ("published", "draft"),
    ("published", "open"),
    ("published", "cancelled"),
    ("open", "closed"),
    ("open", "cancelled"),
    ("closed", "judged"),
    ("closed", "cancelled"),
    ("judged", "announced"),
    ("judged", "cancelled"),
    ("announced", "done"),
}


@pytest.mark.parametrize(("came_from", "to"), list(itertools.product(STATES, STATES)))
def test_what_may_follow_what(
    db_session: orm.Session, monkeypatch: pytest.MonkeyPatch, came_from: str, to: str
) -> None:
    monkeypatch.setattr(life, "why_not", lambda *_: ())
    monkeypatch.setattr(life.events, "publish", lambda _: None)
    contest = make_contest(came_from)
    assert life.move(contest, to, now=clock.now()) is ((came_from, to) in ALLOWED)
    assert contest.state == (to if (came_from, to) in ALLOWED else came_from)


OPENS = {"opens_at": timedelta(hours=-1), "closes_at": timedelta(hours=1)}
OVER = {"opens_at": timedelta(hours=-3), "closes_at": timedelta(hours=-2), "draw_at": timedelta(hours=-1)}


def planned(state: str, dates: dict[str, timedelta], **columns: timedelta) -> Contest:
    now = clock.now()
    return make_contest(state, **{name: now + after for name, after in {**dates, **columns}.items()})


def run_due(app: Flask, db_session: orm.Session) -> None:
    tasks.enqueue(turn_due)
    db_session.commit()
    tasks.drain(app)
    db_session.expire_all()


def heard(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the events that will be published."""
    names: list[str] = []
    monkeypatch.setattr(life.events, "publish", lambda event: names.append(type(event).__name__))
    return names


@pytest.mark.parametrize(
    ("state", "columns", "becomes", "happened"),
    [
        ("published", OPENS, "open", ["ContestOpened"]),
        ("published", {"opens_at": timedelta(minutes=1), "closes_at": timedelta(hours=1)}, "published", []),
        ("published", OVER, "published", []),  # the server slept through all of it: staff say what becomes of it
        ("open", {**OPENS, "closes_at": timedelta(minutes=1)}, "open", []),
        ("judged", {**OVER, "announce_at": timedelta(minutes=1)}, "judged", []),
        ("draft", OVER, "draft", []),
        ("cancelled", OVER, "cancelled", []),
    ],
)
def test_what_the_clock_does(
    app: Flask, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch, state, columns, becomes, happened
) -> None:
    monkeypatch.setattr(life, "why_not", lambda *_: ())
    names = heard(app, monkeypatch)
    contest = planned(state, columns)
    run_due(app, db_session)
    db_session.refresh(contest)
    assert (contest.state, names) == (becomes, happened)


def test_a_late_server_takes_every_step_in_order(
    app: Flask, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "why_not", lambda *_: ())
    names = heard(app, monkeypatch)
    contest = planned("open", OVER, announce_at=timedelta(minutes=-1))
    run_due(app, db_session)
    db_session.refresh(contest)
    assert names == ["ContestClosed", "ContestJudged", "ContestAnnounced"]
    assert contest.state == "done"


def test_what_keeps_a_contest_from_a_state(
    app: Flask, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "clozette.contests.blocks", {})
    life.block(app, "judged", "list", lambda contest, now: Refusal("list", "The list is not frozen."))
    contest = make_contest("closed")
    with pytest.raises(Refused, match="list"):
        life.move(contest, "judged", now=clock.now())
    run_due(app, db_session)
    db_session.refresh(contest)
    assert contest.state == "closed"


def test_one_that_fails_keeps_no_other_from_its_time(
    app: Flask, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = planned("open", OVER), planned("open", OVER)
    ids = [first.id, second.id]
    db_session.commit()

    def fail(event: object) -> None:
        if getattr(event, "contest_id", 0) == ids[0]:
            raise ZeroDivisionError

    monkeypatch.setattr(life, "why_not", lambda *_: ())
    monkeypatch.setattr(life.events, "publish", fail)
    run_due(app, db_session)
    states = dict(db_session.execute(sa.select(Contest.id, Contest.state)).all())
    assert states == {ids[0]: "open", ids[1]: "judged"}


def test_of_two_at_once_one_moves_it(app: Flask, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    names = heard(app, monkeypatch)
    monkeypatch.setattr(life, "why_not", lambda *_: ())
    contest = planned("published", OPENS)
    db_session.execute(
        sa.update(Contest).where(Contest.id == contest.id).values(state="open"),
        execution_options={"synchronize_session": False},
    )  # another worker was there since we read it
    assert contest.state == "published"
    assert not life.move(contest, "open", now=clock.now())
    assert names == []
    assert contest.state == "open"


def test_the_doctor_names_what_the_clock_left_behind(app: Flask, db_session: orm.Session) -> None:
    late = [planned("published", OVER), planned("open", OVER), planned("judged", OVER, announce_at=timedelta(hours=-1))]
    named = sorted(contest.slug for contest in late)
    for state, dates in (("open", OPENS), ("done", OVER), ("draft", OVER)):
        planned(state, dates)
    db_session.commit()
    said = checks.contests(app, app.extensions["clozette.settings"])
    assert [part.split()[2] for part in said.split("; ")] == named
