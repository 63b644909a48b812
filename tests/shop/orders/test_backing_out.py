"""A buyer who changes their mind after paying."""

from typing import Any

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mail import KEY
from clozette.kernel.refusal import Refused
from clozette.shop.files import services as files
from clozette.shop.ledger import queries as ledger
from clozette.shop.listings.models import Listing
from clozette.shop.orders import backing_out, deeds, queries
from clozette.shop.orders.models import Order, OrderLine
from tests.factories.goods import make_file
from tests.factories.shop import make_listing, make_order
from tests.shop.orders.conftest import pay
from tests.support.races import at_once

SENT: dict[str, Any] = {"courier": "dhl", "tracking": "1", "shares": ()}


def test_within_the_hour_it_is_off_at_once(app: Any, client_of: Any, order: Any, bea: Any, seller: Any) -> None:
    browser = client_of(bea)
    assert "Call it off" in browser.get(f"/orders/{order.ref}").text
    assert browser.post(f"/orders/{order.ref}/cancel").status_code == 303
    tasks.drain(app)
    db.session.expire_all()
    assert (order.state, order.ended_because, order.refunded_minor) == ("cancelled", "buyer_off", 4700)
    listing = db.session.get_one(Listing, db.session.scalars(_listing(order)).one())
    assert (listing.state, listing.remaining) == ("active", 1)
    assert ledger.balance(seller.id) == ledger.Standing(0, 0)
    assert browser.post(f"/orders/{order.ref}/cancel").status_code == 409  # pressed twice


def test_later_the_seller_is_asked_once(
    app: Any, client_of: Any, order: Any, bea: Any, sam: Any, stopped_clock: Any
) -> None:
    stopped_clock.stop()
    stopped_clock.forward(hours=2)
    app.extensions[KEY].clear()
    for _time in (1, 2):
        assert client_of(bea).post(f"/orders/{order.ref}/cancel").status_code == 303
        tasks.drain(app)
    db.session.expire_all()
    assert (order.state, order.cancel_asked_at is not None) == ("paid", True)
    assert [one.to for one in app.extensions[KEY].messages] == [sam.email]
    page = client_of(sam).get(f"/selling/orders/{order.ref}").text
    assert "would rather not have it" in page
    assert client_of(sam).post(f"/selling/orders/{order.ref}/cancel").status_code == 303
    db.session.expire_all()
    assert (order.state, order.refunded_minor) == ("cancelled", 4700)
    assert db.session.scalars(sa.select(Listing.state)).all() == ["active"]  # as the button said


def test_what_is_offered_anew_by_now_is_not_offered_twice(order: Any, seller: Any, item: Any) -> None:
    make_listing(seller, item, form_key="anew")
    deeds.cancel(order, because="seller", now=clock.now())
    db.session.commit()
    assert db.session.scalars(sa.select(Listing.state).order_by(Listing.id)).all() == ["sold", "active"]


def test_what_is_on_its_way_is_not_called_off(client_of: Any, order: Any, bea: Any) -> None:
    deeds.ship(order, **SENT, now=clock.now())
    db.session.commit()
    browser = client_of(bea)
    assert browser.post(f"/orders/{order.ref}/cancel").status_code == 409
    assert "Changed your mind?" not in browser.get(f"/orders/{order.ref}").text


def test_sent_and_called_off_at_once_one_wins(app: Any, order: Any) -> None:
    order_id = order.id
    db.session.commit()

    def send() -> None:
        deeds.ship(queries.whole(order_id, lock=True), **SENT, now=clock.now())

    def call_off() -> None:
        backing_out.back_out(queries.whole(order_id, lock=True), clock.now())

    raised = at_once(app, send, call_off)
    assert [type(error) for error in raised] == [Refused]
    db.session.expire_all()
    state = db.session.get_one(Order, order_id).state
    assert (state, db.session.get_one(Order, order_id).refunded_minor) in {("shipped", 0), ("cancelled", 4700)}


@pytest.mark.parametrize("fetched", [False, True])
def test_a_file_goes_back_until_it_is_fetched(app: Any, client_of: Any, bea: Any, seller: Any, fetched: bool) -> None:
    listing = make_listing(seller, mode="fee", stock=9, remaining=9)
    make_file(listing)
    made = make_order(bea, listing, state="reserved", digital=True, shipping_minor=0)
    pay(made, bea)
    tasks.drain(app)
    db.session.expire_all()
    (line_id,) = db.session.scalars(_lines(made))
    if fetched:
        files.count_fetch(made, line_id, clock.now())
        db.session.commit()
    answer = client_of(bea).post(f"/orders/{made.ref}/cancel")
    db.session.expire_all()
    wanted = (409, "received", 0) if fetched else (303, "returned", 4200)
    assert (answer.status_code, made.state, made.refunded_minor) == wanted


def test_a_file_that_was_fetched_is_not_given_back_with_a_coat(client_of: Any, order: Any, bea: Any) -> None:
    browser = client_of(bea)
    assert "Changed your mind?" in browser.get(f"/orders/{order.ref}").text
    db.session.execute(sa.update(OrderLine).values(fetches=1))  # as if one of its lines were a file
    db.session.commit()
    assert "Changed your mind?" not in browser.get(f"/orders/{order.ref}").text
    assert browser.post(f"/orders/{order.ref}/cancel").status_code == 409
    db.session.expire_all()
    assert (order.state, order.refunded_minor) == ("paid", 0)


def _lines(order: Any) -> Any:
    return sa.select(OrderLine.id).where(OrderLine.order_id == order.id)


def _listing(order: Any) -> Any:
    return sa.select(OrderLine.listing_id).where(OrderLine.order_id == order.id)
