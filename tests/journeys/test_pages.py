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
GUEST_PAGES = ["/", "/register", "/login", "/reset", "/confirm", "/discover", "/@{handle}", "{look}", "{item}"]
LOOKS = {
    "narrow, light": {"width": 390, "color_scheme": "light"},
    "wide, dark": {"width": 1280, "color_scheme": "dark"},
}


def examine(page, path, axe):
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    axe(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} px at {page.viewport_size}"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_sound(visitor, live_server, axe, look):
    ada = Person("Ada", visitor(**LOOKS[look]), live_server)
    ada.join()
    item = ada.add_item("T-shirt", photos.encoded(photos.shirt()))
    ada.press("Publicise")
    address = ada.publish_look("Blue on a #walk", photos.encoded(photos.shirt(photos.GREEN)))
    ada.comment("Taken in the park")
    names = {"handle": ada.handle, "item": item, "look": address}
    for path in PAGES:
        examine(ada.page, path.format_map(names), axe)
    guest = visitor(**LOOKS[look])
    for path in GUEST_PAGES:
        examine(guest, path.format_map(names), axe)
