"""The whole story in a real browser, with JavaScript and without: from signing up to a friend's comment in the feed."""

import pytest
from playwright.sync_api import expect

from tests.factories import photos
from tests.journeys.people import Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_from_signing_up_to_the_feed(visitor, live_server, javascript):
    ada = Person("Ada", visitor(javascript=javascript, width=390), live_server)
    bea = Person("Bea", visitor(javascript=javascript, width=1280), live_server)
    ada.join()
    ada.add_item("T-shirt", photos.encoded(photos.shirt()))
    look = ada.publish_look("Blue on a #walk", photos.encoded(photos.shirt(photos.GREEN)))
    bea.join()
    bea.follow(ada)
    bea.page.goto("/feed")
    expect(bea.page.get_by_text("Blue on a #walk")).to_be_visible()
    bea.love()
    bea.page.goto(look)
    expect(bea.page.get_by_role("link", name="Loved by 1 member")).to_be_visible()
    bea.comment("That suits you")
    for deed in ("follow", "love", "comment"):
        ada.is_told(deed)
    ada.page.goto(look)
    expect(ada.page.get_by_text("That suits you")).to_be_visible()
