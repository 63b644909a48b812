"""The pages of orders in a real Chromium: sound for axe, narrow and wide, light and dark, and no JavaScript needed."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.shop.orders import deeds
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def cast(live_app: Any) -> SimpleNamespace:
    """Give somebody who has to send what another paid for."""
    number = next(_numbers)
    with live_app.app_context():
        sam = make_member(f"sam_orders_{number}", display_name="Sam", country="DE")
        bea = make_member(f"bea_orders_{number}", display_name="Bea", country="GB")
        seller = make_seller(sam, account=f"acct_orders_{number}", account_key=f"orders-{number}")
        listing = make_listing(seller, title="A green coat", form_key=f"orders-{number}", state="sold")
        order = make_order(
            bea, listing, state="paid", paid_at=clock.now(), ship_by=clock.now(), ref=f"b{number:09d}", form_key="o"
        )
        deeds.introduce(order, clock.now())
        people = {who.display_name: who.id for who in (sam, bea)}
        made = SimpleNamespace(people=people, ref=order.ref)
        db.session.commit()
    return made


def test_sending_and_receiving_without_javascript(visit: Any, cast: SimpleNamespace) -> None:
    seller, buyer = visit("Sam", javascript=False), visit("Bea", javascript=False)
    seller.goto("/selling/orders")
    seller.get_by_role("link", name="A green coat").click()
    expect(seller.get_by_text("1 High Street")).to_be_visible()
    seller.get_by_label("With whom").select_option("dhl")
    seller.get_by_label("Number of the parcel").fill("JD0140")
    seller.get_by_role("button", name="It is on its way").click()
    expect(seller.get_by_text("On its way", exact=True)).to_be_visible()
    buyer.goto(f"/orders/{cast.ref}")
    expect(buyer.get_by_role("link", name="JD0140")).to_be_visible()
    buyer.get_by_role("button", name="It has arrived").click()
    expect(buyer.get_by_text("Arrived", exact=True)).to_be_visible()


def test_the_pages_are_sound(visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    seller, buyer = visit("Sam"), visit("Bea")
    for page, addresses in (
        (seller, ("/selling/orders", f"/selling/orders/{cast.ref}", f"/selling/orders/{cast.ref}/slip")),
        (buyer, ("/orders", f"/orders/{cast.ref}")),
    ):
        for address in addresses:
            page.goto(address)
            sound(page)
