"""An offer and its answer in a real Chromium without JavaScript, and pages for axe to look at."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.shop.offers.models import Bundle
from clozette.shop.offers.words import page_of
from tests.factories.accounts import make_member
from tests.factories.offers import make_offer
from tests.factories.shop import make_listing, make_seller

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def cast(live_app: Any) -> SimpleNamespace:
    """Give a seller with bundles, and somebody who wants a coat and has an accepted offer for a hat."""
    number = next(_numbers)
    with live_app.app_context():
        sam, bea = (make_member(f"{name}_talks_{number}", display_name=name, country="GB") for name in ("Sam", "Bea"))
        seller = make_seller(sam, account=f"acct_talking_{number}", account_key=f"talking-{number}")
        db.session.add(Bundle(seller_id=seller.id, pieces=2, off_bp=1000))
        coat, hat = (
            make_listing(seller, title=title, form_key=f"talking-{number}-{title}")
            for title in ("A green coat", "A hat")
        )
        agreed = make_offer(bea, hat, 3400, state="accepted", turn="buyer", form_key=f"talking-{number}")
        made = SimpleNamespace(coat=encode(coat.id), agreed=page_of(agreed), people={"sam": sam.id, "bea": bea.id})
        db.session.commit()
    return made


def test_an_offer_goes_to_and_fro(visit: Any, cast: SimpleNamespace) -> None:
    buyer = visit("bea", javascript=False, width=390)
    buyer.goto(f"/shop/{cast.coat}")
    buyer.get_by_role("link", name="Make an offer").click()
    buyer.get_by_label("Your offer").fill("30")
    buyer.get_by_role("button", name="Show what it comes to").click()
    buyer.get_by_role("button", name="Send it: you would pay €35.00").click()
    expect(buyer.get_by_text("Your offer is with the seller.")).to_be_visible()
    seller = visit("sam", javascript=False, width=390)
    seller.goto("/selling")
    seller.get_by_role("link", name="1 offer waits for your answer").click()
    seller.get_by_role("link", name="A green coat").click()
    seller.get_by_label("Another price").fill("36")
    seller.get_by_role("button", name="Send this price").click()
    buyer.reload()
    buyer.get_by_role("button", name="Yes, for €36.00").click()
    expect(buyer.get_by_role("button", name="Buy and pay €41.00")).to_be_visible()


def test_pages_are_sound(visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    """Nothing for axe to find, nothing that scrolls sideways: many pages in many dresses, so it takes its time."""
    for who, addresses in {
        "bea": ("/offers", f"/offers/new?listing={cast.coat}", cast.agreed),
        "sam": ("/selling/offers", "/selling/bundles", cast.agreed),
    }.items():
        page = visit(who)
        for address in addresses:
            page.goto(address)
            sound(page)
