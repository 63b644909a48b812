"""Exports in a real Chromium: asked for, watched, downloaded, opened from a folder; with JavaScript and without."""

import itertools
import json
import zipfile
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.closets import services as closets
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.factories import accounts, looks, photos

pytestmark = pytest.mark.browser
EXPORTS = "/privacy/exports"
_numbers = itertools.count(1)


@pytest.fixture
def rosa(live_server):
    """Give a member with a few things, and the cookie that signs her in."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        member = accounts.make_member(f"rosa_export_{next(_numbers)}", display_name="Rosa")
        photo = closets.upload(member, photos.upload(photos.encoded(photos.shirt())), now=clock.now())
        facts = {"category": "tops", "notes": "A very long word: " + "rindfleischetikettierung" * 9}
        closets.add(member, facts, [photo], upload_key="one", now=clock.now(), similar_ok=True)
        looks.make_comment(looks.make_look(member, published=False, visibility="private"), member, "Mine")
        client = app.test_client()
        accounts.sign_in(client, member)
        cookie = client.get_cookie("__Host-session", domain="localhost").value
        db.session.commit()
    return SimpleNamespace(cookie={"name": "__Host-session", "value": cookie, "url": live_server.url, "secure": True})


@pytest.fixture
def of_rosa(visitor, rosa):
    """Give ``of_rosa(javascript=…, width=…)``: a page with Rosa signed in."""

    def open_page(**options):
        page = visitor(accept_downloads=True, **options)
        page.context.add_cookies([rosa.cookie])
        return page

    return open_page


@pytest.mark.requirement(82, 87)
def test_ask_watch_and_download(of_rosa, visitor, axe, tmp_path):
    page = of_rosa()
    page.goto(EXPORTS)
    axe(page)
    page.get_by_role("button", name="Make an archive").click()
    # The script shows the page anew when the archive is ready; the file of one photo is missing, which it says.
    expect(page.get_by_role("button", name="Download the archive")).to_be_visible(timeout=30_000)
    axe(page)
    expect(page.get_by_text("This archive is not complete")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the archive").click()
    download.value.save_as(tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("manifest.json"))["counts"]["looks_comments"] == 1
        archive.extractall(tmp_path / "mine")
    opened_offline(visitor, axe, tmp_path / "mine")


def opened_offline(visitor, axe, folder):
    """Open the archive's pages from their folder."""
    # axe wants to read the style sheet, which a page from a folder may not.
    visitor.expected += ["file://", "preload assets"]
    page = visitor(width=390, offline=True)
    page.goto((folder / "index.html").as_uri())
    expect(page.get_by_role("heading", name="Your data")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse") == "collapse"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe(page)
    page.locator("a[href='pages/photos.html']").click()
    shown = page.locator("img").first
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 480
    axe(page)


def test_it_works_without_javascript(of_rosa):
    page = of_rosa(javascript=False, width=390)
    page.goto(EXPORTS)
    page.get_by_role("button", name="Make an archive").click()
    for _ in range(60):
        if page.get_by_role("button", name="Download the archive").is_visible():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Look again").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the archive").click()
    assert zipfile.is_zipfile(download.value.path())
