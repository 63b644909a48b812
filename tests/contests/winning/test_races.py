"""Two at once: of an answer and the end of its time one wins; of two who drop out each is followed by somebody else."""

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.contests.winning import queries, rules, services
from clozette.kernel import clock
from clozette.kernel.database import db
from tests.contests.winning.conftest import Made, first
from tests.support.application import Clock
from tests.support.races import at_once


def test_an_answer_and_the_end_of_its_time(announced: Made, app: Flask, stopped_clock: Clock) -> None:
    contest = announced()
    winner = first(contest)
    winner.reminded_at = clock.now() - rules.REMIND
    winner_id, due_at = winner.id, winner.due_at
    db.session.commit()

    def accept() -> None:
        services.accept(queries.held(winner_id), now=due_at.replace(microsecond=0) - rules.REMIND)

    def expire() -> None:
        services.expire(queries.held(winner_id), now=due_at)

    at_once(app, accept, expire)
    db.session.rollback()
    states = [one.state for one in queries.of_contest(contest.id)]
    assert states[:2] in (["accepted", "alternate"], ["expired", "notified"])


def test_the_same_answer_in_two_tabs(announced: Made, app: Flask) -> None:
    contest = announced()
    winner_id = first(contest).id
    db.session.commit()
    raised = at_once(app, *[lambda: services.accept(queries.held(winner_id), now=clock.now())] * 3)
    assert len(raised) == 2
    db.session.rollback()
    assert first(contest).state == "accepted"


@pytest.mark.parametrize("alternates", [1, 3])
def test_two_drop_out_at_once(announced: Made, app: Flask, db_session: orm.Session, alternates: int) -> None:
    contest = announced(2 + alternates, units=2)
    out = [one.id for one in queries.of_contest(contest.id)[:2]]
    db_session.commit()
    deeds = [lambda one=one: services.decline(queries.held(one), now=clock.now()) for one in out]
    assert not at_once(app, *deeds)
    db_session.rollback()
    told = [one for one in queries.of_contest(contest.id) if one.state == "notified"]
    assert len(told) == min(2, alternates)
    assert len({(one.prize_id, one.unit) for one in told}) == len(told)
