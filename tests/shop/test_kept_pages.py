"""The pages of a checkout are kept and filled: each viewer sees their own, and what has changed."""

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from markupsafe import escape

from clozette.accounts.models import Member
from clozette.kernel import clock, ids
from clozette.privacy import policies
from clozette.shop.carts.models import CartLine
from clozette.shop.offers import bundles
from clozette.shop.orders import pages, queries
from clozette.shop.orders.models import OrderAddress, OrderLine
from clozette.shop.sellers import fees
from clozette.shop.sellers.models import Rate
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support.kept import both, plainly

LATELY = clock.now()


@pytest.fixture
def seller(db_session):
    """Give somebody who sells."""
    return make_seller(make_member("sam"))


@pytest.fixture
def people(db_session, client_of):
    """Give two people who buy, each with a browser, the second one's pages in German."""
    bea, cleo = make_member("bea", country="GB"), make_member("cleo", country="SG", locale="de")
    return [(bea, client_of(bea)), (cleo, client_of(cleo))]


@pytest.fixture(autouse=True)
def german(app, monkeypatch):
    """Let German be a language."""
    monkeypatch.setitem(app.extensions, "clozette.languages", ["en", "de"])


@pytest.mark.parametrize(("state", "columns"), [("paid", {"paid_at": LATELY}), ("expired", {})])
def test_the_way_back_is_each_viewer_s_own(app, people, seller, state, columns):
    for member, browser in people:
        order = make_order(member, make_listing(seller), state, **columns)
        kept, made = both(app, browser, f"/checkout/return?order={order.ref}")
        assert kept == made
        assert f"@{member.handle}</span>" in kept
        assert f'<html lang="{member.locale or "en"}"' in kept
        assert (f'href="/orders/{order.ref}"' in kept) is (state == "paid")


def test_a_message_is_shown_once_and_scripts_have_the_nonce_of_their_answer(app, people, seller):
    member, browser = people[0]
    order = make_order(member, make_listing(seller), "paid", paid_at=LATELY)
    address, nonces = f"/checkout/return?order={order.ref}", set()
    for told in (False, True, False):
        if told:
            with browser.session_transaction() as session:
                session["_flashes"] = [("success", "Hello <there>")]
        page = browser.get(address)
        assert ("Hello &lt;there&gt;" in page.text) is told
        found = set(re.findall(r'nonce="([^"]*)"', page.text))
        assert len(found) == 1
        assert f"'nonce-{found.copy().pop()}'" in page.headers["Content-Security-Policy"]
        nonces |= found
    assert len(nonces) == 3


def put(browser, listing, quantity=1):
    assert browser.post("/cart", data={"listing": ids.encode(listing.id), "quantity": quantity}).status_code == 303


CHANGES = {
    "price": (lambda cast: setattr(cast.listing, "price_minor", 4100), "€41.00"),
    "title": (lambda cast: setattr(cast.listing, "title", "A <red> coat"), "A &lt;red&gt; coat"),
    "stock": (lambda cast: setattr(cast.listing, "remaining", 1), "Only 1 piece left"),
    "held": (lambda cast: setattr(cast.listing, "remaining", 0), "Held for somebody"),
    "gone": (lambda cast: setattr(cast.listing, "state", "paused"), "From somebody who sells no more"),
    "name": (lambda cast: setattr(cast.sam, "display_name", "Samuel & sons"), "From Samuel &amp; sons"),
    "seller": (lambda cast: setattr(cast.seller, "state", "stopped"), "From somebody who sells no more"),
    "rate": (lambda cast: setattr(cast.rate, "first_minor", 700), "€88.00"),
    "country": (lambda cast: setattr(cast.bea, "country", "SG"), "Shipping to Singapore"),
    "nowhere": (lambda cast: setattr(cast.bea, "country", "FR"), "Does not ship to France"),
    "quantity": (lambda cast: setattr(cast.line, "quantity", 1), "€45.00"),
    "fees": (lambda cast: fees.announce("EUR", clock.now(), buyer_bp=1000, buyer_fixed_minor=0, seller_bp=0), "€8.00"),
    "bundle": (lambda cast: bundles.set_one(cast.seller, 2, 1000), "A bundle: 10% less"),
    "further": (lambda cast: bundles.set_one(cast.seller, 3, 2000), "1 more piece of Sam"),
}


@pytest.fixture
def cast(people, seller, db_session):
    """Give two of one thing in the cart of bea, and who it is about."""
    listing = make_listing(seller, title="A green coat", stock=5, remaining=5)
    bea, browser = people[0]
    put(browser, listing, 2)
    rate, line = db_session.get_one(Rate, (seller.id, "GB")), db_session.get_one(CartLine, (bea.id, listing.id))
    sam = db_session.get_one(Member, seller.member_id)
    return SimpleNamespace(bea=bea, browser=browser, listing=listing, seller=seller, sam=sam, rate=rate, line=line)


@pytest.mark.parametrize("what", CHANGES)
def test_a_cart_shows_what_has_changed(app, cast, db_session, what):
    change, words = CHANGES[what]
    kept, made = both(app, cast.browser, "/cart")
    assert kept == made
    assert words not in kept
    change(cast)
    db_session.flush()
    kept, made = both(app, cast.browser, "/cart")
    assert kept == made
    assert words in kept


def test_a_cart_is_each_viewer_s_own(app, cast, people):
    german = people[1][1]
    assert "85,00" not in both(app, german, "/cart")[0]
    put(german, cast.listing, 2)
    kept, made = both(app, german, "/cart")
    assert kept == made
    assert "85,00" not in kept and "86,00\N{NO-BREAK SPACE}€" in kept  # two pieces, and six for shipping
    token = re.search(r'name="csrf_token" value="([^"]+)"', german.get("/cart").text)[1]
    address = f"/cart/{ids.encode(cast.listing.id)}"
    headers = {"Referer": "https://localhost/cart"}
    answer = german.post(address, data={"csrf_token": token, "_method": "DELETE"}, headers=headers, csrf=False)
    assert answer.status_code == 303


def form_at(seller):
    return f"/checkout?seller={ids.encode(seller.id)}"


SHOWN = [
    ("price", "€82.00"),
    ("title", "A &lt;red&gt; coat"),
    ("rate", "€88.00"),
    ("fees", "€8.00"),
    ("bundle", "€72.00"),
]


@pytest.mark.parametrize(("what", "words"), SHOWN)
def test_the_form_shows_what_has_changed(app, cast, db_session, what, words):
    change, _words = CHANGES[what]
    kept, made = both(app, cast.browser, form_at(cast.seller))
    assert kept == made
    assert "Buy and pay €86.00" in kept
    assert words not in kept
    change(cast)
    db_session.flush()
    kept, made = both(app, cast.browser, form_at(cast.seller))
    assert kept == made
    assert words in kept
    assert ("Buy and pay €86.00" in kept) is (what == "title")


def test_the_form_has_the_addresses_of_last_time(app, cast, db_session):
    page = both(app, cast.browser, form_at(cast.seller))[0]
    assert 'name="shipping_name" type="text" value=""' in page
    assert page.count('<option value="GB" selected>') == 2
    order = make_order(cast.bea, make_listing(cast.seller))
    address = db_session.get_one(OrderAddress, (order.id, "billing"))
    for name in ('Bea "B" <Miller>', "B. Miller"):
        address.name, address.country = name, "SG"
        db_session.flush()
        kept, made = both(app, cast.browser, form_at(cast.seller))
        assert kept == made
        assert f'value="{escape(name)}"' in kept
        assert 'value="Mary Miller"' in kept
        assert 'value="+442071838750"' in kept
        assert kept.count('<option value="SG" selected>') == 1
        assert 'value="other" checked' in kept


def test_the_form_of_files_asks_for_the_bill_alone(app, cast, db_session):
    cast.listing.mode = "fee"
    db_session.flush()
    kept, made = both(app, cast.browser, form_at(cast.seller))
    assert kept == made
    assert "shipping_name" not in kept
    assert 'name="at_once"' in kept


def test_the_form_says_where_nothing_is_shipped_and_whom_it_is_bought_from(app, cast, db_session):
    cast.sam.display_name, cast.bea.country = "Sam & sons", "FR"
    db_session.flush()
    kept, made = both(app, cast.browser, form_at(cast.seller))
    assert kept == made
    assert "Buy from Sam &amp; sons" in kept
    assert "Does not ship to France" in kept
    assert "Show what it comes to" in kept


def test_the_form_speaks_the_viewer_s_language_and_names_the_policy_in_force(app, cast, people, monkeypatch):
    german = people[1][1]
    put(german, cast.listing)
    for _ in range(2):
        kept, made = both(app, german, form_at(cast.seller))
        assert kept == made
        assert '<option value="SG" selected>Singapur</option>' in kept
    version = policies.here
    monkeypatch.setattr("clozette.privacy.policies.here", lambda *given: replace(version(*given), id="2999-01-01"))
    monkeypatch.setitem(app.jinja_env.globals, "policy_here", policies.here)
    kept, made = both(app, german, form_at(cast.seller))
    assert kept == made
    assert "version 2999-01-01" in kept


def test_the_form_has_a_key_and_a_stamp_of_its_own(cast):
    pages = [cast.browser.get(form_at(cast.seller)).text for _ in range(2)]
    keys = {re.search(r'name="form_key" value="([^"]+)"', page)[1] for page in pages}
    assert len(keys) == 2
    stamps = {re.search(r'name="_notice" value="([^"]+)"', page)[1] for page in pages}
    assert len(stamps) == 2


def order_at(order):
    return f"/orders/{order.ref}"


ORDERS = {
    "held": ("reserved", {}, {}),
    "being paid": ("paying", {}, {}),
    "paid": ("paid", {"paid_at": LATELY, "ship_by": LATELY + timedelta(days=5)}, {}),
    "paid long ago": ("paid", {"paid_at": LATELY - timedelta(hours=3)}, {}),
    "of a trader": (
        "paid",
        {"paid_at": LATELY, "seller_name": "S & Sons", "seller_address": "Road 1", "seller_contact": "s@example.org"}
        | {"seller_tax_id": "DE1", "tax_minor": 639, "tax_bp": 1900, "tax_name": "USt"},
        {},
    ),
    "several, for less": ("paid", {"paid_at": LATELY}, {"quantity": 3, "list_minor": 4500, "title": "Two <b>"}),
    "waiting for the seller": ("paid", {"paid_at": LATELY - timedelta(hours=3), "cancel_asked_at": LATELY}, {}),
    "sent": ("shipped", {"paid_at": LATELY, "shipped_at": LATELY}, {}),
    "arrived": ("received", {"paid_at": LATELY, "received_at": LATELY}, {}),
    "gone": ("expired", {"ended_because": "unpaid"}, {}),
}


@pytest.mark.parametrize("what", ORDERS)
def test_an_order_looks_as_if_it_were_made_anew(app, people, seller, db_session, monkeypatch, what):
    state, columns, line = ORDERS[what]
    for member, browser in people:
        order = make_order(member, make_listing(seller), state, **columns)
        for name, value in line.items():
            setattr(db_session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).one(), name, value)
        db_session.flush()
        browser.get(order_at(order))
        kept = browser.get(order_at(order)).text
        with monkeypatch.context() as patch:
            patch.setattr("clozette.shop.orders.pages.is_plain", lambda seen: False)
            patch.setitem(app.config, "TEMPLATES_AUTO_RELOAD", True)
            made = browser.get(order_at(order)).text
        assert plainly(kept).split() == plainly(made).split()
        assert order.ref in kept


def test_the_page_of_an_order_shows_who_left_and_where_it_goes(app, people, seller, db_session):
    member, browser = people[0]
    order = make_order(member, make_listing(seller), "paid", paid_at=LATELY)
    address = db_session.get_one(OrderAddress, (order.id, "shipping"))
    for line2 in ("", "2nd <floor>"):
        address.line2, address.country = line2, "BA"
        db_session.flush()
        kept, made = both(app, browser, order_at(order))
        assert kept == made
        assert "Bosnia &amp; Herzegovina" in kept
        assert escape(line2) in kept
    seller.member_id = None
    db_session.delete(address)
    db_session.flush()
    kept, made = both(app, browser, order_at(order))
    assert kept == made
    assert "Somebody who has left" in kept
    assert "Where it goes" not in kept


def test_an_order_with_a_case_or_a_refund_is_made_anew(app, people, seller, db_session, monkeypatch):
    member = people[0][0]
    order = make_order(member, make_listing(seller), "paid", paid_at=LATELY)
    monkeypatch.setitem(
        app.extensions["clozette.slots_when"], ("order.buyer", "shop/_order_review.html"), lambda _: True
    )
    with app.test_request_context():
        seen = queries.seen_by(member.id, order.ref)
        assert not pages.is_plain(seen)
    monkeypatch.undo()
    for name in ("has_cases", "has_refunds", "digital", "swap_id"):
        with app.test_request_context():
            seen = queries.seen_by(member.id, order.ref)
            assert pages.is_plain(seen)
            setattr(seen, name, True)
            assert not pages.is_plain(seen)


def test_what_is_held_is_asked_in_one_statement(cast, db_session, query_counter):
    counted = []
    for _ in range(2):
        held = make_listing(cast.seller)
        put(cast.browser, held)
        make_order(make_member(f"dora{len(counted)}"), held)
        with query_counter() as asked:
            page = cast.browser.get(form_at(cast.seller)).text
        counted.append(len(asked))
        assert page.count("Held until") == len(counted)
    assert counted[0] == counted[1]
