"""Early access: who has a code or takes part gets in before the others, who read when it begins for them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import tokens
from clozette.community import points
from clozette.contests.promotions import codes, early, queries, services
from clozette.contests.promotions.models import Early, Promotion, PromotionCode
from clozette.contests.surveys.models import Response
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from tests.contests.promotions.test_claims import claim, stamp_of, take, taken
from tests.contests.surveys.conftest import field, send
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry, make_promotion, make_question, make_survey
from tests.support.application import Clock
from tests.support.client import Client
from tests.support.races import at_once

TOMORROW = timedelta(days=1)


@pytest.fixture
def member(client: Client, db_session: orm.Session) -> Member:
    """Somebody signed in."""
    member = make_member("mia")
    sign_in(client, member)
    db_session.commit()
    return member


def tomorrow(**more: Any) -> dict[str, Any]:
    """Return the dates of what begins tomorrow."""
    return {"opens_at": clock.now() + TOMORROW, "closes_at": clock.now() + 9 * TOMORROW} | more


def opening(kind: str, object_id: int, given: str = "code", **columns: Any) -> Promotion:
    """Add a promotion that opens a thing early."""
    promotion = make_promotion(given, **columns)
    early.put(promotion.id, f"{kind}:{ids.encode(object_id)}")
    db.session.commit()
    return promotion


def hand_out(promotion: Promotion, code: str = "SESAME23") -> str:
    """Add a code that somebody may know."""
    services.add_codes(promotion, [code])
    db.session.commit()
    return code


def test_a_code_lets_in_before_the_others(app: Flask, client: Client, member: Member) -> None:
    survey = make_survey(**tomorrow())
    question = make_question(survey)
    way = opening("survey", survey.id, codes=0)
    address, code = f"/surveys/{survey.slug}", hand_out(way)
    shut = client.get(address).text
    assert "It begins on" in shut
    assert f'href="/promotions/{way.slug}"' in shut
    assert claim(client, way, code=code.lower()) == 303
    shown = client.get(address).text
    assert send(client, survey, shown, **{field(question): "yes"}).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1


def test_others_are_told_the_date(client: Client, member: Member) -> None:
    survey = make_survey(**tomorrow())
    question = make_question(survey)
    opening("survey", survey.id)
    token = tokens.make(member.id, name="t", scopes=("contests:read", "contests:write"), days=1, now=clock.now())
    slug, program = survey.slug, {"headers": {"Authorization": f"Bearer {token}"}}
    db.session.commit()
    form = client.get(f"/api/v1/surveys/{slug}/answers/new", **program).json
    assert "It begins on" in form["why_not"]
    body = {"version": 1, "notice": form["notice"], "answers": {ids.encode(question.id): "yes"}}
    answer = client.post(f"/api/v1/surveys/{slug}/answers", json=body, **program)
    assert (answer.status_code, answer.json["code"]) == (409, "early")
    assert "It begins on" in answer.json["detail"]
    assert not db.session.scalars(sa.select(Response)).all()


@pytest.mark.parametrize("typed", ["", "WRONG", "x" * 60])
def test_no_code_lets_nobody_in(client: Client, member: Member, typed: str) -> None:
    survey = make_survey(**tomorrow())
    way = opening("survey", survey.id, codes=3)
    assert claim(client, way, code=typed) == 409
    assert taken(db.session) == 0
    assert not early.has_early_access(member.id, "survey", survey.id, clock.now())


def test_a_code_that_was_used_is_nobody_elses(app: Flask, db_session: orm.Session) -> None:
    survey = make_survey(**tomorrow())
    way = opening("survey", survey.id, codes=1)
    code = codes.unseal(db.session.scalars(sa.select(PromotionCode.sealed)).one())
    first, second, way_id, shown = make_member().id, make_member().id, way.id, stamp_of(app)
    db_session.commit()
    raised = at_once(app, *[lambda one=one: take(way_id, one, shown, code) for one in (first, second)])
    assert [error.refusal.code for error in raised] == ["not_this"]
    db_session.rollback()
    assert taken(db_session) == 1
    now = clock.now()
    assert sum(early.has_early_access(one, "survey", survey.id, now) for one in (first, second)) == 1


def test_points_let_in_to_another_promotion(client: Client, member: Member) -> None:
    drop = make_promotion(codes=1, **tomorrow())
    way = opening("promotion", drop.id, "points", cost_points=10)
    points.earn(member.id, services.POINTS_RULE, 1, 15, now=clock.now())
    db.session.commit()
    assert "It begins on" in client.get(f"/promotions/{drop.slug}").text
    assert claim(client, way) == 303
    assert points.balance(member.id) == 5
    assert claim(client, drop) == 303
    assert queries.own_code(drop.id, member.id) is not None


def test_a_promotion_is_shut_to_others_before_its_day(app: Flask, client: Client, member: Member) -> None:
    drop = make_promotion(codes=1, **tomorrow())
    opening("promotion", drop.id)
    other = make_promotion()
    db.session.commit()
    assert claim(client, other) == 303
    shown = stamp_of(app)
    with pytest.raises(services.Refused) as refused:
        take(drop.id, member.id, shown)
    assert refused.value.refusal.code == "early"


@pytest.mark.parametrize("state", ["entered", "withdrawn"])
def test_who_takes_part_in_a_draw_gets_in(db_session: orm.Session, state: str) -> None:
    survey, contest, member = make_survey(**tomorrow()), make_contest(entry_kind="none"), make_member()
    make_entry(contest, member, state=state)
    opening("survey", survey.id, "draw", contest_id=contest.id)
    assert early.has_early_access(member.id, "survey", survey.id, clock.now()) is (state == "entered")
    assert not early.has_early_access(make_member().id, "survey", survey.id, clock.now())


@pytest.mark.parametrize(("hours", "is_in"), [(-2, False), (0, True), (11, True), (13, False)])
def test_it_has_a_beginning_and_an_end(stopped_clock: Clock, db_session: orm.Session, hours: int, is_in: bool) -> None:
    survey, member, now = make_survey(**tomorrow()), make_member(), clock.now()
    way = opening("survey", survey.id, codes=1, closes_at=now + timedelta(hours=12))
    db_session.execute(sa.update(PromotionCode).values(member_id=member.id, claimed_at=now))
    stopped_clock.forward(hours=hours)
    assert early.has_early_access(member.id, "survey", survey.id, clock.now()) is is_in
    db_session.execute(sa.update(Promotion).where(Promotion.id == way.id).values(state="closed"))
    assert early.has_early_access(member.id, "survey", survey.id, clock.now()) is is_in  # whoever has a code keeps it
    db_session.execute(sa.update(Promotion).where(Promotion.id == way.id).values(state="draft"))
    assert not early.has_early_access(member.id, "survey", survey.id, clock.now())


def test_marketing_chooses_what_opens_early(app: Flask, db_session: orm.Session) -> None:
    staff, survey = app.test_client(), make_survey(**tomorrow())
    sign_in(staff, make_member("mark", roles=("marketing",)), second_factor=True)
    begun = make_survey()
    name, wrong, slug = f"survey:{ids.encode(survey.id)}", f"survey:{ids.encode(begun.id)}", survey.slug
    db_session.commit()
    new = {
        "title": "Early",
        "slug": "early",
        "kind": "code",
        "opens_at": "2020-01-01T09:00",
        "closes_at": "2090-01-01T09:00",
    }
    for odd in (wrong, "survey:!", "looks:1", "x"):
        assert staff.post("/marketing/promotions/new", data=new | {"early": odd}).status_code == 422
    made = staff.post("/marketing/promotions/new", data=new | {"early": name})
    assert made.status_code == 303
    assert f"/surveys/{slug}" in staff.get(made.headers["Location"]).text
    edit = f"{made.headers['Location']}/edit"
    assert f'value="{name}" selected' in staff.get(edit).text
    assert staff.post(edit, data=new | {"early": "", "version": "1"} | {"slug": ""}).status_code == 303
    assert not db_session.scalars(sa.select(Early)).all()


def test_what_has_begun_can_not_be_opened_early(db_session: orm.Session) -> None:
    survey = make_survey(**tomorrow())
    way = opening("survey", survey.id, **tomorrow(opens_at=clock.now() + 2 * TOMORROW), state="draft")
    assert any("can't be opened early" in fault for fault in services.faults(way, clock.now()))
