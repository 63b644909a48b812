"""My consents in a real Chromium, with a real worker: agree, see the proof appear, take it back; without JavaScript too."""

import itertools
import os
import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy.tree import heads
from clozette.settings import Settings
from tests.factories import accounts

pytestmark = pytest.mark.browser
HERE = "/privacy/consents"
_numbers = itertools.count(1)


@pytest.fixture
def lena(live_server):
    """Give the cookie that signs a new member in, and a way to have the proofs signed."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        member = accounts.make_member(f"lena_{next(_numbers)}", display_name="Lena")
        client = app.test_client()
        accounts.sign_in(client, member)
        cookie = client.get_cookie("__Host-session", domain="localhost").value
        db.session.commit()

    def sign_head():
        """Sign the tree as it stands now; the worker does it once a minute."""
        with app.app_context():
            heads.publish(clock.now())

    cookie = {"name": "__Host-session", "value": cookie, "url": live_server.url, "secure": True}
    return SimpleNamespace(cookie=cookie, sign_head=sign_head)


@pytest.mark.requirement(17, 21, 23)
@pytest.mark.parametrize("javascript", [True, False])
def test_agreeing_and_taking_back(visitor, lena, axe, javascript):
    page = visitor(javascript=javascript, width=390)
    page.context.add_cookies([lena.cookie])
    page.goto(HERE)
    _photograph(page, "consents")
    news = page.locator("section", has=page.get_by_role("heading", name="Our own news and offers (by mail)"))
    news.get_by_role("button", name="Agree").click()
    expect(news.get_by_text("You agreed")).to_be_visible()
    expect(
        page.locator(
            "section", has=page.get_by_role("heading", name="Offers of other companies (by mail)")
        ).get_by_text("Off", exact=True)
    ).to_be_visible()
    if javascript:
        axe(page)
    news.get_by_role("link", name="Your receipt").click()
    expect(page.get_by_text("We may tell you about what is new with us")).to_be_visible()
    number = page.get_by_text(re.compile(r"number \d+ of \d+"))
    for _ in range(50):
        if number.count():
            break
        page.wait_for_timeout(200)  # the worker sequences within seconds
        lena.sign_head()
        page.reload()
    expect(number.first).to_be_visible()
    if javascript:
        axe(page)
    _photograph(page, "receipt")
    page.goto(HERE)
    _photograph(page, "agreed")
    news.get_by_role("button", name="Take it back").click()
    expect(news.get_by_text("Off", exact=True)).to_be_visible()


def _photograph(page, name):
    """Keep pictures where ``PICTURES`` says so, for whoever looks at them."""
    folder = os.environ.get("PICTURES")
    if not folder:
        return
    for width, scheme in ((390, "light"), (390, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
