"""From the closet into the shop: starting, offering, pausing, taking down; each by the forms as they stand."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.closets import services as closets
from clozette.closets.access import own_item
from clozette.closets.models import Item
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import Viewer
from clozette.shop.listings import access, services
from clozette.shop.listings.models import Listing
from clozette.shop.sellers.models import Seller
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.factories.goods import PDF
from tests.factories.shop import make_listing, make_seller
from tests.support.races import at_once

Browsers = Callable[..., Any]
KEY = re.compile(r'name="form_key" value="([^"]+)"')
START = {"country": "DE", "currency": "EUR", "kind": "private", "agree": "true"}


def sell(client: Any, item: Item, **given: str) -> Any:
    """Fill the form of an item as it stands and press "Save and offer it"."""
    address = f"/items/{ids.encode(item.id)}/sell"
    key = KEY.search(client.get(address).text)
    assert key is not None
    facts = {"mode": "sale", "title": "A coat", "condition": "good", "price": "40.00", "do": "publish"}
    return client.post(address, data={"form_key": key[1], **facts, **given})


def only(session: orm.Session) -> Listing:
    session.expire_all()
    return session.scalars(sa.select(Listing)).one()


def test_from_the_closet_to_another_members_shop(db_session: orm.Session, client_of: Browsers) -> None:
    ada, bea = make_member("ada", country="DE"), make_member("bea", country="SG")
    item = make_item(ada, category="outerwear", brand="COS", size_system="eu", size="38")
    item_id = item.id
    browser = client_of(ada)
    address = f"/items/{ids.encode(item_id)}"
    assert f'href="{address}/sell"' in browser.get(address).text
    led = browser.get(f"{address}/sell")
    assert (led.status_code, led.location) == (303, f"/selling/start?item={ids.encode(item_id)}")
    begun = browser.post("/selling/start", data={**START, "item": ids.encode(item_id)})
    assert (begun.status_code, begun.location) == (303, f"{address}/sell")
    rated = browser.post("/selling/rates", data={"country": "SG", "first": "5", "days_from": "3", "days_to": "9"})
    assert rated.status_code == 303

    waits = sell(browser, item)  # no money reaches her yet: it is kept as a draft
    assert waits.location.endswith("/edit")
    assert only(db_session).state == "draft"
    seller = only(db_session).seller_id
    db_session.execute(
        sa.text("UPDATE shop_sellers SET state='active', account='acct_1' WHERE id = :id"), {"id": seller}
    )
    db_session.commit()

    listing = only(db_session)
    done = browser.post(f"/selling/listings/{ids.encode(listing.id)}/resume")
    assert (done.status_code, done.location) == (303, f"/shop/{ids.encode(listing.id)}")
    seen = client_of(bea).get("/shop").text
    assert "A coat" in seen
    assert "€45.00" in seen  # 40 and 5 to Singapore
    page = client_of(bea).get(f"/shop/{ids.encode(listing.id)}")
    assert page.status_code == 200
    assert "COS" in page.text
    assert db_session.get_one(Item, item_id).is_public


@pytest.fixture
def ada(db_session: orm.Session) -> Member:
    """Somebody who sells already."""
    member = make_member("ada", country="DE")
    make_seller(member)
    return member


def offer(client: Any, item: Item, **given: str) -> str:
    """Offer an item and return the address of its form."""
    done = sell(client, item, **given)
    assert done.status_code == 303, done.text
    return f"/selling/listings/{done.location.removeprefix('/shop/')}"


def facts(**given: str) -> dict[str, str]:
    return {"mode": "sale", "title": "A coat", "condition": "good", "price": "40", "version": "1", **given}


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"price": ""}, 409, "Say what you ask for it."),
        ({"price": "0"}, 409, "Say what you ask for it."),
        ({"price": "0.49"}, 409, "The payment service takes no amounts like that"),
        ({"price": "1000000"}, 409, "The payment service takes no amounts like that"),
        ({"price": "cheap"}, 422, "Please write the price as a number"),
        ({"price": "10.005"}, 422, "EUR has 2 decimals at most."),
        ({"price": "-5"}, 422, "Please write the price as a number"),
        ({"price": "99999999999999999"}, 422, "That is more than we can keep."),
        ({"floor": "40.01"}, 409, "no more than the price"),
        ({"mode": "swap", "floor": "nonsense"}, 422, "Please write the price as a number"),
        ({"mode": "rent"}, 422, "Please choose one from the list."),
        ({"condition": ""}, 422, "Please choose one."),
        ({"stock": "0"}, 422, "Choose a number from 1 to 9999."),
        ({"title": "x" * 121}, 422, "Please keep this to 120 characters."),
        ({"words": "4242 4242 4242 4242"}, 422, "payment card number"),
        ({"form_key": ""}, 422, "Please fill this in."),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(
    db_session: orm.Session, client_of: Browsers, ada: Member, given: dict[str, str], status: int, said: str
) -> None:
    item = make_item(ada)
    db_session.commit()
    answer = sell(client_of(ada), item, **given)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert "4242 4242" not in answer.text
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Listing)) == 0
    assert not item.is_public


def test_a_form_sent_twice_makes_one_and_an_item_is_offered_once(
    db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    item = make_item(ada)
    db_session.commit()
    browser, address = client_of(ada), f"/items/{ids.encode(item.id)}/sell"
    first = sell(browser, item, form_key="same")
    second = browser.post(address, data={**facts(), "version": "", "form_key": "same"})
    assert (first.status_code, second.status_code) == (303, 303)
    other = browser.post(address, data={key: value for key, value in facts(form_key="b").items() if key != "version"})
    assert other.status_code == 409
    assert "offered already" in other.text
    assert only(db_session).state == "active"
    assert browser.get(address).location.endswith("/edit")


def test_two_forms_at_once_make_one(app: Flask, db_session: orm.Session, ada: Member) -> None:
    item = make_item(ada)
    given = {
        "mode": "sale",
        "title": "A coat",
        "words": "",
        "condition": "good",
        "price_minor": 100,
        "floor_minor": None,
    }
    member_id, item_id = ada.id, item.id
    db_session.commit()

    def go() -> None:
        seller = db.session.scalars(sa.select(Seller)).one()
        found = own_item(Viewer(member_id=member_id), item_id)
        services.offer(seller, found, given, form_key="same", now=clock.now())

    assert at_once(app, go, go, go, go) == []
    assert only(db_session).form_key == "same"


@pytest.mark.parametrize("given", [{"kind": "wished"}, {"archived": "x"}, {"other": "x"}])
def test_what_cant_be_offered(db_session: orm.Session, client_of: Browsers, ada: Member, given: dict[str, str]) -> None:
    item = make_item(make_member("bea") if "other" in given else ada, kind=given.get("kind", "owned"))
    if "archived" in given:
        closets.archive(item, "lost", now=clock.now())
    db_session.commit()
    answer = client_of(ada).post(f"/items/{ids.encode(item.id)}/sell", data={**facts(form_key="k"), "version": ""})
    assert answer.status_code == (404 if "other" in given else 409)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Listing)) == 0


def test_a_stale_form_is_told_and_keeps_what_was_typed(
    db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    item = make_item(ada)
    db_session.commit()
    browser = client_of(ada)
    address = offer(browser, item)
    assert browser.post(f"{address}/edit", data=facts(title="Mine", price="50")).status_code == 303
    stale = browser.post(f"{address}/edit", data=facts(title="Yours", price="60"))
    assert stale.status_code == 409
    assert "changed in another tab" in stale.text
    assert 'value="Yours"' in stale.text
    assert (only(db_session).title, only(db_session).price_minor, only(db_session).version) == ("Mine", 5000, 2)
    assert browser.post(f"{address}/edit", data=facts(title="Yours", version="2")).status_code == 303


def test_paused_resumed_and_taken_down(db_session: orm.Session, client_of: Browsers, ada: Member) -> None:
    item = make_item(ada)
    db_session.commit()
    browser = client_of(ada)
    address = offer(browser, item)
    for deed, state in (("pause", "paused"), ("resume", "active"), ("remove", "removed")):
        assert browser.post(f"{address}/{deed}").status_code == 303
        assert only(db_session).state == state
    for deed in ("pause", "resume", "remove"):
        assert browser.post(f"{address}/{deed}").status_code == 404
    assert browser.get("/selling/listings?show=removed").text.count("A coat") == 1
    assert "A coat" not in browser.get("/selling/listings").text


def test_pausing_twice_is_refused_in_words(db_session: orm.Session, client_of: Browsers, ada: Member) -> None:
    item = make_item(ada)
    db_session.commit()
    browser = client_of(ada)
    address = offer(browser, item)
    browser.post(f"{address}/pause")
    again = browser.post(f"{address}/pause")
    assert again.status_code == 409
    assert "another state" in again.text


def test_stock_is_never_less_than_what_is_taken(db_session: orm.Session, client_of: Browsers) -> None:
    brand = make_member("coats")
    make_seller(brand, kind="trader", legal_name="Coats", address="Ring 1", contact="hello@coats.example")
    item = make_item(brand)
    db_session.commit()
    browser = client_of(brand)
    address = offer(browser, item, stock="5")
    services.reserve({only(db_session).id: 3})
    db_session.commit()
    few = browser.post(f"{address}/edit", data=facts(stock="2"))
    assert (few.status_code, "More pieces than that" in few.text) == (409, True)
    assert browser.post(f"{address}/edit", data=facts(stock="4")).status_code == 303
    assert (only(db_session).stock, only(db_session).remaining) == (4, 1)


def test_a_view_only_thing_becomes_one_for_a_fee(db_session: orm.Session, client_of: Browsers, ada: Member) -> None:
    item = make_item(ada)
    db_session.commit()
    browser = client_of(ada)
    address = offer(browser, item, mode="view", price="99")
    assert only(db_session).price_minor is None
    file = (io.BytesIO(PDF), "pattern.pdf")
    assert browser.post(f"{address}/edit", data={**facts(mode="fee", price="5"), "file": file}).status_code == 303
    assert (only(db_session).mode, only(db_session).price_minor) == ("fee", 500)
    assert only(db_session).remaining > 1000


def test_what_the_owner_changes_of_the_item_the_shop_finds(
    db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    item = make_item(ada, brand="Cos")
    db_session.commit()
    offer(client_of(ada), item)
    mine = own_item(Viewer(member_id=ada.id), item.id)
    closets.save(mine, {"brand": "Acne", "size_system": "eu", "size": "40"}, seen=None, now=clock.now())
    db_session.commit()
    assert (only(db_session).brand, only(db_session).size) == ("Acne", "40")
    assert "A coat" in client_of().get("/shop?q=acne").text


def test_who_ships_nowhere_keeps_a_draft(db_session: orm.Session, client_of: Browsers) -> None:
    cleo = make_member("cleo")
    make_seller(cleo, rates=())
    item = make_item(cleo)
    db_session.commit()
    browser = client_of(cleo)
    kept = sell(browser, item)
    assert kept.status_code == 303
    assert "where you ship to" in browser.get(kept.location).text
    assert (only(db_session).state, item.is_public) == ("draft", False)
    assert (
        browser.post(f"{kept.location.removesuffix('/edit')}/edit", data=facts(mode="swap", do="publish")).status_code
        == 303
    )
    assert only(db_session).state == "active"


def test_hidden_and_offered_at_once_it_is_never_offered_unseen(
    app: Flask, db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    item = make_item(ada)
    db_session.commit()
    offer(client_of(ada), item)
    item_id, listing_id, viewer = item.id, only(db_session).id, Viewer(member_id=ada.id)
    services.pause(access.own_listing(viewer, listing_id), now=clock.now())
    db_session.commit()

    def hide() -> None:
        closets.hide(own_item(viewer, item_id))

    def show() -> None:
        services.publish(access.own_listing(viewer, listing_id), now=clock.now())

    raised = at_once(app, hide, show, hide, show, hide, show)
    assert all(isinstance(error, Refused) for error in raised), raised
    listing = only(db_session)
    assert (listing.state == "active") == db_session.get_one(Item, item_id).is_public


def test_what_came_back_is_not_offered_beside_a_newer_listing(
    db_session: orm.Session, client_of: Browsers, ada: Member
) -> None:
    item, seller = make_item(ada), db_session.scalars(sa.select(Seller)).one()
    old = make_listing(seller, item, state="sold", stock=2, remaining=1)
    make_listing(seller, item)
    db_session.commit()
    browser = client_of(ada)
    answer = browser.post(f"/selling/listings/{ids.encode(old.id)}/resume")
    assert "offered already" in browser.get(answer.location).text
    db_session.expire_all()
    assert old.state == "sold"
