"""Every kind of page, as a member who has something to show sees it: axe finds nothing, light and dark, narrow and wide."""

import pytest
from playwright.sync_api import expect

from tests.factories import photos
from tests.journeys.people import Person

pytestmark = pytest.mark.browser

# In braces: what the member made before.
PAGES = [
    "/",
    "/feed",
    "/discover",
    "/search?q=walk",
    "/tags/walk",
    "/@{handle}",
    "/@{handle}/closet",
    "/@{handle}/followers",
    "/closet",
    "/closet/items/new",
    "{item}",
    "{item}/edit",
    "/looks",
    "/looks/new",
    "{look}",
    "{look}/edit",
    "{look}/love",
    "{look}/comments",
    "/notifications",
    "/follow-requests",
    "/settings",
    "/settings/profile",
    "/settings/handle",
    "/settings/security",
    "/settings/sessions",
    "/settings/tokens",
    "/settings/blocks",
    "/change",
    "/change-email",
    "/wan-register",
    "/logout",
    "/policy",
    "/api/docs",
    "/nowhere",
]
# Of what repeats one shape hundreds of times the first ones stand for all; axe would take a quarter of a minute.
SHORTENED = {"/api/docs": ".api-docs > section ~ section"}
GUEST_PAGES = ["/", "/register", "/login", "/reset", "/confirm", "/discover", "/@{handle}", "{look}", "{item}"]


@pytest.mark.timeout(400)
def test_pages_are_sound(visitor, live_server, sound):
    ada = Person("Ada", visitor(), live_server)
    ada.join()
    item = ada.add_item("T-shirt", photos.encoded(photos.shirt()))
    ada.press("Publicise")
    expect(ada.page.get_by_text("Everybody, since")).to_be_visible()
    address = ada.publish_look("Blue on a #walk", photos.encoded(photos.shirt(photos.GREEN)))
    ada.comment("Taken in the park")
    names = {"handle": ada.handle, "item": item, "look": address}
    for page, paths in ((ada.page, PAGES), (visitor(), GUEST_PAGES)):
        for path in paths:
            page.goto(path.format_map(names))
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            if path in SHORTENED:
                page.evaluate("rest => document.querySelectorAll(rest).forEach(one => one.remove())", SHORTENED[path])
            sound(page)
