"""A sale from the closet to the money that goes back for a line: in browsers over TLS, with scripts and without.

The site, its worker and the payment service are processes of their own; the service tells of what happened by webhooks.
"""

import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from clozette import create_app
from clozette.accounts.models import Member
from clozette.closets import services as closets
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.sandbox.stripe.books import SECURE
from clozette.settings import Settings
from clozette.shop.payments import services as payments
from tests.factories import photos
from tests.factories.accounts import make_member, sign_in
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support import live
from tests.support.browser import Visitors
from tests.support.live import LiveSite

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def site(live_server: LiveSite) -> Iterator[LiveSite]:
    """Give the site with a payment service that answers."""
    with live.sandbox(live_server):
        yield live_server


@pytest.fixture(scope="module")
def app(site: LiveSite) -> Flask:
    """Give the site's application in this process, to make people with."""
    return create_app(Settings.from_environment(site.environment))


class Trader:
    """Somebody in front of a browser."""

    def __init__(self, app: Flask, site: LiveSite, page: Page, name: str) -> None:
        self.app, self.site, self.page = app, site, page
        self.handle = f"{name.lower()}_trades_{next(_numbers)}"
        with app.app_context():
            client = app.test_client()
            sign_in(client, self._made(name))
            cookie = client.get_cookie("__Host-session", domain="localhost")
            assert cookie is not None
            db.session.commit()
        page.context.add_cookies([{"name": "__Host-session", "value": cookie.value, "url": site.url, "secure": True}])

    def _made(self, name: str) -> Member:
        self.items: list[str] = []
        member = make_member(self.handle, display_name=name, country="DE")
        if name == "Ada":
            self.items = [self._item(member, colour) for colour in (photos.GREEN, photos.RED)]
        return member

    def _item(self, member: Member, colour: tuple[int, int, int]) -> str:
        photo = closets.upload(member, photos.upload(photos.encoded(photos.shirt(colour))), now=clock.now())
        facts = {"category": "tops", "subcategory": "shirt"}
        key = secrets.token_hex(8)
        return encode(closets.add(member, facts, [photo], upload_key=key, now=clock.now(), similar_ok=True).id)

    def press(self, name: str) -> None:
        """Press a button of the page's main part."""
        self.page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()

    def fill(self, **fields: str) -> None:
        """Fill fields by their names in the form."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").first.fill(value)

    def choose(self, **fields: str) -> None:
        """Choose from lists by their names in the form."""
        for name, value in fields.items():
            self.page.locator(f"main select[name={name}]").select_option(value)

    def waits_for(self, address: str, sought: Callable[[Page], Locator], seconds: float = 20) -> None:
        """Look at a page until something stands there: the worker does what comes after a deed."""
        until = time.monotonic() + seconds
        self.page.goto(address)
        while not sought(self.page).count():
            assert time.monotonic() < until, self.page.get_by_role("main").inner_text() + self.site.logs()[-4000:]
            self.page.wait_for_timeout(100)
            self.page.reload()
        expect(sought(self.page).first).to_be_visible()


@pytest.fixture(params=[True, False], ids=["with-javascript", "without"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browsers run scripts."""
    return bool(request.param)


@pytest.fixture
def looked(scripts: bool, axe: Callable[[Page], None]) -> Callable[[Page], None]:
    """Let axe look at a page, where scripts run: those that no test of one part alone gets to."""
    return axe if scripts else lambda page: None


def test_from_the_closet_to_money_back(
    app: Flask, site: LiveSite, visitor: Visitors, scripts: bool, looked: Callable[[Page], None]
) -> None:
    ada = Trader(app, site, visitor(javascript=scripts, width=390), "Ada")
    bea = Trader(app, site, visitor(javascript=scripts), "Bea")
    become_a_seller(ada)
    listings = [offer(ada, item, title) for item, title in zip(ada.items, ("Green shirt", "Red shirt"), strict=True)]
    ref = buy(bea, listings, looked)
    send(ada, ref, looked)
    receive(bea, ref, looked)
    review(bea, f"/orders/{ref}", "As green as in the picture.", looked)
    review(ada, f"/selling/orders/{ref}", "Quick and friendly.", looked)
    expect(ada.page.get_by_role("main")).to_contain_text("As green as in the picture.")
    pay_back(ada, ref, "Red shirt")
    bea.waits_for(f"/orders/{ref}", lambda page: page.get_by_text("back on").filter(has_text="arrived"))
    expect(bea.page.get_by_text("paid back: €7.00")).to_be_visible()
    looked(bea.page)
    bea.page.goto("/privacy/disclosures")
    expect(bea.page.get_by_role("main")).to_contain_text("Ada")
    if scripts:
        assert site.command("payments", "reconcile").startswith("0 differences")


def test_a_payment_that_the_service_refuses(app: Flask, site: LiveSite, visitor: Visitors, sound: Any) -> None:
    """It never heard of this seller; nothing is charged, nothing stays held."""
    bea = Trader(app, site, visitor(), "Bea")
    with app.app_context():
        buyer = db.session.scalars(sa.select(Member).where(Member.handle == bea.handle)).one()
        seller = make_seller(make_member(f"cleo_{bea.handle}"), account="acct_of_nobody", account_key="of-nobody")
        order = make_order(buyer, make_listing(seller), ref="refused000")
        payments.ask(order, buyer, clock.now())
        db.session.commit()
    bea.page.goto("/checkout/pay/refused000")
    expect(bea.page.get_by_role("main")).to_contain_text("Nothing was charged")
    sound(bea.page)


def become_a_seller(ada: Trader) -> None:
    """Start to sell, say what shipping costs, and tell the payment service who one is."""
    ada.page.goto("/selling/start")
    ada.page.get_by_label("I accept these terms").check()
    ada.press("Start selling")
    ada.choose(country="DE")
    ada.fill(first="5.00", more="1.00")
    ada.press("Ship there")
    expect(ada.page.get_by_text("You ship to 1 country")).to_be_visible()
    ada.page.goto("/selling/payouts")
    ada.press("Go to Stripe")
    expect(ada.page).to_have_url(f"https://localhost:{ada.site.port + 1}/connect/{ada.page.url.rpartition('/')[2]}")
    ada.page.get_by_role("button", name="All is told").click()
    expect(ada.page.get_by_text("Money reaches you.")).to_be_visible()


def offer(ada: Trader, item: str, title: str) -> str:
    """Offer something out of the closet; return its address in the shop."""
    ada.page.goto(f"/items/{item}")
    ada.page.get_by_role("link", name="Sell this").click()
    ada.page.get_by_role("textbox", name="Title").fill(title)
    ada.page.get_by_role("textbox", name="Price").fill("20.00")
    ada.press("Save and offer it")
    expect(ada.page.get_by_role("heading", name=title)).to_be_visible()
    return ada.page.url


def buy(bea: Trader, listings: list[str], looked: Callable[[Page], None]) -> str:
    """Buy it all with a card that the bank asks about; return the order's reference."""
    for address in listings:
        bea.page.goto(address)
        bea.press("Put into the cart")
    bea.page.get_by_role("link", name="Go on and buy").click()
    where = {"name": "Bea Miller", "line1": "Lange Gasse 1", "postcode": "10115", "city": "Berlin"}
    bea.fill(phone="+49 30 901820", **{f"shipping_{name}": value for name, value in where.items()})
    bea.press("Buy and pay €46.00")
    bea.page.get_by_label("Card number").fill(SECURE)
    assert bea.page.url.startswith(f"https://localhost:{bea.site.port + 1}/pay/")
    bea.page.get_by_role("button", name="Pay").click()
    bea.page.get_by_role("button", name="It is me").click()
    bea.waits_for(bea.page.url, lambda page: page.get_by_role("heading", name="It is paid"))
    looked(bea.page)
    bea.page.get_by_role("link", name="To the order").click()
    return bea.page.url.rpartition("/")[2]


def send(ada: Trader, ref: str, looked: Callable[[Page], None]) -> None:
    """Send it to the address that the seller is given now."""
    ada.waits_for(f"/selling/orders/{ref}", lambda page: page.get_by_text("Lange Gasse 1"))
    looked(ada.page)
    ada.choose(courier="dhl")
    ada.fill(tracking="JD0140")
    ada.press("It is on its way")
    expect(ada.page.get_by_text("On its way", exact=True)).to_be_visible()


def receive(bea: Trader, ref: str, looked: Callable[[Page], None]) -> None:
    """Say that it arrived."""
    bea.page.goto(f"/orders/{ref}")
    expect(bea.page.get_by_role("link", name="JD0140")).to_be_visible()
    looked(bea.page)
    bea.press("It has arrived")
    expect(bea.page.get_by_text("Arrived", exact=True)).to_be_visible()


def review(who: Trader, order: str, words: str, looked: Callable[[Page], None]) -> None:
    """Say how it was; the other side sees it once both have."""
    who.page.goto(order)
    who.page.get_by_role("link", name="Say how it was").click()
    expect(who.page.get_by_role("main")).not_to_contain_text("What the other side says")
    looked(who.page)
    who.page.get_by_label("5: very good").check()
    if "/selling/" not in order:
        who.page.get_by_role("group", name="Was it as described?").get_by_label("Yes").check()
    who.fill(words=words)
    who.press("Send it")
    expect(who.page.get_by_role("main")).to_contain_text(words)


def pay_back(ada: Trader, ref: str, title: str) -> None:
    """Pay a part of a line back."""
    ada.page.goto(f"/selling/orders/{ref}")
    ada.page.locator("main select[name=part]").select_option(label=title)
    ada.fill(amount="7.00")
    ada.press("Pay it back")
    expect(ada.page.get_by_text("It goes back to the buyer.")).to_be_visible()
