"""The pages of swaps in a real Chromium: sound for axe, narrow and wide, light and dark, and no JavaScript needed."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.shop.swaps import wants
from tests.shop.swaps.conftest import Round

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def cast(live_app: Any) -> SimpleNamespace:
    """Give four of whom each wants what the one before gives."""
    with live_app.app_context():
        group = Round(live_app, 4, mark=f"_ring_{next(_numbers)}")
        for place, listing in enumerate(group.listings):
            wants.want(group.members[(place + 1) % 4], listing.id, clock.now())
        made = SimpleNamespace(people={"Ada": group.members[0].id}, theirs=ids.encode(group.listings[3].id))
        db.session.commit()
    return made


def test_a_circle_without_javascript(visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    page = visit("Ada", javascript=False)
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
    lit = visit("Ada")
    for address in ("/swaps", "/swaps/circles", f"/swaps/new?for={cast.theirs}", where, f"/shop/{cast.theirs}"):
        lit.goto(address)
        sound(lit)
