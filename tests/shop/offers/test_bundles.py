"""Bundles: several pieces of one seller cost less each; line by line it adds up."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.shop.offers import bundles
from clozette.shop.offers.models import Bundle
from clozette.shop.orders.models import Order, OrderLine
from tests.factories.buying import form_of, put
from tests.factories.offers import look_at
from tests.factories.shop import make_listing
from tests.support.client import location

TWO, THREE = SimpleNamespace(pieces=2, off_bp=1000), SimpleNamespace(pieces=3, off_bp=1500)


@pytest.fixture
def rules(seller):
    """Give 10 % off from two pieces on, 15 % from three."""
    for one in (TWO, THREE):
        db.session.add(Bundle(seller_id=seller.id, pieces=one.pieces, off_bp=one.off_bp))
    db.session.flush()


def test_the_most_that_is_reached_holds():
    both = [TWO, THREE]
    assert [bundles.off(both, pieces) for pieces in range(5)] == [0, 0, 1000, 1500, 1500]
    assert [bundles.further(both, pieces) for pieces in (1, 2, 3)] == [TWO, THREE, None]
    assert bundles.further([TWO, SimpleNamespace(pieces=3, off_bp=500)], 2) is None


@given(st.integers(1, 10**9), st.integers(100, 9000))
def test_what_is_taken_off_is_rounded_and_never_all(price, off_bp):
    low = bundles.lowered(price, off_bp)
    assert 1 <= low <= price
    assert abs(low - price * (10_000 - off_bp) / 10_000) <= 1


def test_the_cart_says_what_one_more_would_save(beas, coat, seller, rules):
    put(beas, coat)
    assert "1 more piece of Sam Seller, and each is 10% less." in beas.get("/cart").text
    put(beas, make_listing(seller, title="A hat", price_minor=2050))
    page = beas.get("/cart").text
    assert "A bundle: 10% less for each piece." in page
    assert "1 more piece of Sam Seller, and each is 15% less." in page
    assert "<s>€40.00</s> €36.00" in page
    assert "€60.45" in page  # 36.00 + 18.45, and a parcel of two: 6.00


def test_an_order_keeps_both_prices_and_its_lines_add_up(beas, coat, seller, rules):
    hat = make_listing(seller, title="A hat", price_minor=2055)
    for one in (coat, hat):
        put(beas, one)
    location(beas.post("/checkout", data=form_of(beas, seller.id)))
    lines = {line.listing_id: line for line in db.session.scalars(sa.select(OrderLine))}
    assert [(lines[one.id].list_minor, lines[one.id].price_minor) for one in (coat, hat)] == [
        (4000, 3600),
        (2055, 1849),
    ]
    order = db.session.scalars(sa.select(Order)).one()
    assert order.items_minor == 3600 + 1849
    page = beas.get(f"/orders/{order.ref}").text
    assert "€20.55</s> €18.49" in page


def test_what_can_not_be_had_does_not_count(beas, coat, seller, rules):
    put(beas, coat)
    hat = make_listing(seller, title="A hat")
    put(beas, hat)
    hat.remaining = 0
    db.session.flush()
    assert "A bundle" not in beas.get("/cart").text


def test_an_offer_is_less_than_the_bundle(beas, coat, seller, rules):
    hat = make_listing(seller, title="A hat", price_minor=2000)
    assert "That is its price already" in look_at(beas, [coat, hat], "54").text
    assert look_at(beas, [coat, hat], "53.99").status_code == 200


def test_a_seller_sets_and_removes_them(sams, beas, coat):
    assert location(sams.post("/selling/bundles", data={"pieces": "2", "percent": "10"})) == "/selling/bundles"
    location(sams.post("/selling/bundles", data={"pieces": "2", "percent": "12"}))
    assert db.session.scalars(sa.select(Bundle.off_bp)).all() == [1200]
    assert "From 2 pieces of Sam Seller on: 12% less for each" in beas.get(f"/shop/{ids.encode(coat.id)}").text
    location(sams.post("/selling/bundles/2", data={"_method": "DELETE"}))
    assert db.session.scalars(sa.select(Bundle.off_bp)).all() == []


@pytest.mark.parametrize("wrong", [{"pieces": "1"}, {"percent": "0"}, {"percent": "91"}, {"pieces": "many"}, {}])
def test_a_bundle_that_is_none_is_told(sams, wrong):
    values = {"pieces": "2", "percent": "10", **wrong} if wrong else {}
    assert sams.post("/selling/bundles", data=values).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Bundle)) == 0
