"""A product in a real Chromium: added and chosen by its size without JavaScript, on a phone and on a desk."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.factories import photos
from tests.factories.accounts import make_member, sign_in
from tests.factories.products import TRADER
from tests.factories.shop import make_seller

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)
SHIRT = {"name": "shirt.jpg", "mimeType": "image/jpeg", "buffer": photos.encoded(photos.shirt(photos.GREEN))}


@pytest.fixture
def cast(live_server: Any) -> SimpleNamespace:
    """Give a trader and a buyer, with their cookies."""
    app, number = create_app(Settings.from_environment(live_server.environment)), next(_numbers)
    cookies = {}
    with app.app_context():
        for name in ("Loom", "Bea"):
            who = make_member(f"{name.lower()}_products_{number}", display_name=name, country="DE")
            if name == "Loom":
                make_seller(who, account=f"acct_products_{number}", account_key=f"products-{number}", **TRADER)
            client = app.test_client()
            sign_in(client, who)
            cookies[name] = client.get_cookie("__Host-session", domain="localhost").value
        db.session.commit()
    return SimpleNamespace(cookies=cookies, number=number)


def test_a_size_is_sold_without_javascript(visitor: Any, live_server: Any, cast: SimpleNamespace, sound: Any) -> None:
    def visit(who: str, **options: Any) -> Any:
        page = visitor(**options)
        cookie = {"name": "__Host-session", "value": cast.cookies[who], "url": live_server.url, "secure": True}
        page.context.add_cookies([cookie])
        return page

    title = f"Linen shirt {cast.number}"
    page = visit("Loom", javascript=False, width=390)
    page.goto("/selling/products")
    page.get_by_role("link", name="Add a product").first.click()
    page.get_by_role("textbox", name="Title").fill(title)
    page.get_by_label("Photos").set_input_files(SHIRT)
    page.get_by_label("Category").select_option("tops.shirt")
    page.get_by_role("textbox", name="Price").fill("40.50")
    for row, (size, pieces) in enumerate((("S", "2"), ("M", "0"), ("L", "9")), start=1):
        page.get_by_label(f"Size {row}", exact=True).fill(size)
        page.get_by_label(f"Pieces of size {row}", exact=True).fill(pieces)
    page.get_by_role("button", name="Save and offer it").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()

    buyer = visit("Bea", javascript=False)
    buyer.goto(f"/shop?q=shirt+{cast.number}")
    buyer.get_by_role("link", name=title).click()
    expect(buyer.get_by_role("radio", name="M sold out")).to_be_disabled()
    buyer.get_by_role("radio", name="L", exact=True).check()
    address = buyer.url
    buyer.get_by_role("button", name="Put into the cart").click()
    expect(buyer.get_by_role("link", name=f"{title}, L")).to_be_visible()

    seller = visit("Loom")
    seller.goto("/selling/products")
    sound(seller)
    seller.get_by_role("link", name="Edit").first.click()
    sound(seller)
    again = visit("Bea")
    again.goto(address)
    sound(again)
