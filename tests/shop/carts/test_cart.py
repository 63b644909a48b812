"""The cart: it reserves nothing, says how many others want the same, and says what is gone."""

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import ids
from clozette.shop.carts.models import CartLine
from clozette.shop.listings.models import Listing
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support.client import location


@pytest.fixture
def seller(db_session):
    """Give somebody who sells."""
    return make_seller(make_member("sam"))


@pytest.fixture
def buyer(db_session):
    """Give somebody who buys."""
    return make_member("bea", country="GB")


@pytest.fixture
def browser(client_of, buyer):
    """Give the buyer's browser."""
    return client_of(buyer)


def put(browser, listing, quantity=1):
    return browser.post("/cart", data={"listing": ids.encode(listing.id), "quantity": quantity})


def lines(session):
    return [tuple(row) for row in session.execute(sa.select(CartLine.listing_id, CartLine.quantity))]


def test_an_empty_cart_helps(browser):
    page = browser.get("/cart")
    assert page.status_code == 200
    assert "Your cart is empty" in page.text
    assert 'href="/shop"' in page.text


def test_it_reserves_nothing_and_pressed_twice_it_is_still_one(browser, seller, db_session):
    listing = make_listing(seller)
    for _ in range(2):
        assert location(put(browser, listing)) == "/cart?put=1"
    assert lines(db_session) == [(listing.id, 1)]
    assert db_session.scalar(sa.select(Listing.remaining)) == 1
    assert "It is in your cart" in browser.get("/cart?put=1").text
    page = browser.get("/cart").text
    assert "It is in your cart" not in page
    assert "€45.00" in page  # 40 and 5 for shipping: what it comes to stands there at once
    assert "A cart reserves nothing" in page


def test_how_many_others_want_it_is_said_and_not_who(browser, client_of, seller, db_session):
    listing = make_listing(seller)
    put(browser, listing)
    for name in ("cleo", "dora"):
        put(client_of(make_member(name)), listing)
    page = browser.get("/cart").text
    assert "2 other people have it in their carts" in page
    assert "cleo" not in page.lower()
    shown = browser.get(f"/shop/{ids.encode(listing.id)}").text
    assert "2 other people have it in their carts" in shown
    assert "dora" not in shown.lower()


def test_the_number_is_changed_and_a_line_taken_out(browser, seller, db_session):
    listing = make_listing(seller, stock=5, remaining=5)
    put(browser, listing)
    address = f"/cart/{ids.encode(listing.id)}"
    location(browser.post(address, data={"quantity": "3"}))
    assert lines(db_session) == [(listing.id, 3)]
    assert browser.post(address, data={"quantity": "0"}).status_code == 422
    assert browser.post(address, data={"quantity": "100"}).status_code == 422
    location(browser.post(address, data={"_method": "DELETE"}))
    assert lines(db_session) == []
    assert browser.post(address, data={"quantity": "3"}).status_code == 404


def test_what_is_gone_held_or_short_says_so(browser, seller, db_session):
    gone, held, short = (make_listing(seller, title=title, stock=2, remaining=2) for title in ("Gone", "Held", "Short"))
    for one in (gone, held, short):
        put(browser, one, 2)
    gone.state = "paused"
    held.remaining, short.remaining = 0, 1
    db_session.flush()
    page = browser.get("/cart").text
    for words in ("Not offered any more", "Held for somebody", "Only 1 piece left"):
        assert words in page
    assert "Go on and buy" not in page


@pytest.mark.parametrize("columns", [{"mode": "swap"}, {"mode": "view"}])
def test_what_is_not_for_sale_stays_out(browser, seller, db_session, columns):
    assert put(browser, make_listing(seller, **columns)).status_code == 409
    assert lines(db_session) == []


def test_ones_own_and_what_is_hidden_stay_out(client_of, browser, seller, db_session):
    listing = make_listing(seller)
    own = client_of(db_session.get_one(Member, seller.member_id))
    assert put(own, listing).status_code == 409
    assert put(browser, make_listing(seller, state="draft")).status_code == 404
    assert lines(db_session) == []


def test_a_cart_is_not_endless(browser, seller, buyer, db_session, monkeypatch):
    monkeypatch.setattr("clozette.shop.carts.rules.MOST_LINES", 1)
    put(browser, make_listing(seller))
    answer = put(browser, make_listing(seller))
    assert (answer.status_code, len(lines(db_session))) == (409, 1)


def test_a_cart_is_read_in_the_same_few_statements(browser, seller, buyer, db_session, query_counter):
    put(browser, make_listing(seller))
    with query_counter() as one:
        browser.get("/cart")
    other = make_seller(make_member("tom"))
    for _ in range(3):
        put(browser, make_listing(seller))
        put(browser, make_listing(other))
    with query_counter() as many:
        browser.get("/cart")
    assert len(many) == len(one)


def test_guests_see_the_price_and_are_asked_in(client_of, seller, db_session):
    listing = make_listing(seller)
    page = client_of().get(f"/shop/{ids.encode(listing.id)}").text
    assert f"/login?next=/shop/{ids.encode(listing.id)}" in page
    assert location(client_of().get("/cart")) == "/login?next=%2Fcart"


def test_money_of_a_held_piece_is_not_summed(browser, buyer, seller, db_session, client_of):
    first, second = make_listing(seller), make_listing(seller)
    put(browser, first)
    put(browser, second)
    make_order(make_member("cleo"), second)
    page = browser.get("/cart").text
    assert "€45.00" in page
    assert len(lines(db_session)) == 2
