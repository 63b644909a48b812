"""Pressing Buy: one order, held, with everything copied; and every way in which it can't be."""

import json

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import ids
from clozette.kernel.ports import payments
from clozette.privacy import subjects
from clozette.privacy.disclosures.models import Disclosure, Handover
from clozette.privacy.models import LedgerEntry, Subject
from clozette.shop.carts.models import CartLine
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order, OrderAddress, OrderLine
from clozette.shop.payments.models import Payment
from clozette.shop.sellers.models import Fees
from tests.factories.accounts import make_member
from tests.factories.buying import buy, form_of, put
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support.client import location


def count(session, model) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_an_order_is_made_held_and_asked_for(bea, seller, listing, buyer, db_session, stopped_clock):
    now = stopped_clock.stop()
    fees = Fees(currency="EUR", since=now, buyer_bp=500, buyer_fixed_minor=70, seller_bp=1000)
    db_session.add(fees)
    db_session.flush()
    ref = buy(bea, listing)
    order = db_session.scalars(sa.select(Order)).one()
    assert (order.ref, order.state, order.buyer_id, order.seller_id) == (ref, "reserved", buyer.id, seller.id)
    assert (order.items_minor, order.shipping_minor, order.fee_minor, order.seller_fee_minor) == (4000, 500, 270, 400)
    assert (order.fees_id, order.currency, (order.hold_until - now).total_seconds()) == (fees.id, "EUR", 1800)
    line = db_session.scalars(sa.select(OrderLine)).one()
    assert (line.listing_id, line.title, line.quantity, line.price_minor) == (listing.id, "A green coat", 1, 4000)
    db_session.refresh(listing)
    assert (listing.state, listing.remaining) == ("active", 0)
    assert count(db_session, CartLine) == 0


def test_the_payment_service_will_be_told_the_order_and_nothing_of_the_person(bea, listing, buyer, db_session):
    ref = buy(bea, listing)
    payment = db_session.scalars(sa.select(Payment)).one()
    assert (payment.state, payment.key, payment.amount_minor) == ("asked", f"order-{ref}-session-1", 4500)
    subject = db_session.get_one(Subject, buyer.subject_id)
    (told,) = json.loads(subjects.unseal(subject, payment.asking)["payload"])
    del told["reference"]
    assert told == {
        "shop_orders.ref": ref,
        "shop_payments.amount_minor": 4500,
        "shop_payments.currency": "EUR",
    }
    handover = db_session.get_one(Handover, payment.handover_id)
    assert handover.purpose == "payment"
    assert db_session.scalars(sa.select(Disclosure.subject_id)).all() == [buyer.subject_id]


@pytest.mark.requirement(1)
@pytest.mark.requirement(2)
def test_both_addresses_are_kept_and_what_the_form_said_of_them(bea, listing, buyer, db_session):
    buy(bea, listing)
    kept = {one.use: one for one in db_session.scalars(sa.select(OrderAddress))}
    assert set(kept) == {"shipping", "billing"}
    for one in kept.values():
        assert (one.name, one.line1, one.city, one.country) == ("Bea Miller", "1 High Street", "London", "GB")
        assert (one.phone, one.postcode) == ("+44 20 7183 8750", "SW1A 1AA")
    mine = sa.select(LedgerEntry).where(LedgerEntry.subject_id == buyer.subject_id, LedgerEntry.point == "CP4")
    entries = db_session.scalars(mine).all()
    assert sorted(entry.action for entry in entries) == ["acknowledged", "served"]


def test_another_address_for_the_bill(bea, listing, seller, db_session):
    put(bea, listing)
    other = {"billing": "other", "billing_name": "Miller Ltd", "billing_line1": "2 Low Street", "billing_city": "Leeds"}
    answer = bea.post("/checkout", data=form_of(bea, seller.id, **other))
    assert answer.status_code == 422
    assert "Country on the bill: Please fill this in." in answer.text
    location(bea.post("/checkout", data=form_of(bea, seller.id, **other, billing_country="IE")))
    kept = {one.use: one for one in db_session.scalars(sa.select(OrderAddress))}
    assert (kept["billing"].name, kept["billing"].country, kept["shipping"].name) == ("Miller Ltd", "IE", "Bea Miller")


@pytest.mark.requirement(4)
@pytest.mark.requirement(5)
def test_nothing_but_what_the_purchase_needs_is_asked(bea, listing, seller):
    put(bea, listing)
    page = bea.get(f"/checkout?seller={form_of(bea, seller.id)['seller']}").text
    assert 'type="checkbox"' not in page  # no preference, no marketing, nothing to tick
    assert "card" not in "".join(part for part in page.split('name="')[1:] if part.startswith("card"))
    location(bea.post("/checkout", data=form_of(bea, seller.id)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": ""},
        {"phone": "call me"},
        {"phone": "4242424242424242"},
        {"shipping_name": ""},
        {"shipping_line1": "card 4242 4242 4242 4242"},
        {"shipping_city": ""},
        {"shipping_country": "XX"},
        {"billing": ""},
        {"form_key": ""},
        {"surprise": "1"},
    ],
)
def test_bad_words_are_422_and_nothing_is_written(bea, listing, seller, db_session, wrong):
    put(bea, listing)
    answer = bea.post("/checkout", data=form_of(bea, seller.id, **wrong))
    assert answer.status_code == 422
    assert "4242" not in answer.text
    assert count(db_session, Order) == 0
    db_session.refresh(listing)
    assert listing.remaining == 1


def test_a_form_sent_twice_makes_one_order(bea, listing, seller, db_session):
    put(bea, listing)
    form = form_of(bea, seller.id)
    first, second = (location(bea.post("/checkout", data=form)) for _ in range(2))
    assert first == second
    assert (count(db_session, Order), count(db_session, Payment), count(db_session, Handover)) == (1, 1, 1)


def test_a_total_that_grew_is_shown_before_it_is_ordered(bea, listing, seller, db_session):
    put(bea, listing)
    form = form_of(bea, seller.id)
    listing.price_minor = 5000
    db_session.flush()
    answer = bea.post("/checkout", data=form)
    assert answer.status_code == 409
    assert "€55.00" in answer.text
    assert 'name="total" value="5500"' in answer.text
    assert "1 High Street" in answer.text
    assert count(db_session, Order) == 0
    location(bea.post("/checkout", data={**form, "total": "5500"}))


def test_a_country_that_is_not_shipped_to_is_told(bea, listing, seller, db_session):
    put(bea, listing)
    answer = bea.post("/checkout", data=form_of(bea, seller.id, shipping_country="BR"))
    assert answer.status_code == 409
    assert "The seller doesn&#39;t ship there." in answer.text
    assert count(db_session, Order) == 0


def test_somebody_was_quicker(bea, listing, seller, db_session):
    put(bea, listing)
    form = form_of(bea, seller.id)
    held = make_order(make_member("cleo"), listing)
    answer = bea.post("/checkout", data=form)
    assert answer.status_code == 409
    assert "Somebody was quicker" in answer.text
    assert "Held until" in answer.text
    assert "/shop?category=outerwear" in answer.text
    assert db_session.scalars(sa.select(Order.id)).all() == [held.id]
    assert count(db_session, CartLine) == 1


def test_of_several_lines_all_or_none(bea, listing, seller, db_session):
    scarce = make_listing(seller)
    put(bea, listing)
    put(bea, scarce)
    form = form_of(bea, seller.id)
    assert form["total"] == "8600"  # 40 + 40, and a parcel of two: 5 + 1
    scarce.remaining = 0
    db_session.flush()
    assert bea.post("/checkout", data=form).status_code == 409
    db_session.refresh(listing)
    assert (listing.remaining, count(db_session, Order)) == (1, 0)


def test_an_order_is_of_one_seller(bea, listing, seller, db_session):
    other = make_listing(make_seller(make_member("tom")))
    put(bea, listing)
    put(bea, other)
    location(bea.post("/checkout", data=form_of(bea, seller.id)))
    assert db_session.scalars(sa.select(Order.seller_id)).all() == [seller.id]
    assert db_session.scalars(sa.select(CartLine.listing_id)).all() == [other.id]


def test_without_a_payment_service_nothing_is_ordered(app, bea, listing, seller, db_session):
    put(bea, listing)
    form = form_of(bea, seller.id)
    make = app.extensions[payments.KEY]
    payments.init_app(app, None)
    try:
        answer = bea.post("/checkout", data=form)
        assert "can be paid" in bea.get(f"/checkout?seller={form['seller']}").text
    finally:
        payments.init_app(app, make)
    assert answer.status_code == 409
    assert count(db_session, Order) == 0


def test_the_seller_can_not_buy_their_own(client_of, listing, seller, db_session):
    own = client_of(db_session.get_one(Member, seller.member_id))
    assert put(own, listing).status_code == 409
    db_session.add(CartLine(member_id=seller.member_id, listing_id=listing.id, at=listing.made_at))
    db_session.flush()
    answer = own.post("/checkout", data=form_of(own, seller.id))
    assert (answer.status_code, count(db_session, Order)) == (409, 0)
    assert db_session.scalar(sa.select(Listing.remaining)) == 1


def test_the_addresses_of_the_last_order_stand_there_again(bea, listing, seller):
    buy(bea, listing)
    put(bea, make_listing(seller))
    page = bea.get(f"/checkout?seller={form_of(bea, seller.id)['seller']}").text
    assert 'value="1 High Street"' in page
    assert 'value="+44 20 7183 8750"' in page


def test_an_empty_checkout_helps(bea, seller):
    assert location(bea.get("/checkout")) == "/cart"
    assert location(bea.get("/checkout?seller=%25")) == "/cart"
    page = bea.get(f"/checkout?seller={ids.encode(seller.id)}")
    assert page.status_code == 200
    assert "Look around the shop" in page.text
