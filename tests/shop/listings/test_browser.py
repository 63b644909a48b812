"""Selling and finding in a real Chromium, with JavaScript and without."""

import itertools
import secrets
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette.accounts.models import Member
from clozette.closets import services
from clozette.closets.models import Item
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from tests.factories import photos
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_seller

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


def real_item(owner: Member, colour: Any, **facts: Any) -> Item:
    """Put an item with a real photo into a closet."""
    photo = services.upload(owner, photos.upload(photos.encoded(photos.shirt(colour))), now=clock.now())
    given = {"category": "tops", "subcategory": "shirt", **facts}
    return services.add(owner, given, [photo], upload_key=secrets.token_hex(8), now=clock.now(), similar_ok=True)


@pytest.fixture
def cast(live_app: Any) -> SimpleNamespace:
    """Give a seller with three shirts, two of them offered, and a buyer with one much like them."""
    number = next(_numbers)
    with live_app.app_context():
        ada = make_member(f"ada_shop_{number}", display_name="Ada", country="DE")
        bea = make_member(f"bea_shop_{number}", display_name="Bea", country="SG")
        seller = make_seller(ada, account=f"acct_browser_{number}", account_key=f"browser-{number}")
        chest = {"measurements": {"chest": 520, "length": 700}, "size_system": "eu", "size": "40"}
        items = [real_item(ada, colour, brand="COS", **chest) for colour in (photos.BLUE, photos.RED, photos.GREEN)]
        for item in items[1:]:
            services.publicise(item, now=clock.now())
            make_listing(
                seller,
                item,
                title="A linen shirt",
                category="tops.shirt",
                form_key=secrets.token_hex(8),
                brand="COS",
                size_system="eu",
                size="40",
                words="Worn twice.\nNo marks.",
            )
        services.add_tag(items[0], "linen", now=clock.now())
        real_item(bea, photos.RED, **{**chest, "measurements": {"chest": 500}})
        real_item(bea, photos.BLUE, category="bottoms", subcategory="trousers", colours=["black"])
        people = {who.display_name: who.id for who in (ada, bea)}
        made = SimpleNamespace(people=people, unsold=f"/items/{encode(items[0].id)}", ada=ada.handle)
        db.session.commit()
    return made


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_sold_by_one_and_found_by_another(visit: Any, cast: SimpleNamespace, javascript: bool) -> None:
    title = f"Blue linen {cast.ada}"
    page = visit("Ada", javascript=javascript, width=390)
    page.goto(cast.unsold)
    page.get_by_role("link", name="Sell this").click()
    page.get_by_role("textbox", name="Title").fill(title)
    page.get_by_role("textbox", name="Price").fill("40.50")
    page.get_by_role("button", name="Save and offer it").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()

    page = visit("Bea", javascript=javascript)
    page.goto(f"/shop?q={cast.ada}")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("€45.50")).to_be_visible()
    expect(page.get_by_role("heading", name="Would I wear it?")).to_be_visible()
    page.get_by_label("Beside a garment of mine").select_option(index=1)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("cell", name="2 cm (0.8 in) larger")).to_be_visible()


def test_pages_are_sound(visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    """Nothing for axe to find, nothing that scrolls sideways: many pages in many dresses, so it takes its time."""
    seller = visit("Ada")
    for address in (f"{cast.unsold}/sell", "/selling", "/selling/rates", "/selling/listings", "/selling/start"):
        seller.goto(address)
        sound(seller)
    buyer = visit("Bea")
    for address in ("/shop", "/shop?colour=silver&price_from=x&currency=EUR", f"/@{cast.ada}/shop", "/selling/start"):
        buyer.goto(address)
        sound(buyer)
    buyer.goto(f"/@{cast.ada}/shop")
    buyer.locator(".card__cover").first.click()
    buyer.get_by_label("Beside a garment of mine").select_option(index=1)
    buyer.get_by_role("button", name="Compare").click()
    sound(buyer)
