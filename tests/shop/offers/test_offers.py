"""Offers: a sum, a yes, and a checkout at that price; and every way in which it can't be."""

import pytest
import sqlalchemy as sa

from clozette.kernel import ids
from clozette.kernel.ports.till import ORIGIN
from clozette.shop.offers.models import Offer
from clozette.shop.orders.models import Order, OrderLine
from tests.factories.accounts import make_member
from tests.factories.buying import form_of as cart_form
from tests.factories.buying import put
from tests.factories.offers import answer, checkout_form, form_of, look_at, offer
from tests.factories.shop import make_listing
from tests.support.client import location


def test_an_offer_is_made_accepted_and_bought_at_that_price(beas, sams, coat, bea, seller, db_session, stopped_clock):
    now = stopped_clock.stop()
    shown = look_at(beas, [coat], "30")
    assert shown.status_code == 200
    assert "€35.00" in shown.text  # with 5 for shipping: before anything is sent
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Offer)) == 0
    page = offer(beas, [coat], "30")
    made = db_session.scalars(sa.select(Offer)).one()
    assert (made.buyer_id, made.seller_id, made.state, made.turn) == (bea.id, seller.id, "open", "seller")
    assert (made.amount_minor, made.total_minor) == (3000, 3500)
    assert (made.until - now).total_seconds() == 24 * 3600
    assert location(answer(sams, page, "accept")) == page
    db_session.refresh(coat)
    assert coat.remaining == 0  # held for the buyer
    form = checkout_form(beas, page)
    assert form["total"] == "3500"
    location(beas.post("/checkout", data=form))
    order = db_session.scalars(sa.select(Order)).one()
    assert (order.items_minor, order.shipping_minor, order.buyer_id) == (3000, 500, bea.id)
    assert (order.hold_until - now).total_seconds() == 22 * 3600  # as promised, within what a payment page can do
    assert db_session.scalars(sa.select(OrderLine.price_minor)).all() == [3000]
    assert location(beas.get(f"/checkout/pay/{order.ref}")).startswith(ORIGIN)
    db_session.refresh(made)
    db_session.refresh(coat)
    assert (made.state, made.order_id, coat.remaining) == ("bought", order.id, 0)


def test_nobody_else_sees_it(beas, client_of, coat, db_session):
    page = offer(beas, [coat], "30")
    other = client_of(make_member("cleo"))
    for address in (page, f"/checkout?offer={page.rpartition('/')[2]}"):
        assert "30.00" not in other.get(address, follow_redirects=True).text
    for deed in ("accept", "decline", "withdraw", "counter"):
        assert other.post(f"{page}/{deed}", data={"seen": "open.1", "amount": "35"}).status_code == 404


@pytest.mark.parametrize(
    ("amount", "status", "words"),
    [
        ("", 422, "Please fill this in."),
        ("cheap", 422, ""),
        ("4242 4242 4242 4242", 422, "card number"),
        ("40", 409, "That is its price already"),
        ("0", 409, "That is too little."),
        ("-5", 422, ""),
    ],
)
def test_what_is_no_offer_is_told(beas, coat, db_session, amount, status, words):
    shown = look_at(beas, [coat], amount)
    assert shown.status_code == status
    assert words in shown.text
    assert "4242" not in shown.text
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Offer)) == 0


def test_pressed_twice_it_is_one(beas, coat, db_session):
    form = form_of(beas, [coat], "30")
    first, second = (location(beas.post("/offers", data=form)) for _ in range(2))
    assert first == second
    again = look_at(beas, [coat], "31", total="3600")
    assert again.status_code == 409
    assert "You have an open offer for this already." in again.text
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Offer)) == 1


def test_a_total_that_changed_is_shown_before_it_is_sent(beas, coat, db_session):
    form = form_of(beas, [coat], "30")
    shown = beas.post("/offers", data={**form, "amount": "31"})
    assert shown.status_code == 409
    assert "€36.00" in shown.text
    location(beas.post("/offers", data={**form, "amount": "31", "total": "3600"}))


def test_held_for_the_buyer_nobody_else_gets_it(beas, sams, client_of, coat, db_session):
    cleo = client_of(make_member("cleo", country="GB"))
    put(cleo, coat)
    form = cart_form(cleo, coat.seller_id)
    answer(sams, offer(beas, [coat], "30"), "accept")
    assert cleo.post("/checkout", data=form).status_code == 409
    assert "Held until" in cleo.post("/checkout", data=form).text


def test_a_listing_that_is_gone_has_no_form(beas, coat, seller, db_session):
    assert beas.get(f"/offers/new?listing={ids.encode(coat.id)}").status_code == 200
    hidden = make_listing(seller, state="paused")
    assert beas.get(f"/offers/new?listing={ids.encode(hidden.id)}").status_code == 404
    assert beas.get("/offers/new?listing=%25").status_code == 404


def test_what_is_held_stays_held_when_the_seller_pauses(beas, sams, coat, db_session):
    page = offer(beas, [coat], "30")
    answer(sams, page, "accept")
    coat.state = "paused"
    db_session.flush()
    assert location(beas.post("/checkout", data=checkout_form(beas, page))).startswith("/checkout/pay/")


def test_a_seller_whom_no_money_reaches_sells_nothing(beas, sams, coat, seller, db_session):
    page = offer(beas, [coat], "30")
    answer(sams, page, "accept")
    form = checkout_form(beas, page)
    seller.state = "stopped"
    db_session.flush()
    assert beas.post("/checkout", data=form).status_code == 409
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0
