"""The pages of digital goods in a real Chromium: sound for axe, and a file is fetched with no JavaScript."""

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.factories.goods import PDF, make_file
from tests.factories.shop import make_listing, make_order, make_seller

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def cast(live_app: Any) -> SimpleNamespace:
    """Give somebody who sells a pattern, and somebody who bought it."""
    number = next(_numbers)
    with live_app.app_context():
        sam = make_member(f"sam_files_{number}", display_name="Sam", country="DE")
        bea = make_member(f"bea_files_{number}", display_name="Bea", country="GB")
        seller = make_seller(sam, account=f"acct_files_{number}", account_key=f"files-{number}")
        item = make_item(sam, category="outerwear", public=True)
        columns = {"title": "A pattern", "mode": "fee", "price_minor": 500, "stock": 9, "remaining": 9}
        listing = make_listing(seller, item, form_key=f"files-{number}", **columns)
        make_file(listing)
        paid = {"paid_at": clock.now(), "ref": f"f{number:09d}", "form_key": "f", "digital": True, "shipping_minor": 0}
        order = make_order(bea, listing, state="received", **paid)
        people = {who.display_name: who.id for who in (sam, bea)}
        made = SimpleNamespace(people=people, ref=order.ref, listing=ids.encode(listing.id))
        db.session.commit()
    return made


def test_a_file_is_fetched_without_javascript(visit: Any, cast: SimpleNamespace) -> None:
    page = visit("Bea", javascript=False)
    page.goto(f"/orders/{cast.ref}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Fetch the file").click()
    assert download.value.suggested_filename == "pattern.pdf"
    assert Path(download.value.path()).read_bytes() == PDF
    page.goto(f"/orders/{cast.ref}")
    expect(page.get_by_text("fetched once")).to_be_visible()


def test_the_pages_are_sound(visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    seller, buyer = visit("Sam"), visit("Bea")
    for page, addresses in (
        (seller, (f"/selling/listings/{cast.listing}/edit", f"/selling/orders/{cast.ref}")),
        (buyer, (f"/shop/{cast.listing}", f"/orders/{cast.ref}", "/settings/shopping")),
    ):
        for address in addresses:
            page.goto(address)
            sound(page)
