"""A winner who asks to be forgotten: what is not on its way goes on, the record moves where only the law looks."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.community.models import Badge
from clozette.contests.winning import queries, services
from clozette.contests.winning.models import Address, Winner
from clozette.kernel import clock
from clozette.kernel import tasks as engine
from clozette.kernel.database import db
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.erasure.models import Restricted
from clozette.rights.export import contents
from tests.contests.winning.conftest import Made, first
from tests.contests.winning.test_steps import ADDRESS
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry
from tests.support.application import Clock


@pytest.fixture
def ada(announced: Made, db_session: orm.Session) -> Member:
    """Ada has won and said where the prize shall go."""
    member, contest = make_member("ada"), make_contest("closed")
    announced([make_entry(contest, member), make_entry(contest, make_member())], contest=contest)
    services.accept(first(contest), now=clock.now())
    services.give_address(first(contest), ADDRESS, now=clock.now())
    db_session.commit()
    return member


def erase(app: Flask, member: Member, stopped_clock: Clock) -> None:
    erasures.ask(member.subject_id, via="page", now=clock.now())
    db.session.commit()
    stopped_clock.forward(days=14, seconds=1)
    engine.enqueue(erasure_tasks.execute_due)
    db.session.commit()
    engine.drain(app)
    db.session.expire_all()


@pytest.mark.requirement(105, 107)
def test_the_prize_goes_on_and_the_record_stays_restricted(
    app: Flask, ada: Member, stopped_clock: Clock, db_session: orm.Session
) -> None:
    contest_id, subject_id = db_session.scalars(sa.select(Winner.contest_id).limit(1)).one(), ada.subject_id
    erase(app, ada, stopped_clock)
    (left,) = queries.of_contest(contest_id)
    assert (left.entry.number, left.state) == (2, "notified")
    kept = db_session.scalars(sa.select(Restricted).where(Restricted.source == "contests_winners")).one()
    assert (kept.subject_id, kept.content["left_because"]) == (subject_id, "gone")
    assert "London" not in str(kept.content)
    assert not db_session.scalar(sa.select(sa.func.count()).select_from(Address))
    assert not db_session.scalar(sa.select(sa.func.count()).select_from(Badge))


def test_a_prize_on_its_way_stays_theirs(
    app: Flask, ada: Member, stopped_clock: Clock, db_session: orm.Session
) -> None:
    contest_id = db_session.scalars(sa.select(Winner.contest_id).limit(1)).one()
    services.ship(queries.of_contest(contest_id)[0], now=clock.now())
    erase(app, ada, stopped_clock)
    assert [(one.entry.number, one.state) for one in queries.of_contest(contest_id)] == [(2, "alternate")]
    assert not queries.is_any_open(contest_id)


@pytest.mark.requirement(80)
def test_an_export_has_what_was_won_and_where_it_goes(ada: Member, db_session: orm.Session) -> None:
    found = {one.name: db_session.execute(one.select).mappings().all() for one in contents.sections(ada.subject_id)}
    assert [row["state"] for row in found["contests_winners"]] == ["addressed"]
    assert [row["city"] for row in found["contests_addresses"]] == ["London"]
    assert [row["kind"] for row in found["community_badges"]] == ["contest_winner"]
