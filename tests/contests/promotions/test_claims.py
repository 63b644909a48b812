"""Codes of promotions: once each, never one to two, for points where they cost some."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.community import points
from clozette.contests.promotions import codes, queries, rules, services
from clozette.contests.promotions.models import Promotion, PromotionCode
from clozette.contests.sponsors import sharing
from clozette.contests.surveys import asking
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.privacy import consents, notices
from clozette.privacy.models import LedgerEntry
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_promotion, make_sharing, make_sponsor
from tests.support.application import Clock
from tests.support.client import Client
from tests.support.races import at_once

STAMP = re.compile(r'name="_notice" value="([^"]+)"')


@pytest.fixture
def member(client: Client, db_session: orm.Session) -> Member:
    """Somebody signed in."""
    member = make_member("mia")
    sign_in(client, member)
    db_session.commit()
    return member


def claim(client: Client, promotion: Promotion, **more: object) -> int:
    """Press the button of the page as it stands."""
    found = STAMP.search(client.get(f"/promotions/{promotion.slug}").text)
    stamp = {"_notice": found[1]} if found else {}
    return client.post(f"/promotions/{promotion.slug}", data={**stamp, **more}).status_code


def stamp_of(app: Flask) -> notices.Shown | None:
    """Return what a form without a control shows."""
    with app.test_request_context():
        return notices.read("CP3", notices.stamp("CP3"))


def take(promotion_id: int, member_id: int, shown: notices.Shown | None, typed: str | None = None) -> None:
    """Claim a code as somebody, in a context of its own."""
    promotion, member = db.session.get_one(Promotion, promotion_id), db.session.get_one(Member, member_id)
    answer = asking.Answer((), shown, "form:promotion")
    services.claim(promotion, member, answer, now=clock.now(), typed=typed)


def taken(session: orm.Session) -> int:
    return session.scalar(sa.select(sa.func.count()).where(PromotionCode.claimed_at.is_not(None))) or 0


def test_a_code_each_and_shown_to_its_owner_alone(app: Flask, client: Client, member: Member) -> None:
    promotion = make_promotion(codes=3)
    db.session.commit()
    assert claim(client, promotion) == 303
    own = queries.own_code(promotion.id, member.id)
    assert own is not None
    code = codes.unseal(own.sealed)
    assert code in client.get(f"/promotions/{promotion.slug}").text
    assert code not in app.test_client().get(f"/promotions/{promotion.slug}").text
    assert claim(client, promotion) == 409
    assert taken(db.session) == 1


def test_none_left_takes_no_points(client: Client, member: Member) -> None:
    promotion = make_promotion("points", codes=0)
    points.earn(member.id, services.POINTS_RULE, 1, 50, now=clock.now())
    db.session.commit()
    stamped = {"_notice": _stamp(client)}
    assert client.post(f"/promotions/{promotion.slug}", data=stamped).status_code == 409
    assert points.balance(member.id) == 50


def test_points_are_spent_once(client: Client, member: Member) -> None:
    promotion = make_promotion("points")
    points.earn(member.id, services.POINTS_RULE, 1, 15, now=clock.now())
    db.session.commit()
    assert claim(client, promotion) == 303
    assert points.balance(member.id) == 5
    assert f"/promotions/{promotion.slug}" in client.get("/points").text


def test_too_few_points_give_no_code(client: Client, member: Member) -> None:
    promotion = make_promotion("points")
    db.session.commit()
    stamped = {"_notice": _stamp(client)}
    answer = client.post(f"/promotions/{promotion.slug}", data=stamped)
    assert answer.status_code == 409
    assert "too few points" in answer.text
    assert taken(db.session) == 0


@pytest.mark.parametrize(("hours", "status"), [(-2, 409), (0, 303), (23, 303), (25, 409)])
def test_outside_of_its_time_nothing_is_given(
    client: Client, member: Member, stopped_clock: Clock, hours: int, status: int
) -> None:
    promotion = make_promotion()
    db.session.commit()
    stopped_clock.forward(hours=hours)
    shown = stamp_of(client.application)
    if status == 303:
        services.claim(promotion, member, asking.Answer((), shown, "form:promotion"), now=clock.now())
        assert taken(db.session) == 1
        return
    with pytest.raises(Refused) as refused:
        services.claim(promotion, member, asking.Answer((), shown, "form:promotion"), now=clock.now())
    assert refused.value.refusal.code == ("early" if hours < 0 else "not_now")


def test_many_at_once_get_one_each(app: Flask, db_session: orm.Session) -> None:
    promotion = make_promotion(codes=3)
    members = [make_member().id for _ in range(5)]
    promotion_id, shown = promotion.id, stamp_of(app)
    db_session.commit()
    deeds = [lambda one=one: take(promotion_id, one, shown) for one in members]
    raised = at_once(app, *deeds)
    assert [getattr(error, "refusal", error) for error in raised] == [rules.none_left()] * 2
    db_session.rollback()
    assert taken(db_session) == 3


def test_two_at_the_last_code_at_once(app: Flask, client: Client, member: Member, db_session: orm.Session) -> None:
    promotion = make_promotion("points", codes=1)
    rivals = [make_member().id, make_member().id]
    for one in rivals:
        points.earn(one, services.POINTS_RULE, 1, 10, now=clock.now())
    promotion_id, slug, shown = promotion.id, promotion.slug, stamp_of(app)
    db_session.commit()
    raised = at_once(app, *[lambda one=one: take(promotion_id, one, shown) for one in rivals])
    assert [getattr(error, "refusal", error) for error in raised] == [rules.none_left()]
    db_session.rollback()
    assert taken(db_session) == 1
    assert sorted(points.balance(one) for one in rivals) == [0, 10]  # who got none has paid nothing
    assert "there is no code left" in client.get(f"/promotions/{slug}").text


def test_one_member_twice_at_once(app: Flask, db_session: orm.Session) -> None:
    promotion, member = make_promotion(codes=3), make_member()
    promotion_id, member_id, shown = promotion.id, member.id, stamp_of(app)
    db_session.commit()
    raised = at_once(app, *[lambda: take(promotion_id, member_id, shown)] * 3)
    assert len(raised) == 2
    db_session.rollback()
    assert taken(db_session) == 1


def test_the_code_of_somebody_erased_is_given_to_nobody_else(db_session: orm.Session) -> None:
    promotion, gone = make_promotion(codes=1), make_member()
    db_session.execute(sa.update(PromotionCode).values(member_id=gone.id, claimed_at=clock.now()))
    db_session.delete(gone)
    db_session.flush()
    assert queries.count(promotion.id, left=True) == 0


@pytest.mark.requirement(6)
@pytest.mark.requirement(72)
def test_sharing_with_a_sponsor_is_a_choice(client: Client, member: Member) -> None:
    promotion, sponsor = make_promotion(), make_sponsor(legal_name="Acme Ltd")
    asked = make_sharing(make_contest(), sponsor, object_kind="promotion", object_id=promotion.id)
    db.session.commit()
    shown = client.get(f"/promotions/{promotion.slug}").text
    assert "Acme Ltd" in shown
    assert "checked" not in shown[shown.index('class="form"') : shown.index("Get a code")]
    assert claim(client, promotion) == 303
    assert consents.stands(member.subject_id, sharing.purpose_of(asked), "site") is None
    said = sa.select(LedgerEntry.action).where(LedgerEntry.purpose == sharing.purpose_of(asked))
    assert "refused" in db.session.scalars(said).all()


def test_a_yes_is_recorded(client: Client, member: Member) -> None:
    promotion = make_promotion()
    asked = make_sharing(make_contest(), make_sponsor(), object_kind="promotion", object_id=promotion.id)
    db.session.commit()
    assert claim(client, promotion, share=[ids.encode(asked.id)]) == 303
    assert consents.stands(member.subject_id, sharing.purpose_of(asked), "site") is not None


def test_who_pays_and_until_when_is_said(client: Client, db_session: orm.Session) -> None:
    at = datetime(2031, 7, 1, 9, 30, 15, tzinfo=UTC)
    promotion = make_promotion(sponsor_id=make_sponsor(legal_name="Acme Ltd").id, closes_at=at)
    sign_in(client, make_member(time_zone="Europe/Berlin"))
    db_session.commit()
    for path in ("/promotions", f"/promotions/{promotion.slug}"):
        shown = client.get(path).text
        assert "Ad · sponsored by Acme Ltd" in shown
        assert "Jul 1, 2031, 11:30\u202fAM (Europe/Berlin)" in shown


def test_a_draw_leads_to_its_contest(client: Client, db_session: orm.Session) -> None:
    contest = make_contest(entry_kind="none", slug="lucky")
    promotion = make_promotion("draw", contest_id=contest.id)
    db_session.commit()
    assert "/contests/lucky" in client.get(f"/promotions/{promotion.slug}").text


def _stamp(client: Client) -> str:
    """Return the notice's stamp of another promotion, whose form is shown."""
    other = make_promotion(slug="other")
    db.session.commit()
    found = STAMP.search(client.get(f"/promotions/{other.slug}").text)
    assert found
    return found[1]
