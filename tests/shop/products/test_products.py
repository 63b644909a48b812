"""Products of traders: from the form to the buyer's closet, and never in the trader's own."""

import io
import re

import pytest
import sqlalchemy as sa

from clozette.closets import portability
from clozette.closets import queries as closet_queries
from clozette.closets.models import Item, ItemPhoto
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import payments as port
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import Viewer
from clozette.media.models import Photo
from clozette.shop.listings import services as listings
from clozette.shop.listings.models import Listing
from clozette.shop.orders import passing, queries
from clozette.shop.orders.models import Order, OrderLine
from clozette.shop.payments import services as payments
from clozette.shop.payments.models import Payment
from clozette.shop.products.tasks import sweep_products
from tests.factories import photos as pictures
from tests.factories.accounts import make_member
from tests.factories.buying import buy, put
from tests.factories.shop import make_order, make_seller
from tests.support.client import location

NEW = "/selling/products/new"
FORM = {
    "title": "Linen shirt",
    "category": "tops.shirt",
    "brand": "Loom",
    "price": "40.00",
    "size_system": "int",
    "size_1": "S",
    "stock_1": "2",
    "size_2": "M",
    "stock_2": "1",
    "size_3": "L",
    "stock_3": "0",
    "form_key": "one",
}


def picture(colour=pictures.BLUE):
    return io.BytesIO(pictures.encoded(pictures.shirt(colour))), "shirt.jpg"


def sizes():
    db.session.expire_all()
    found = db.session.scalars(sa.select(Listing).where(Listing.state != "removed").order_by(Listing.variant))
    return [(one.variant, one.size, one.stock, one.remaining, one.state) for one in found]


def test_a_product_comes_from_the_form_into_the_buyers_closet(client_of, app, loom, seller, bea):
    browser = client_of(loom)
    answer = browser.post(NEW, data={**FORM, "photos": picture(), "do": "publish"})
    where = location(answer)
    assert where.startswith("/shop/")
    assert sizes() == [(1, "S", 2, 2, "active"), (2, "M", 1, 1, "active"), (3, "L", 0, 0, "active")]
    again = browser.post(NEW, data={**FORM, "photos": picture(), "do": "publish"})
    assert "Linen shirt" in browser.get(location(again)).text
    assert len(sizes()) == 3

    buyer = client_of(bea)
    page = buyer.get(where).text
    choices = re.findall(r'id="size-\d" name="listing" value="\w+" required( checked)?( disabled)?>', page)
    assert choices == [(" checked", ""), ("", ""), ("", " disabled")]
    medium = db.session.scalars(sa.select(Listing).where(Listing.size == "M")).one()
    ref = buy(buyer, medium)
    order = db.session.scalars(sa.select(Order).where(Order.ref == ref)).one()
    assert db.session.scalars(sa.select(OrderLine.title)).one() == "Linen shirt, M"
    assert "Linen shirt, M" in buyer.get(f"/orders/{ref}").text
    assert [one[3] for one in sizes()] == [2, 0, 0]

    pay(order)
    order.state, order.completed_at, order.shares = "complete", clock.now(), []
    passing.pass_on(queries.whole(order.id), clock.now())
    db.session.commit()
    theirs = db.session.scalars(sa.select(Item).where(Item.member_id == bea.id)).one()
    assert (theirs.kind, theirs.size_system, theirs.size, theirs.brand) == ("owned", "int", "M", "Loom")
    assert (theirs.price.amount_minor, theirs.bought_on) == (4000, order.paid_at.date())
    assert db.session.scalar(sa.select(sa.func.count()).where(ItemPhoto.item_id == theirs.id)) == 1
    assert [one[4] for one in sizes()] == ["active"] * 3
    assert "Linen shirt" in buyer.get("/shop").text


def pay(order):
    payment = db.session.scalars(sa.select(Payment).where(Payment.order_id == order.id)).one()
    payments.open_page(payment.id, clock.now())
    till = port.payments()
    till.pay(payment.session)
    payments.take_over(till.session(payment.session), clock.now())
    db.session.commit()


def test_it_is_in_no_closet_of_the_traders(client_of, loom, shirt, bea):
    item, photos = shirt.item, db.session.scalars(sa.select(Photo)).all()
    browser, address = client_of(loom), f"/items/{ids.encode(item.id)}"
    for page in ("/closet", f"/@{loom.handle}", f"/@{loom.handle}/closet", "/api/v1/items"):
        answer = browser.get(page)
        assert address not in answer.text, page
    for path in (address, f"{address}/edit", f"{address}/sell"):
        assert browser.get(path).status_code == 404
        assert client_of(bea).get(path).status_code == 404
    assert browser.post(f"{address}/state", data={"state": "in_wash"}).status_code == 404
    assert (closet_queries.count(loom.id), closet_queries.public_count(loom.id)) == (0, 0)
    viewer = Viewer(member_id=loom.id)
    assert closet_queries.facets(viewer, closet_queries.Filters()).total == 0
    assert closet_queries.styleable_cards(viewer, [item.id]) == {}
    assert closet_queries.similar_items(loom, photos) == []
    lead = ids.encode(shirt.lead.id)
    assert browser.get(f"/selling/listings/{lead}/edit").status_code == 404
    assert "Linen shirt" not in browser.get("/selling/listings").text
    assert [found["albumId"] for found in portability.models(loom.id, "photos")] == ["products"]


def test_the_shop_shows_one_card_and_finds_it_by_any_size_that_is_there(client_of, shirt, bea):
    browser = client_of(bea)
    page = browser.get("/shop").text
    assert page.count(">Linen shirt</a>") == 1
    assert "2 sizes" in page
    for size, found in (("S", 1), ("M", 1), ("L", 0), ("XL", 0)):
        assert browser.get(f"/shop?size={size}").text.count(">Linen shirt</a>") == found
    (one,) = browser.get("/api/v1/listings").json
    assert (one["item"], [(size["size"], size["remaining"]) for size in one["sizes"]]) == (
        None,
        [("S", 2), ("M", 1), ("L", 0)],
    )
    guest = client_of(None).get(f"/shop/{ids.encode(shirt.sizes[1].id)}").text
    assert "sold out" in guest


def test_a_size_that_is_gone_is_not_sold(client_of, shirt, bea, loom):
    browser = client_of(bea)
    large, medium = shirt.sizes[2], shirt.sizes[1]
    put(browser, large)
    assert "held for somebody" in browser.get("/cart").text
    with pytest.raises(Refused):
        listings.reserve({medium.id: 1, large.id: 1})
    assert [one[3] for one in sizes()] == [2, 1, 0]


def test_it_is_sold_out_with_its_last_size_and_comes_back_whole(shirt, bea, client_of, loom):
    small, medium = shirt.sizes[:2]
    listings.reserve({small.id: 2, medium.id: 1})
    listings.sold({small.id: 2})
    assert [one[4] for one in sizes()] == ["sold"] * 3
    listings.give_back({medium.id: 1})
    listings.offer_again([medium.id])
    assert [one[3:] for one in sizes()] == [(0, "active"), (1, "active"), (0, "active")]


def test_it_is_not_sold_out_while_a_size_is_held(shirt, bea):
    make_order(bea, shirt.sizes[1])
    listings.reserve({shirt.sizes[0].id: 2})
    listings.sold({shirt.sizes[0].id: 2})
    assert {one[4] for one in sizes()} == {"active"}


def edited(browser, item, **changes):
    address = f"/selling/products/{ids.encode(item.id)}/edit"
    page = browser.get(address).text
    typed = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    typed |= dict(re.findall(r'name="(photo_ids)" value="(\w+)"', page))
    for name in ("csrf_token", "unit", "colours", "_method"):
        typed.pop(name, None)
    return address, {**typed, "category": "tops.shirt", "size_system": "int", "words": "", **changes}


def test_stock_that_is_sold_while_the_seller_types_is_not_sold_again(client_of, loom, shirt):
    browser = client_of(loom)
    address, typed = edited(browser, shirt.item, stock_1="12", stock_3="4")
    listings.reserve({shirt.sizes[0].id: 1})
    db.session.commit()
    assert browser.post(address, data=typed).status_code == 303
    assert [one[:4] for one in sizes()] == [(1, "S", 12, 11), (2, "M", 1, 1), (3, "L", 4, 4)]
    address, typed = edited(browser, shirt.item, stock_2="0")
    listings.reserve({shirt.sizes[1].id: 1})
    db.session.commit()
    refused = browser.post(address, data=typed)
    assert refused.status_code == 409
    assert "bought or held" in refused.text


def test_sizes_come_go_and_change_places(client_of, loom, shirt):
    browser = client_of(loom)
    address, typed = edited(browser, shirt.item)
    typed |= {"size_1": "XS", "stock_1": "3", "left_1": "0", "size_2": "L", "stock_2": "5", "left_2": "0"}
    typed |= {"size_3": "S", "stock_3": "2", "left_3": "2", "title": "Shirt of linen"}
    stale = {**typed, "title": "Another"}
    assert browser.post(address, data=typed).status_code == 303
    assert [one[:4] for one in sizes()] == [(1, "XS", 3, 3), (2, "L", 5, 5), (3, "S", 2, 2)]
    assert {one.title for one in db.session.scalars(sa.select(Listing))} == {"Shirt of linen", "Linen shirt"}
    assert browser.post(address, data=stale).status_code == 409
    assert "Another" not in browser.get("/selling/products").text


def test_a_size_that_is_named_anew_has_as_many_as_are_typed(client_of, loom, shirt):
    browser = client_of(loom)
    address, typed = edited(browser, shirt.item, size_1="Small", stock_2="0", size_2="Medium")
    assert browser.post(address, data=typed).status_code == 303
    assert [one[:4] for one in sizes()] == [(1, "Small", 2, 2), (2, "Medium", 0, 0), (3, "L", 0, 0)]


def test_a_size_in_other_letters_is_not_counted_twice(client_of, loom, shirt):
    browser = client_of(loom)
    address, typed = edited(browser, shirt.item, size_1="s")
    refused = browser.post(address, data={**typed, "version": "99"})
    assert refused.status_code == 409
    told = dict(re.findall(r'<input[^>]* name="((?:left|stock|version)\w*)"[^>]* value="([^"]*)"', refused.text))
    assert browser.post(address, data={**typed, **told}).status_code == 303
    assert sizes()[0][:4] == (1, "s", 2, 2)


def test_what_is_paused_stays_so_when_it_comes_back(client_of, loom, shirt):
    """Also when the seller counts anew what was sold out meanwhile."""
    browser, address = client_of(loom), f"/selling/products/{ids.encode(shirt.item.id)}"
    every = {size.id: size.remaining for size in shirt.sizes if size.remaining}
    listings.reserve(every)
    browser.post(f"{address}/pause")
    listings.sold(every)
    listings.give_back(every)
    listings.offer_again(every)
    db.session.commit()
    assert {one[4] for one in sizes()} == {"paused"}
    browser.post(f"{address}/resume")
    listings.reserve(every)
    browser.post(f"{address}/pause")
    listings.sold(every)
    db.session.commit()
    edit, typed = edited(browser, shirt.item, stock_1="3", size_4="XL", stock_4="1")
    browser.post(edit, data=typed)
    assert {one[4] for one in sizes()} == {"paused"}
    browser.post(f"{address}/resume")
    listings.reserve(
        every := {one.id: one.remaining for one in db.session.scalars(sa.select(Listing)) if one.remaining}
    )
    listings.sold(every)
    listings.give_back(every)
    listings.offer_again(every)
    db.session.commit()
    assert {one[4] for one in sizes()} == {"active"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"size_2": "s"}, "Each size once"),
        ({"stock_2": ""}, "Please fill this in"),
        ({"stock_2": "many"}, "Choose a number"),
        ({"price": "ten"}, "write the price as a number"),
        ({"price": "0.10"}, "takes no amounts like that"),
        ({"title": ""}, "Please fill this in"),
        ({"photos": None}, "at least one photo"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept_but_photos(client_of, loom, seller, wrong, said):
    data = {**FORM, "photos": picture(), **wrong}
    answer = client_of(loom).post(NEW, data={name: value for name, value in data.items() if value is not None})
    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert sizes() == []
    assert ('name="photo_ids"' in answer.text) == bool(data["photos"])


def test_one_size_needs_no_name(client_of, loom, seller, bea):
    typed = {name: value for name, value in FORM.items() if not name.startswith(("size", "stock"))}
    where = location(client_of(loom).post(NEW, data={**typed, "stock_1": "3", "photos": picture(), "do": "publish"}))
    assert sizes() == [(1, None, 3, 3, "active")]
    page = client_of(bea).get(where).text
    assert 'id="size-1"' not in page
    assert f'name="listing" value="{where.rpartition("/")[2]}"' in page


def test_it_pauses_resumes_and_ends(client_of, loom, shirt, bea, app, stopped_clock):
    stopped_clock.stop()
    browser, address = client_of(loom), f"/selling/products/{ids.encode(shirt.item.id)}"
    browser.post(f"{address}/pause")
    assert {one[4] for one in sizes()} == {"paused"}
    assert "Linen shirt" not in client_of(bea).get("/shop").text
    browser.post(f"{address}/resume")
    assert {one[4] for one in sizes()} == {"active"}
    order = make_order(bea, shirt.sizes[0], "paid", paid_at=clock.now())
    browser.post(f"{address}/remove")
    assert sizes() == []
    assert browser.get(f"{address}/edit").status_code == 404
    stopped_clock.forward(days=8)
    sweep(app)
    assert db.session.get(Item, shirt.item.id) is not None
    order.state, order.state_at = "complete", clock.now()
    db.session.commit()
    stopped_clock.forward(days=8)
    sweep(app)
    assert db.session.scalar(sa.select(Item.id)) is None
    assert client_of(bea).get(f"/orders/{order.ref}").status_code == 200


def sweep(app):
    tasks.enqueue(sweep_products)
    tasks.drain(app)
    db.session.expire_all()


def test_products_are_for_traders(client_of, shirt):
    sam = make_member("sam")
    make_seller(sam)
    browser = client_of(sam)
    assert "for traders" in browser.get("/selling/products").text
    assert browser.get(NEW).status_code == 404
    assert browser.post(NEW, data=FORM).status_code == 404
    assert browser.get(f"/selling/products/{ids.encode(shirt.item.id)}/edit").status_code == 404
    assert client_of(make_member("cat")).get("/selling/products").status_code == 404


def test_who_has_products_stays_a_trader(client_of, loom, shirt, seller):
    browser = client_of(loom)
    told = {"country": "DE", "currency": "EUR", "kind": "private"}
    refused = browser.post("/selling/start", data=told)
    assert (refused.status_code, "take them down first" in refused.text) == (409, True)
    browser.post(f"/selling/products/{ids.encode(shirt.item.id)}/remove")
    assert browser.post("/selling/start", data=told).status_code == 303
    db.session.expire_all()
    assert seller.kind == "private"
