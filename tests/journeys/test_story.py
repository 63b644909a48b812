"""The whole story in a real browser, with JavaScript and without: from signing up to a friend's comment in the feed."""

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_from_signing_up_to_the_feed(visitor, live_server, javascript):
    ada = Person("Ada", visitor(javascript=javascript, width=390), live_server)
    ada.join()
    ada.page.goto("/settings")
    expect(ada.heading()).to_be_visible()
