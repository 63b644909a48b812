"""The list of cookies against what the site really leaves in a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from clozette.privacy.browsers import stored
from tests.factories.accounts import make_member, sign_in
from tests.house.routes import routes
from tests.journeys.people import Person
from tests.support.client import Client

COOKIES = {one.name for one in stored.STORED if one.kind == "cookie"}
LOCAL = {one.name for one in stored.STORED if one.kind == "local storage"}
# What a visitor can read without asking for anything: no form, so no cookie at all.
READING = ("/", "/policy", "/policy/2012-10-03", "/terms", "/cookies", "/discover", "/api/docs", "/healthz", "/nowhere")
IN_BROWSER = """async () => ({
    local: Object.keys(localStorage), session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(one => one.name), caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length})"""


def names(answer: Any) -> set[str]:
    return {cookie.split("=")[0] for cookie in answer.headers.getlist("Set-Cookie")}


@pytest.mark.requirement(113)
@pytest.mark.parametrize("path", READING)
def test_a_first_visit_leaves_no_cookie(client: Client, path: str) -> None:
    assert names(client.get(path)) == set()


@pytest.mark.requirement(113, 124)
@pytest.mark.parametrize("who", ["guest", "member", "admin"])
def test_no_answer_sets_what_is_not_on_the_list(app: Flask, client: Client, db_session: Any, who: str) -> None:
    """Every address of the site, as the map of addresses has them; a guest comes to each for the first time."""
    if who != "guest":
        sign_in(client, make_member("walker", roles=("admin",) if who == "admin" else ()), second_factor=True)
    seen = set()
    for route in routes(app):
        browser = app.test_client() if who == "guest" else client
        answer = browser.open(route.path, method=route.method)
        seen |= names(answer)
        assert names(answer) <= COOKIES, str(route)
    assert seen, "a crawl that met no cookie looked at nothing"


@pytest.mark.requirement(124)
def test_the_page_lists_what_the_program_lists(client: Client) -> None:
    page = client.get("/cookies").text
    for one in stored.STORED:
        assert f"<code>{one.name}</code>" in page
    assert "30 days at most" in page or "days at most" in page
    assert "%(days)s" not in page


@pytest.mark.requirement(124)
def test_the_lifetime_is_the_programs(app: Flask, client: Client) -> None:
    assert f"{app.permanent_session_lifetime.days} days at most" in client.get("/cookies").text
    assert app.config["SESSION_COOKIE_NAME"] in COOKIES


@pytest.mark.requirement(113)
def test_nothing_needs_a_yes() -> None:
    """The first thing that is not necessary needs the choice before it: two buttons alike, and a kept no."""
    assert all(one.necessary for one in stored.STORED)


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.requirement(113, 124)
def test_a_browser_that_looks_around_keeps_nothing_else(visitor: Callable[..., Page], live_server: Any) -> None:
    person = Person("Cora", visitor(), live_server)
    page = person.page
    for path in ("/", "/discover", "/policy", "/terms", "/cookies"):
        page.goto(path)
        assert page.context.cookies() == []
    person.join()
    seen: set[str] = set()
    for path in (
        "/",
        "/feed",
        "/discover",
        "/closet",
        "/looks/new",
        "/settings",
        "/cookies",
        "/privacy",
        "/notifications",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert {cookie["name"] for cookie in page.context.cookies()} <= COOKIES
        assert page.evaluate(IN_BROWSER) == {"local": [], "session": [], "databases": [], "caches": [], "workers": 0}
    page.goto("/cookies")
    page.get_by_label("Dark").check(force=True)
    seen |= set(page.evaluate("Object.keys(localStorage)"))
    assert seen == LOCAL
    page.get_by_label("As the device").check(force=True)
    assert page.evaluate("Object.keys(localStorage)") == []
    expect(page.get_by_role("heading", level=1)).to_have_text("Cookies")
