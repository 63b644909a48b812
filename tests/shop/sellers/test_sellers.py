"""Becoming a seller: who may, what a trader says, which terms were accepted; and what shipping costs."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy.models import LedgerEntry
from clozette.shop import cli
from clozette.shop.sellers import fees, rates, regions, rules, services, wording
from clozette.shop.sellers.models import Fees, Rate, Seller
from tests.factories.accounts import make_member, make_minor
from tests.factories.closets import make_item
from tests.factories.shop import make_listing, make_seller
from tests.support.races import at_once

Browsers = Callable[..., Any]
START = {"country": "DE", "currency": "EUR", "kind": "private", "agree": "true"}
LAW = {"legal_name": "Coats GmbH", "address": "Ring 1", "contact": "hello@coats.example", "tax_number": "DE1"}


@pytest.fixture
def ada(db_session: orm.Session) -> Member:
    """Somebody who doesn't sell yet."""
    member = make_member("ada", country="DE")
    db_session.commit()
    return member


def sellers(session: orm.Session) -> list[Seller]:
    session.expire_all()
    return list(session.scalars(sa.select(Seller)))


def test_the_terms_are_accepted_by_a_tick_and_kept_word_by_word(
    db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    browser = client_of(ada)
    page = browser.get("/selling/start").text
    assert str(wording.TERMS[0]) in page
    assert 'name="agree" value="true" checked' not in page
    refused = browser.post("/selling/start", data={**START, "agree": ""})
    assert (refused.status_code, sellers(db_session)) == (422, [])
    odd = browser.post("/selling/start", data={**START, "currency": "KWD"})
    assert (odd.status_code, "KWD – " in page, sellers(db_session)) == (422, False, [])
    assert browser.post("/selling/start", data=START).location == "/selling/rates"
    entry = db_session.scalars(sa.select(LedgerEntry).where(LedgerEntry.method == "form:selling")).one()
    assert (entry.action, entry.subject_id, entry.basis) == ("acknowledged", ada.subject_id, "contract")
    (seller,) = sellers(db_session)
    assert (seller.state, seller.account, seller.member_id) == ("asked", None, ada.id)
    assert "Say first where your money goes" in browser.get("/selling").text


def test_selling_is_for_adults(db_session: orm.Session, client_of: Browsers) -> None:
    browser = client_of(make_minor("mina"))
    assert "Selling is for adults" in browser.get("/selling/start").text
    answer = browser.post("/selling/start", data=START)
    assert (answer.status_code, sellers(db_session)) == (409, [])
    assert "Selling is for adults" in answer.text


def test_where_nobody_is_paid_out_nobody_sells(db_session: orm.Session, client_of: Browsers) -> None:
    browser = client_of(make_member("vy", country="VN"))
    for answer in (browser.get("/selling/start"), browser.post("/selling/start", data={**START, "country": "VN"})):
        assert "pays nobody out in Vietnam" in answer.text
    assert (answer.status_code, sellers(db_session)) == (409, [])


@pytest.mark.parametrize(
    ("home", "country", "served", "abroad"),
    [
        ("SG", "SG", True, False),
        ("SG", "DE", True, True),
        ("DE", "FR", True, False),
        ("DE", "US", True, False),
        ("DE", "JP", True, True),
        ("SG", "IN", False, True),
        ("IN", "IN", True, False),
        ("SG", "VN", False, True),
    ],
)
def test_regions(home: str, country: str, served: bool, abroad: bool) -> None:
    assert (regions.is_served(home, country), regions.is_abroad(home, country)) == (served, abroad)


@pytest.mark.parametrize("lacking", ["legal_name", "address", "contact"])
def test_a_trader_says_who_they_are(db_session: orm.Session, client_of: Browsers, ada: Member, lacking: str) -> None:
    answer = client_of(ada).post("/selling/start", data={**START, **LAW, "kind": "trader", lacking: " "})
    assert (answer.status_code, sellers(db_session)) == (422, [])
    assert "A trader gives this" in answer.text


def test_nothing_of_a_private_person_is_kept_that_only_traders_give(
    db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    client_of(ada).post("/selling/start", data={**START, **LAW})
    (seller,) = sellers(db_session)
    assert {getattr(seller, name) for name in LAW} == {""}


def test_two_starts_at_once_make_one_seller(app: Flask, db_session: orm.Session, ada: Member) -> None:
    member_id, facts = ada.id, {**START, **dict.fromkeys(LAW, ""), "tax_bp": 0}
    db_session.commit()

    def go() -> None:
        services.start(db.session.get_one(Member, member_id), facts, None, now=clock.now())

    assert at_once(app, go, go, go, go) == []
    assert len(sellers(db_session)) == 1
    assert db_session.scalar(sa.select(sa.func.count()).where(LedgerEntry.method == "form:selling")) == 1


def test_country_and_currency_stay_once_prices_rest_on_them(
    db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    browser = client_of(ada)
    browser.post("/selling/start", data=START)
    moved = {**START, "country": "AT", "currency": "CHF", "agree": ""}
    moved.pop("agree")
    assert browser.post("/selling/start", data=moved).status_code == 303
    (seller,) = sellers(db_session)
    assert (seller.country, seller.currency) == ("AT", "CHF")
    make_listing(seller, make_item(ada))
    db_session.commit()
    refused = browser.post("/selling/start", data={**moved, "currency": "EUR"})
    assert (refused.status_code, "Country and currency stay" in refused.text) == (409, True)
    trader = {**moved, **LAW, "kind": "trader"}
    assert browser.post("/selling/start", data=trader).location == "/selling"
    assert sellers(db_session)[0].legal_name == "Coats GmbH"


def test_shipping_is_set_for_one_country_or_many_and_taken_away(
    db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    seller_id = make_seller(ada, rates=()).id
    db_session.commit()
    browser = client_of(ada)
    given = {"first": "4.90", "more": "1", "days_from": "2", "days_to": "4"}
    browser.post("/selling/rates", data={**given, "country": "eu"})
    browser.post("/selling/rates", data={**given, "country": "FR", "first": "7"})
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Rate)) == 27
    assert rates.shipping(seller_id, "DE", 3) == rates.Shipping(690, 2, 4)
    assert rates.shipping(seller_id, "FR") == rates.Shipping(700, 2, 4)
    assert rates.shipping(seller_id, "GB") is None
    assert browser.post("/selling/rates/FR", data={"_method": "DELETE"}).status_code == 303
    db_session.expire_all()
    assert rates.shipping(seller_id, "FR") is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"country": "XX"}, "Please choose one from the list."),
        ({"first": "-1"}, "Please write the price as a number"),
        ({"more": "1.001"}, "EUR has 2 decimals at most."),
        ({"days_from": "9"}, "The later day comes second."),
        ({"days_to": "91"}, "Choose a number from 1 to 90."),
        ({"first": ""}, "Please fill this in."),
    ],
)
def test_what_is_wrong_with_a_rate_is_said(
    db_session: orm.Session, client_of: Browsers, ada: Member, given: dict[str, str], said: str
) -> None:
    make_seller(ada, rates=())
    db_session.commit()
    good = {"country": "DE", "first": "4.90", "more": "1", "days_from": "2", "days_to": "4"}
    answer = client_of(ada).post("/selling/rates", data={**good, **given})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Rate)) == 0


def test_two_rates_for_one_country_at_once_leave_one(app: Flask, db_session: orm.Session, ada: Member) -> None:
    seller_id = make_seller(ada, rates=()).id
    db_session.commit()
    values = {"first_minor": 100, "more_minor": 0, "days_from": 1, "days_to": 2}

    def go() -> None:
        services.set_rates(db.session.get_one(Seller, seller_id), ["DE", "FR"], values)

    assert at_once(app, go, go, go, go) == []
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Rate)) == 2


def test_why_somebody_cant_take_money() -> None:
    standing = {state: rules.why_not_sell(Seller(state=state)) for state in ("asked", "pending", "stopped", "active")}
    codes = {state: refusal and refusal.code for state, refusal in standing.items()}
    assert codes == {"asked": "not-paid-out", "pending": "not-paid-out", "stopped": "stopped", "active": None}
    nobody = rules.why_not_sell(None)
    assert nobody is not None
    assert nobody.code == "no-seller"


def test_fees_are_announced_never_changed(app: Flask, db_session: orm.Session) -> None:
    db_session.rollback()
    run = partial(CliRunner().invoke, obj=lambda: app)
    told = run(cli.shop, ["fees", "eur", "--buyer", "5", "--fixed", "0.70", "--seller", "1.25"])
    assert "buyer 5 % and €0.70 an order, seller 1.25 %" in told.output
    now = clock.now()
    line = fees.current("EUR", now)
    assert line is not None
    assert (line.buyer_bp, line.buyer_fixed_minor, line.seller_bp) == (500, 70, 125)
    db_session.rollback()
    for wrong in (["XXX"], ["EUR", "--buyer", "51"], ["EUR", "--fixed", "0.001"], ["EUR", "--since", "2020-01-01"]):
        assert run(cli.shop, ["fees", *wrong]).exit_code == 2
    later = run(cli.shop, ["fees", "EUR", "--buyer", "9", "--since", "2099-01-01"])
    assert later.output.count("EUR from") == 2
    db_session.rollback()
    assert fees.current("EUR", now).buyer_bp == 500  # type: ignore[union-attr]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Fees)) == 2
