"""The pages in a real browser: axe finds nothing, nothing scrolls sideways, and without JavaScript all works."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PAGES = ("/policy", "/policy/2012-10-03...2017-12-12", "/terms", "/cookies", "/privacy/changes")


def test_the_pages_are_accessible(visitor: Callable[..., Page], sound: Callable[[Page], None]) -> None:
    page = visitor()
    for path in PAGES:
        page.goto(path)
        sound(page)


def test_two_versions_are_compared_without_javascript(visitor: Callable[..., Page]) -> None:
    page = visitor(javascript=False)
    page.goto("/policy")
    page.get_by_label("From").select_option("2012-10-03.co.en")
    page.get_by_label("To", exact=True).select_option("2017-12-12.co-id.en")
    page.get_by_role("button", name="Show what changed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What changed from 2012-10-03 to 2017-12-12")
    expect(page.locator("ins", has_text="Newsletters").first).to_be_visible()
