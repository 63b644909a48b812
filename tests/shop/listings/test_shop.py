"""The shop: who sees what, narrowed how, at which price, in how many statements."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import blocks
from clozette.closets import services as closets
from clozette.closets.access import own_item
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.shop.listings import prices
from clozette.shop.listings.models import Listing
from clozette.shop.sellers import fees
from clozette.shop.sellers.models import Fees, Seller
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.factories.shop import make_listing, make_order, make_seller

Browsers = Callable[..., Any]


@pytest.fixture
def seller(db_session: orm.Session) -> Seller:
    """Ada in Germany, who ships to Germany, Britain and Singapore."""
    return make_seller(make_member("ada", country="DE"))


@pytest.fixture
def bea(db_session: orm.Session) -> Member:
    """Somebody in Singapore who looks."""
    return make_member("bea", country="SG")


def offered(seller: Seller, title: str, *, item: dict[str, Any] | None = None, **columns: Any) -> Listing:
    member = db.session.get_one(Member, seller.member_id)
    thing = make_item(member, public=True, **(item or {}))
    words = {"category": thing.category_code, "brand": thing.brand, "size": thing.size, "search_text": title.lower()}
    return make_listing(seller, thing, title=title, **words | columns)


def titles(client: Any, query: str = "") -> set[str]:
    page = client.get(f"/shop{query}")
    assert page.status_code == 200
    every = ("Red coat", "Blue jeans", "Old boots", "A pattern", "My scarf", "My veil")
    return {title for title in every if title in page.text}


@pytest.fixture
def range_of(seller: Seller) -> None:
    """Six things of each kind."""
    red = {"category": "outerwear.coat", "colours": ["red"], "brand": "COS", "size_system": "eu", "size": "38"}
    offered(seller, "Red coat", item=red, price_minor=9000, condition="new")
    offered(seller, "Blue jeans", item={"category": "bottoms.jeans", "colours": ["blue"], "brand": "Levi’s"})
    offered(
        seller, "Old boots", item={"category": "shoes.boots", "colours": ["black"]}, price_minor=1500, condition="worn"
    )
    offered(seller, "A pattern", mode="fee", price_minor=500)
    offered(seller, "My scarf", mode="swap", price_minor=None)
    offered(seller, "My veil", mode="view", price_minor=None)
    db.session.commit()


@pytest.mark.usefixtures("range_of")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=red+coat", {"Red coat"}),
        ("?q=shoes", {"Old boots"}),
        ("?q=%25", set()),
        ("?category=outerwear", {"Red coat"}),
        ("?category=outerwear.coat&category=shoes", {"Red coat", "Old boots"}),
        ("?category=outerwear.jacket", set()),
        ("?brand=cos", {"Red coat"}),
        ("?size=38", {"Red coat"}),
        ("?colour=blue&colour=black", {"Blue jeans", "Old boots"}),
        ("?condition=worn", {"Old boots"}),
        ("?mode=swap&mode=view", {"My scarf", "My veil"}),
        ("?price_from=20&price_to=89.99&currency=EUR", {"Blue jeans"}),
        ("?price_from=20&currency=SGD", set()),
        ("?country=FR", set()),
        ("?country=DE&condition=new", {"Red coat"}),
        ("?colour=no-such&mode=fee&after=rubbish&page=7", {"A pattern"}),
        ("?q=&size=&brand=&country=&price_from=&mode=fee", {"A pattern"}),
    ],
)
def test_filters_narrow(client_of: Browsers, query: str, found: set[str]) -> None:
    assert titles(client_of(), query) == found


@pytest.mark.usefixtures("range_of")
def test_a_price_that_cant_be_read_is_said_and_passed_over(client_of: Browsers) -> None:
    page = client_of().get("/shop?price_from=cheap&currency=EUR")
    assert page.status_code == 200
    assert "Please write the price as a number" in page.text
    assert "Red coat" in page.text


def test_the_price_is_all_in_and_by_country(
    db_session: orm.Session, client_of: Browsers, bea: Member, seller: Seller
) -> None:
    now = clock.now()
    for bp, days in ((0, 30), (500, 1), (900, -1)):  # the newest that has begun holds
        since = now - timedelta(days=days)
        db_session.add(Fees(currency="EUR", since=since, buyer_bp=bp, buyer_fixed_minor=bp and 70, seller_bp=100))
    coat = offered(seller, "Red coat", price_minor=9990)
    db_session.commit()
    address = f"/shop/{ids.encode(coat.id)}"
    whole = "€110.60"  # 99.90, 5.00 of it rounded up, 0.70, and 5.00 shipping
    for page in ("/shop", address, "/@ada/shop"):
        assert whole in client_of(bea).get(page).text
    cleo = client_of(make_member("cleo", country="FR"))
    for page in ("/shop", address):
        text = cleo.get(page).text
        assert "€110.60" not in text
        assert "oes not ship to France" in text
    assert titles(cleo, "?ships=true") == set()
    assert titles(client_of(bea), "?ships=true") == {"Red coat"}


def test_what_is_digital_needs_no_parcel(db_session: orm.Session, seller: Seller) -> None:
    pattern = offered(seller, "A pattern", mode="fee", price_minor=500)
    found = prices.of_one(pattern, None, None)
    assert found is not None
    assert (found.total.amount_minor, found.shipping.amount_minor) == (500, 0)
    assert prices.of_one(offered(seller, "My scarf", mode="swap", price_minor=None), 500, None) is None


def test_fees_are_rounded_half_up_and_their_parts_add_up() -> None:
    line = Fees(currency="EUR", buyer_bp=125, buyer_fixed_minor=30, seller_bp=50)
    assert [fees.of_buyer(line, minor) for minor in (39, 40, 120)] == [30, 31, 32]
    assert [fees.of_seller(line, minor) for minor in (99, 100)] == [0, 1]
    assert (fees.of_buyer(None, 100), fees.of_seller(None, 100)) == (0, 0)


@pytest.mark.parametrize("state", ["draft", "paused", "removed"])
def test_what_is_not_offered_is_seen_by_nobody_else(
    db_session: orm.Session, client_of: Browsers, bea: Member, seller: Seller, state: str
) -> None:
    coat = offered(seller, "Red coat", state=state)
    db_session.commit()
    address = f"/shop/{ids.encode(coat.id)}"
    assert titles(client_of(bea)) == set()
    assert client_of(bea).get(address).status_code == client_of().get(address).status_code == 404
    own = client_of(db_session.get_one(Member, seller.member_id))
    assert own.get(address).status_code == (404 if state == "removed" else 200)


def test_who_is_blocked_sees_nothing_of_it(
    db_session: orm.Session, client_of: Browsers, bea: Member, seller: Seller
) -> None:
    coat = offered(seller, "Red coat")
    assert seller.member_id is not None
    blocks.block(seller.member_id, bea.id, now=clock.now())
    db_session.commit()
    browser = client_of(bea)
    assert titles(browser) == set()
    for address in (f"/shop/{ids.encode(coat.id)}", "/@ada/shop", f"/api/v1/listings/{ids.encode(coat.id)}"):
        if not address.startswith("/api"):
            assert browser.get(address).status_code == 404


def test_what_cant_be_paid_is_not_offered_for_money(
    db_session: orm.Session, client_of: Browsers, bea: Member, seller: Seller
) -> None:
    coat = offered(seller, "Red coat")
    offered(seller, "My scarf", mode="swap", price_minor=None)
    seller.state = "stopped"
    db_session.commit()
    assert titles(client_of(bea)) == {"My scarf"}
    assert client_of(bea).get(f"/shop/{ids.encode(coat.id)}").status_code == 404


def test_hiding_the_item_pauses_it_and_deleting_takes_it_down(
    db_session: orm.Session, client_of: Browsers, seller: Seller
) -> None:
    coat, boots = offered(seller, "Red coat"), offered(seller, "Old boots")
    viewer = Viewer(member_id=seller.member_id)
    closets.hide(own_item(viewer, coat.item_id or 0))
    closets.remove(own_item(viewer, boots.item_id or 0))
    for listing in (coat, boots):
        db_session.refresh(listing)
    assert (coat.state, boots.state, boots.item_id) == ("paused", "removed", None)
    assert titles(client_of()) == set()


def test_held_pieces_are_said_and_sold_ones_stay_to_be_read(
    db_session: orm.Session, client_of: Browsers, bea: Member, seller: Seller
) -> None:
    coat = offered(seller, "Red coat")
    make_order(bea, coat)
    db_session.commit()
    address = f"/shop/{ids.encode(coat.id)}"
    assert "Held for somebody" in client_of().get("/shop").text
    assert "it comes back" in client_of().get(address).text
    coat.state = "sold"
    db_session.commit()
    assert titles(client_of()) == set()
    assert "Sold" in client_of().get(address).text


def test_a_trader_is_named_and_a_private_person_is_not(db_session: orm.Session, client_of: Browsers) -> None:
    law = {"legal_name": "Coats GmbH", "address": "Ring 1\n10115 Berlin", "contact": "hello@coats.example"}
    trader = make_seller(make_member("coats"), kind="trader", tax_number="DE123", **law)
    coat = offered(trader, "Red coat", stock=7, remaining=7)
    db_session.commit()
    text = client_of().get(f"/shop/{ids.encode(coat.id)}").text
    assert all(word in text for word in ("Coats GmbH", "10115 Berlin", "hello@coats.example", "DE123", "7 pieces left"))


def test_pages_are_keyed_and_cost_the_same_whatever_there_is(
    db_session: orm.Session, client_of: Browsers, bea: Member, seller: Seller, query_counter: Callable[[], Any]
) -> None:
    offered(seller, "Red coat")
    db_session.commit()
    browser = client_of(bea)
    browser.get("/shop")
    with query_counter() as few:
        browser.get("/shop")
    for number in range(30):
        offered(seller, f"Coat {number:02}", item={"colours": ["red", "blue"]})
    db_session.commit()
    with query_counter() as many:
        first = browser.get("/shop")
    assert len(many) == len(few)
    after = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(f"/shop{after}")
    assert "Red coat" in second.text
    assert "Red coat" not in first.text


def test_a_member_has_a_shop_of_their_own(
    db_session: orm.Session, client_of: Browsers, bea: Member, seller: Seller
) -> None:
    offered(seller, "Red coat")
    offered(make_seller(make_member("cleo")), "Blue jeans")
    db_session.commit()
    browser = client_of(bea)
    assert 'href="/@ada/shop"' in browser.get("/@ada").text
    assert "/shop" not in browser.get("/@bea").text.partition("<main")[2].partition("</main")[0]
    shown = browser.get("/@ada/shop").text
    assert "Red coat" in shown
    assert "Blue jeans" not in shown


def test_an_empty_shop_helps(client_of: Browsers, db_session: orm.Session) -> None:
    assert "Be the first" in client_of().get("/shop").text
    assert "Take a filter away" in client_of().get("/shop?colour=red").text


def test_nothing_is_shown_of_an_item_that_is_anothers_by_now_or_hidden(
    db_session: orm.Session, client_of: Browsers, bea: Member, seller: Seller
) -> None:
    facts = {"category": "outerwear.coat", "measurements": {"chest": 520}, "tags": ["hersalone"], "colours": ["red"]}
    coat, boots = (offered(seller, title, item=facts, state="sold") for title in ("Red coat", "Old boots"))
    handed = own_item(Viewer(member_id=seller.member_id), coat.item_id or 0)
    closets.hide(own_item(Viewer(member_id=seller.member_id), boots.item_id or 0))
    handed.member_id = bea.id
    db_session.commit()
    for listing in (coat, boots):
        address = ids.encode(listing.id)
        text = client_of(make_member(f"looker{address[-3:]}")).get(f"/shop/{address}").text
        assert listing.title in text
        assert "hersalone" not in text
        assert "52 cm" not in text
        assert client_of().get(f"/api/v1/listings/{address}").json["cover"] is None
    own = client_of(db_session.get_one(Member, seller.member_id))
    assert own.get("/selling/listings?show=sold").text.count('class="photo__full"') == 1
    assert "hersalone" in own.get(f"/shop/{ids.encode(boots.id)}").text
    assert "hersalone" not in own.get(f"/shop/{ids.encode(coat.id)}").text
