"""Judges and entrants who ask to be forgotten: what they said and where they stood stays, and leads to nobody."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.drawing import verify_draw
from clozette.contests.entering.models import Entry
from clozette.contests.judging import queries, services, standings
from clozette.contests.judging.models import Judge
from clozette.kernel import clock
from clozette.kernel import tasks as engine
from clozette.kernel.database import db
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.export import contents
from tests.contests.judging.conftest import Making, judge_all, start
from tests.factories.accounts import make_member
from tests.factories.contests import make_judge
from tests.support.application import Clock


def erase(app: Flask, subject_id: int, stopped_clock: Clock) -> None:
    erasures.ask(subject_id, via="page", now=clock.now())
    db.session.commit()
    stopped_clock.forward(days=14, seconds=1)
    engine.enqueue(erasure_tasks.execute_due)
    db.session.commit()
    engine.drain(app)
    db.session.expire_all()


@pytest.mark.requirement(105)
def test_a_judge_is_forgotten_and_the_result_still_verifies(app: Flask, jury: Making, stopped_clock: Clock) -> None:
    contest = jury(entries=2, judges=2)
    round_ = start(contest)
    judge_all(round_, lambda entry, place: (entry.number * 3, 5 + place))
    services.end_round(round_, now=clock.now())
    standings.order(contest)
    db.session.commit()
    before = standings.document(contest)
    judge = queries.seats(contest)[0].judge
    subject_id, judge_id = db.session.get_one(Member, judge.member_id).subject_id, judge.id
    found = {one.name: db.session.execute(one.select).mappings().all() for one in contents.sections(subject_id)}
    assert [row["value"] for row in found["contests_ballots"]] == [[3, 5], [6, 5]]
    assert len(found["contests_assignments"]) == 2
    erase(app, subject_id, stopped_clock)
    gone = db.session.get_one(Judge, judge_id)
    assert (gone.member_id, gone.dropped_because) == (None, None)
    after = standings.document(contest)
    assert (after["lines"], after["standings"]) == (before["lines"], before["standings"])
    assert verify_draw.check(after).is_right()


@pytest.mark.requirement(105)
def test_nobody_waits_for_the_ballots_of_an_erased_entry(app: Flask, jury: Making, stopped_clock: Clock) -> None:
    contest = jury(entries=3, judges=2)
    round_ = start(contest)
    first = db.session.scalars(sa.select(Entry).order_by(Entry.number)).first()
    assert first is not None
    erase(app, db.session.get_one(Member, first.member_id).subject_id, stopped_clock)
    assert [one.entry.number for one in queries.progress(round_)] == [2, 3]
    judge_all(round_, lambda entry, place: (entry.number, 5))
    services.end_round(round_, now=clock.now())
    standings.order(contest)
    assert [number for _standing, number in standings.of_contest(contest)] == [3, 2]


def test_an_erased_judge_is_replaced(
    app: Flask, jury: Making, stopped_clock: Clock, db_session: orm.Session, by_id: int
) -> None:
    contest = jury(entries=2, judges=2)
    round_ = start(contest)
    judge = queries.seats(contest)[0].judge
    erase(app, db_session.get_one(Member, judge.member_id).subject_id, stopped_clock)
    assert queries.seats(contest)[0].handle is None
    other = make_judge(contest, make_member(), accepted_at=None)
    services.accept(other, now=clock.now())
    services.drop(db_session.get_one(Judge, judge.id), "Is gone", by_id=by_id, now=clock.now())
    assert queries.open_tasks(round_)[other.id] == 2
