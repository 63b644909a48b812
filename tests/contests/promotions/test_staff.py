"""What marketing does about promotions, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.contests.promotions.models import Promotion, PromotionCode
from clozette.contests.sponsors import sharing
from clozette.contests.sponsors.models import Sharing
from clozette.kernel import clock, ids
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_promotion, make_sharing, make_sponsor
from tests.support.client import Client


@pytest.fixture
def staff(app: Flask, db_session: orm.Session) -> Client:
    """Somebody of marketing, in a browser of their own."""
    browser = app.test_client()
    sign_in(browser, make_member("mark", roles=("marketing",)), second_factor=True)
    db_session.commit()
    assert isinstance(browser, Client)
    return browser


def address_of(promotion: Promotion) -> str:
    """Return where marketing works on a promotion."""
    return f"/marketing/promotions/{ids.encode(promotion.id)}"


@pytest.mark.parametrize(
    ("columns", "is_claimed", "why"),
    [
        ({}, False, "Make it a draft again, and then change it."),
        ({}, True, "Somebody has a code already"),
        ({"state": "closed"}, True, "It is over, and stays as it is."),
    ],
)
def test_what_is_published_says_why_it_stays(
    staff: Client, db_session: orm.Session, columns: dict[str, Any], is_claimed: bool, why: str
) -> None:
    promotion = make_promotion(**columns)
    if is_claimed:
        db_session.execute(sa.update(PromotionCode).values(claimed_at=clock.now()))
    db_session.commit()
    answer = staff.get(f"{address_of(promotion)}/edit")
    assert answer.status_code == 409
    assert why in answer.text
    assert 'name="terms"' not in answer.text


def test_nobody_is_asked_to_share_by_a_draw(staff: Client, db_session: orm.Session) -> None:
    """Who takes part is asked by its contest."""
    sponsor, contest = make_sponsor(), make_contest(entry_kind="none")
    draw = make_promotion("draw", contest_id=contest.id, state="draft")
    db_session.commit()
    here = f"{address_of(draw)}/sharing"
    assert staff.get(here).status_code == 404
    asked = {
        "sponsor": ids.encode(sponsor.id),
        "fields_shared": "accounts_members.email",
        "purpose": "to send a letter",
        "keeps_for": "a month",
        "keeps_days": "30",
    }
    assert staff.post(here, data=asked).status_code == 404
    assert not db_session.scalars(sa.select(Sharing)).all()


def test_made_a_draw_it_asks_for_nothing_any_more(staff: Client, db_session: orm.Session) -> None:
    contest, promotion = make_contest(entry_kind="none"), make_promotion(state="draft")
    make_sharing(contest, make_sponsor(), object_kind="promotion", object_id=promotion.id)
    db_session.commit()
    begins = clock.now() + timedelta(days=1)
    changed = {
        "title": "A draw",
        "kind": "draw",
        "contest": ids.encode(contest.id),
        "opens_at": f"{begins:%Y-%m-%dT%H:%M}",
        "closes_at": f"{begins + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "version": "1",
    }
    assert staff.post(f"{address_of(promotion)}/edit", data=changed).status_code == 303
    assert not sharing.of("promotion", promotion.id)
