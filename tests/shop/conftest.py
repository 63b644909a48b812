"""Members who sell and buy, and browsers that they are signed in with."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import orm

from clozette import create_app
from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.factories.accounts import make_member, sign_in
from tests.factories.shop import make_seller
from tests.support.browser import Visitors
from tests.support.client import Client
from tests.support.live import LiveSite


@pytest.fixture
def sam(db_session: Any) -> Any:
    """Give the one who sells."""
    return make_member("sam", display_name="Sam Seller", country="DE")


@pytest.fixture
def bea(db_session: Any) -> Any:
    """Give the one who buys."""
    return make_member("bea", display_name="Bea Buyer", country="GB")


@pytest.fixture
def seller(sam: Any) -> Any:
    """Give what makes the one a seller."""
    return make_seller(sam)


@pytest.fixture
def client_of(app: Flask, db_session: orm.Session) -> Callable[..., Any]:
    """Give ``client_of(member)``: a browser with that member signed in; without one, a visitor's."""

    def open_browser(member: Member | None = None) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        if member is not None:
            sign_in(client, member)
        return client

    return open_browser


@pytest.fixture(scope="session")
def live_app(live_server: LiveSite) -> Iterator[Flask]:
    """Give the running site's application in this process, to make people and things with."""
    app = create_app(Settings.from_environment(live_server.environment))
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def visit(visitor: Visitors, live_app: Flask, live_server: LiveSite, cast: SimpleNamespace) -> Callable[..., Page]:
    """Give ``visit("Sam", javascript=…, width=…)``: a page with one of ``cast.people`` (ids by name) signed in."""

    def open_page(who: str, **options: Any) -> Page:
        with live_app.app_context():
            member, client = db.session.get_one(Member, cast.people[who]), live_app.test_client()
            sign_in(client, member, second_factor=bool(member.roles))
            db.session.commit()
        cookie = client.get_cookie("__Host-session", domain="localhost")
        assert cookie is not None
        page = visitor(**options)
        page.context.add_cookies(
            [{"name": "__Host-session", "value": cookie.value, "url": live_server.url, "secure": True}]
        )
        return page

    return open_page
