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
LOOKS = [(390, "light"), (1280, "dark")]


def examine(page, axe):
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        axe(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} px at {width}"


def test_pages_are_sound(visitor, live_server, axe):
    ada = Person("Ada", visitor(reduced_motion="reduce"), live_server)
    ada.join()
    item = ada.add_item("T-shirt", photos.encoded(photos.shirt()))
    ada.press("Publicise")
    look = ada.publish_look("Blue on a #walk", photos.encoded(photos.shirt(photos.GREEN)))
    ada.comment("Taken in the park")
    names = {"handle": ada.handle, "item": item, "look": look}
    for path in PAGES:
        ada.page.goto(path.format_map(names))
        expect(ada.heading()).to_have_count(1)
        examine(ada.page, axe)
    guest = visitor(reduced_motion="reduce")
    for path in GUEST_PAGES:
        guest.goto(path.format_map(names))
        examine(guest, axe)
