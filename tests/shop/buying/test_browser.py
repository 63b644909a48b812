"""From the cart to the payment service's door in a real Chromium, with JavaScript and without."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.shop.carts import services as carts
from clozette.shop.listings.models import Listing
from clozette.shop.payments import services as payments
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def cast(live_app: Any) -> SimpleNamespace:
    """Give a buyer with two things of one seller in the cart, one of which is held for another, and an order of theirs."""
    number = next(_numbers)
    with live_app.app_context():
        ada, bea = (make_member(f"{name}_buys_{number}", display_name=name, country="GB") for name in ("Ada", "Bea"))
        seller = make_seller(ada, account=f"acct_buying_{number}", account_key=f"buying-{number}")
        coat, scarf, hat = (
            make_listing(seller, title=title, stock=2, remaining=2, form_key=f"buying-{number}-{title}")
            for title in ("A green coat", "A scarf", "A hat")
        )
        order = make_order(bea, hat, form_key=f"buying-{number}", ref=f"browser{number}")
        payments.ask(order, bea, clock.now())
        carts.put_back(bea.id, {coat.id: 1, scarf.id: 1}, now=clock.now())
        made = SimpleNamespace(people={"Bea": bea.id}, seller=encode(seller.id), scarf=scarf.id, ref=order.ref)
        db.session.commit()
    return made


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_the_bill_may_name_another(visit: Any, cast: SimpleNamespace, javascript: bool) -> None:
    page = visit("Bea", javascript=javascript, width=390)
    page.goto("/cart")
    page.get_by_role("link", name="Go on and buy").click()
    expect(page.get_by_label("Town").nth(1)).to_be_hidden()
    page.get_by_label("Another one").check()
    expect(page.get_by_label("Town").nth(1)).to_be_visible()
    expect(page.get_by_role("button", name="Buy and pay €86.00")).to_be_visible()


def test_pages_are_sound(live_app: Any, visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    """Nothing for axe to find, nothing that scrolls sideways: many pages in many dresses, so it takes its time."""
    page = visit("Bea")
    for address in (
        "/cart",
        f"/checkout?seller={cast.seller}",
        f"/checkout/return?order={cast.ref}",
        f"/checkout/cancel/{cast.ref}",
        f"/checkout/pay/{cast.ref}",  # nobody answers there: it is asked again
        f"/checkout?seller={encode(1)}",  # nothing of theirs is in the cart
    ):
        page.goto(address)
        sound(page)
    with live_app.app_context():
        db.session.get_one(Listing, cast.scarf).remaining = 0
        db.session.commit()
    for address in ("/cart", f"/checkout?seller={cast.seller}"):
        page.goto(address)
        sound(page)
