"""A contest is planned and published in a real Chromium, with and without a script; its pages hold on every screen."""

import itertools
import os

import pytest
from playwright.sync_api import Page

from clozette import create_app
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.factories.accounts import make_member, sign_in
from tests.journeys.planning import Planner

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def cookie(live_server) -> str:
    """Give the session of somebody of marketing."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        browser = app.test_client()
        sign_in(browser, make_member(f"petra_{next(_numbers)}_{os.getpid()}", roles=("marketing",)), second_factor=True)
        found = browser.get_cookie("__Host-session", domain="localhost")
        assert found is not None
        db.session.commit()
        for engine in db.engines.values():
            engine.dispose()
    return found.value


def entered(visitor, cookie: str, live_server, **options: object) -> Page:
    page: Page = visitor(**options)
    page.context.add_cookies(
        [{"name": "__Host-session", "value": cookie, "url": live_server.url, "secure": True, "httpOnly": True}]
    )
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_a_contest_is_planned_and_published(visitor, cookie, live_server, sound, javascript) -> None:
    page = entered(visitor, cookie, live_server, javascript=javascript, width=1280 if javascript else 390)
    slug = f"coats-{next(_numbers)}-{os.getpid()}"
    planner = Planner(page, "Winter coats", slug)
    planner.begin()
    if javascript:
        sound(page)
    planner.fill_in_rules()
    planner.check()
    planner.publish()
    for address in (f"/contests/{slug}/rules", f"/contests/{slug}") if javascript else ():
        page.goto(address)
        sound(page)
