"""Minors neither buy nor sell; what they look at says why."""

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, ids
from clozette.shop.carts import services as carts
from clozette.shop.orders.models import Order
from tests.factories.accounts import make_member, make_minor
from tests.factories.buying import ADDRESS, form_of, put
from tests.factories.shop import make_listing, make_seller

SAID = "for adults"


@pytest.fixture
def listing(db_session):
    """Give one piece for 40.00."""
    return make_listing(make_seller(make_member("sam")))


def test_nothing_goes_into_a_minors_cart(client_of, listing):
    browser = client_of(make_minor("mina"))
    page = browser.get(f"/shop/{ids.encode(listing.id)}").text
    assert SAID in page and "Put into the cart" not in page
    refused = put(browser, listing)
    assert (refused.status_code, SAID in refused.text) == (409, True)
    assert "Your cart is empty" in browser.get("/cart").text


def test_a_minor_orders_nothing(client_of, listing, db_session):
    """Not even what lies in a cart from a time when nobody asked."""
    mina = make_minor("mina", age=17, country="GB")
    carts.put_back(mina.id, {listing.id: 1}, now=clock.now())
    browser = client_of(mina)
    form = form_of(browser, listing.seller_id)
    assert SAID in browser.get(f"/checkout?seller={ids.encode(listing.seller_id)}").text
    answer = browser.post("/checkout", data=form | ADDRESS)
    assert (answer.status_code, SAID in answer.text) == (409, True)
    assert db_session.scalar(sa.select(Order)) is None
    db_session.refresh(listing)
    assert listing.remaining == 1
