"""A minor and a parent in a real Chromium, with a real worker and real mail: ask, agree, take back; without JavaScript too."""

import itertools
import os
import re

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.factories import accounts
from tests.support.mail import text_of

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def minor(live_server):
    """Give the handle of a new minor and the cookie that signs them in."""
    handle = f"mina_{next(_numbers)}"
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        client = app.test_client()
        accounts.sign_in(client, accounts.make_minor(handle, display_name="Mina"))
        cookie = client.get_cookie("__Host-session", domain="localhost").value
        db.session.commit()
    return handle, {"name": "__Host-session", "value": cookie, "url": live_server.url, "secure": True}


def link_to(live_server, page, address, end=""):
    """Wait for the worker's mail and return the path of its link."""
    for _ in range(40):
        for message in reversed(live_server.mail.to(address)):
            found = re.search(rf"https://[^/]+(/guardian/[\w.]+{end})\s", text_of(message))
            if found:
                return found[1]
        page.wait_for_timeout(250)
    raise AssertionError(f"no mail to {address}")


@pytest.mark.requirement(24)
@pytest.mark.parametrize("javascript", [True, False])
def test_asking_agreeing_and_taking_back(visitor, live_server, minor, axe, javascript):
    handle, cookie = minor
    address = f"parent_of_{handle}@example.test"
    page = visitor(javascript=javascript, width=390)
    page.context.add_cookies([cookie])
    page.goto("/privacy/consents")
    page.get_by_role("link", name="Ask a parent or guardian").first.click()
    _look(page, axe, javascript, "guardian-ask")
    page.get_by_label("Their mail address").fill(address)
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_text(f"We asked your parent or guardian at {address}")).to_be_visible()
    _look(page, axe, javascript, "guardian-asked")
    parent = visitor(javascript=javascript, width=390)
    parent.goto(link_to(live_server, parent, address))
    expect(parent.get_by_text(f"Mina (@{handle}) is under 18")).to_be_visible()
    _look(parent, axe, javascript, "guardian-decide")
    parent.get_by_label("Your name").fill("Augusta King")
    parent.get_by_role("button", name="Yes, I agree").click()
    expect(parent.get_by_text("We mail you a link")).to_be_visible()
    page.reload()
    news = page.locator("section", has=page.get_by_role("heading", name="Our own news and offers (by mail)"))
    expect(news.get_by_text("You agreed")).to_be_visible()
    parent.goto(link_to(live_server, parent, address, "/end"))
    _look(parent, axe, javascript, "guardian-end")
    parent.get_by_role("button", name="Take it back").click()
    expect(parent.get_by_role("heading", name="Thank you")).to_be_visible()
    page.reload()
    expect(news.get_by_text("Off", exact=True)).to_be_visible()


def _look(page, axe, javascript, name):
    """Let axe look, and keep pictures where ``PICTURES`` says so, for whoever looks at them."""
    if javascript:
        axe(page)
    folder = os.environ.get("PICTURES")
    if not folder or not javascript:
        return
    for width, scheme in ((390, "dark"), (1280, "light"), (390, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
