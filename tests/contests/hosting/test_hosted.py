"""Pages hosted for a partner: whose they are stands on them, and what is entered is ours, with its way in the ledger."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.hosting import services
from clozette.contests.hosting.models import COLOURS, Channel
from clozette.contests.promotions.models import Promotion, PromotionCode
from clozette.contests.sponsors import sharing
from clozette.contests.sponsors.models import Sponsor
from clozette.contests.surveys.models import Response
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry
from tests.contests.surveys.conftest import field, send
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import (
    make_channel,
    make_contest,
    make_promotion,
    make_question,
    make_sharing,
    make_sponsor,
    make_survey,
)
from tests.support.client import Client, location

STAMP = re.compile(r'name="_notice" value="([^"]+)"')


@pytest.fixture
def acme(db_session: orm.Session) -> Sponsor:
    """A partner with a channel."""
    sponsor = make_sponsor(legal_name="Acme Ltd")
    make_channel(sponsor, slug="acme", name="Acme Style", colour="rose")
    return sponsor


@pytest.fixture
def member(client: Client, acme: Sponsor) -> Member:
    """Somebody signed in."""
    member = make_member("mia")
    sign_in(client, member)
    db.session.commit()
    return member


@pytest.fixture
def staff(app: Flask, db_session: orm.Session) -> Client:
    """Somebody of marketing, in a browser of their own."""
    browser = app.test_client()
    sign_in(browser, make_member("mark", roles=("marketing",)), second_factor=True)
    db_session.commit()
    assert isinstance(browser, Client)
    return browser


def claim(client: Client, address: str, **more: object) -> int:
    """Press the button of a promotion's page as it stands."""
    found = STAMP.search(client.get(address).text)
    assert found
    return client.post(address, data={"_notice": found[1], **more}).status_code


def entries(action: str) -> list[LedgerEntry]:
    """Return what the ledger says of an action at the collection point of promotions and surveys."""
    said = (LedgerEntry.point == "CP3", LedgerEntry.action == action)
    return list(db.session.scalars(sa.select(LedgerEntry).where(*said).order_by(LedgerEntry.id)))


@pytest.mark.requirement(2)
@pytest.mark.requirement(74)
def test_whose_it_is_who_runs_it_and_the_policy_stand_on_the_page(
    client: Client, member: Member, acme: Sponsor
) -> None:
    promotion = make_promotion(sponsor_id=acme.id)
    db.session.commit()
    hosted = client.get(f"/p/acme/promotions/{promotion.slug}")
    for words in ("Acme Style", "partner--rose", "Hosted with Acme Ltd, run by Clozette", "Privacy policy, version"):
        assert words in hosted.text
    assert "partner--rose" not in client.get(f"/promotions/{promotion.slug}").text
    assert f"/p/acme/promotions/{promotion.slug}" in client.get("/p/acme").text


def test_no_page_of_anybody_else_can_hold_it(client: Client, member: Member, acme: Sponsor) -> None:
    promotion = make_promotion(sponsor_id=acme.id)
    db.session.commit()
    headers = client.get(f"/p/acme/promotions/{promotion.slug}").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "form-action 'self'" in headers["Content-Security-Policy"]


@pytest.mark.requirement(1)
@pytest.mark.requirement(72)
def test_what_came_through_a_partner_can_be_told_from_the_rest(client: Client, member: Member, acme: Sponsor) -> None:
    hosted, own = make_promotion(sponsor_id=acme.id), make_promotion(sponsor_id=acme.id)
    asked = make_sharing(make_contest(), acme, object_kind="promotion", object_id=hosted.id)
    db.session.commit()
    assert claim(client, f"/p/acme/promotions/{hosted.slug}", share=[ids.encode(asked.id)]) == 303
    assert claim(client, f"/promotions/{own.slug}") == 303
    assert [(one.channel, one.surface) for one in entries("acknowledged")] == [("hosted", "/p/acme"), (None, None)]
    assert [one.surface for one in entries("served")] == ["/p/acme", None]
    (given,) = entries("given")
    assert (given.channel, given.surface) == ("site", "/p/acme")  # the consent is the same wherever it was given
    assert consents.stands(member.subject_id, sharing.purpose_of(asked), "site") is not None


def test_a_survey_through_a_partner(client: Client, member: Member, acme: Sponsor) -> None:
    survey = make_survey(sponsor_id=acme.id)
    question = make_question(survey)
    db.session.commit()
    address = f"/p/acme/surveys/{survey.slug}"
    shown = client.get(address).text
    assert f'action="{address}"' in shown
    answer = send(client, survey, shown, address=address, **{field(question): "yes"})
    assert (answer.status_code, location(answer)) == (303, address)
    assert [(one.channel, one.surface) for one in entries("acknowledged")] == [("hosted", "/p/acme")]
    again = send(client, survey, shown, address=address, **{field(question): "no"})
    assert again.status_code == 409
    assert "Hosted with Acme Ltd" in again.text


def test_anonymous_answers_say_nothing_of_their_way(client: Client, member: Member, acme: Sponsor) -> None:
    survey = make_survey(sponsor_id=acme.id, is_anonymous=True)
    question = make_question(survey)
    db.session.commit()
    address = f"/p/acme/surveys/{survey.slug}"
    assert (
        send(client, survey, client.get(address).text, address=address, **{field(question): "yes"}).status_code == 303
    )
    assert not entries("acknowledged")
    assert db.session.scalars(sa.select(Response.subject_id)).all() == [None]


def test_who_is_not_signed_in_comes_back_to_the_partners_page(app: Flask, acme: Sponsor) -> None:
    survey = make_survey(sponsor_id=acme.id)
    db.session.commit()
    answer = app.test_client().post(f"/p/acme/surveys/{survey.slug}")
    assert location(answer) == f"/login?next=%2Fp%2Facme%2Fsurveys%2F{survey.slug}"


def test_a_channel_shows_what_is_its_partners_alone(client: Client, member: Member) -> None:
    theirs = make_sponsor(legal_name="Other Ltd")
    promotion, survey, nobodys = make_promotion(sponsor_id=theirs.id), make_survey(sponsor_id=theirs.id), make_survey()
    db.session.commit()
    for path in (f"promotions/{promotion.slug}", f"surveys/{survey.slug}", f"surveys/{nobodys.slug}"):
        assert client.get(f"/p/acme/{path}").status_code == 404
        assert client.post(f"/p/acme/{path}").status_code == 404
    assert promotion.slug not in client.get("/p/acme").text
    assert client.get(f"/p/nobody/surveys/{survey.slug}").status_code == 404


@pytest.mark.parametrize("closes", [Channel, Sponsor])
def test_closed_leads_nowhere(client: Client, member: Member, acme: Sponsor, closes: type) -> None:
    promotion = make_promotion(sponsor_id=acme.id)
    db.session.execute(sa.update(closes).values(closed_at=clock.now()))
    db.session.commit()
    for address in ("/p/acme", f"/p/acme/promotions/{promotion.slug}"):
        assert client.get(address).status_code == 404
    assert client.post(f"/p/acme/promotions/{promotion.slug}").status_code == 404
    assert client.get(f"/promotions/{promotion.slug}").status_code == 200
    assert db.session.scalar(sa.select(sa.func.count(PromotionCode.member_id))) == 0


def test_what_does_not_stand_yet_is_not_on_the_front_page(client: Client, member: Member, acme: Sponsor) -> None:
    later: dict[str, Any] = {"opens_at": clock.now() + timedelta(hours=1), "sponsor_id": acme.id}
    hidden = [make_promotion(**later).slug, make_survey(**later).slug, make_survey("draft", sponsor_id=acme.id).slug]
    db.session.commit()
    front = client.get("/p/acme").text
    assert not [slug for slug in hidden if slug in front]


def test_marketing_opens_changes_and_closes_channels(staff: Client, client: Client) -> None:
    sponsor = make_sponsor(legal_name="Zed Ltd")
    db.session.commit()
    pages = f"/marketing/sponsors/{ids.encode(sponsor.id)}/pages"
    new = {"slug": "zed", "name": "Zed", "colour": "mint"}
    assert staff.post(pages, data=new).status_code == 303
    assert staff.post(pages, data=new).status_code == 409  # the short name is taken
    assert client.get("/p/zed").status_code == 200
    channel = db.session.scalars(sa.select(Channel)).one()
    one = f"{pages}/{ids.encode(channel.id)}"
    assert "Zed" in staff.get(one).text
    assert staff.post(one, data={"name": "Zed Home", "colour": "sand"}).status_code == 303
    assert "Zed Home" in client.get("/p/zed").text
    assert staff.post(f"{one}/closing").status_code == 303
    assert client.get("/p/zed").status_code == 404
    assert staff.post(pages, data=new).status_code == 409  # nobody else gets an address that people know


@pytest.mark.parametrize(
    "wrong", [{"colour": "url(x)"}, {"slug": "../x"}, {"slug": "a" * 31}, {"name": ""}, {"name": "x" * 81}]
)
def test_what_does_not_fit_is_refused(staff: Client, wrong: dict[str, str]) -> None:
    sponsor = make_sponsor()
    db.session.commit()
    data = {"slug": "fine", "name": "Fine", "colour": COLOURS[0]} | wrong
    answer = staff.post(f"/marketing/sponsors/{ids.encode(sponsor.id)}/pages", data=data)
    assert answer.status_code == 422
    assert not db.session.scalars(sa.select(Channel)).all()


def test_nothing_new_is_hosted_for_a_closed_sponsor(staff: Client) -> None:
    sponsor = make_sponsor(closed_at=clock.now())
    db.session.commit()
    new = {"slug": "zed", "name": "Zed", "colour": "mint"}
    assert staff.post(f"/marketing/sponsors/{ids.encode(sponsor.id)}/pages", data=new).status_code == 409


def test_a_colour_that_is_none_is_refused_by_the_database(acme: Sponsor) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        make_channel(acme, colour="red;")


def test_closing_twice_keeps_the_first_day(acme: Sponsor) -> None:
    channel, now = make_channel(acme), clock.now()
    services.close_channel(channel, now=now)
    services.close_channel(channel, now=now + timedelta(days=1))
    db.session.refresh(channel)
    assert channel.closed_at == now


def test_a_promotion_of_nobody_stands_on_no_channel(client: Client, member: Member) -> None:
    promotion: Promotion = make_promotion()
    db.session.commit()
    assert client.get(f"/p/acme/promotions/{promotion.slug}").status_code == 404
