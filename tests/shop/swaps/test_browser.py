"""The pages of swaps in a real Chromium: sound for axe, narrow and wide, light and dark, and no JavaScript needed."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.settings import Settings
from clozette.shop.swaps import wants
from tests.factories.accounts import sign_in
from tests.shop.swaps.conftest import Round

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def cast(live_server: Any) -> SimpleNamespace:
    """Give four of whom each wants what the one before gives, of whom the first is signed in."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        group = Round(app, 4, mark=f"_ring_{next(_numbers)}")
        for place, listing in enumerate(group.listings):
            wants.want(group.members[(place + 1) % 4], listing.id, clock.now())
        client = app.test_client()
        sign_in(client, group.members[0])
        cookie = client.get_cookie("__Host-session", domain="localhost").value
        made = SimpleNamespace(cookie=cookie, theirs=ids.encode(group.listings[3].id))
        db.session.commit()
    return made


def test_a_circle_without_javascript(visitor: Any, live_server: Any, cast: SimpleNamespace, sound: Any) -> None:
    page = visitor(javascript=False)
    cookie = {"name": "__Host-session", "value": cast.cookie, "url": live_server.url, "secure": True}
    page.context.add_cookies([cookie])
    page.goto(f"/shop/{cast.theirs}")
    page.get_by_role("link", name="Circles").click()
    expect(page.get_by_role("img", name="Who sends what to whom")).to_be_visible()
    page.get_by_label("Deposit of each").fill("40")
    page.get_by_role("button", name="Propose this circle").click()
    expect(page.get_by_role("heading", name="Swap of 4")).to_be_visible()
    for name, value in (("Name", "Ada Adams"), ("Street and number", "1 High Street"), ("Town", "London")):
        page.get_by_label(name, exact=True).first.fill(value)
    page.get_by_label("Country").first.select_option("GB")
    page.get_by_label("Telephone").fill("+442071838750")
    where = page.url
    page.get_by_role("button", name="Yes, I swap").click()
    expect(page.get_by_text("Ada said yes")).to_be_visible()
    lit = visitor()
    lit.context.add_cookies([cookie])
    for address in ("/swaps", "/swaps/circles", f"/swaps/new?for={cast.theirs}", where, f"/shop/{cast.theirs}"):
        lit.goto(address)
        sound(lit)
