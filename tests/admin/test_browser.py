"""The pages of bulk exports in a real Chromium, and a download from the real server."""

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.rights.bulk.models import BulkDecision
from clozette.settings import Settings
from tests.factories.accounts import make_member, sign_in
from tests.factories.bulk import make_export

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def world(live_server):
    """Give an admin who asked for exports: a small one, one that waits, one of somebody else."""
    number = next(_numbers)
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        anna, greta = (make_member(f"{name}_{number}", roles=("admin",), country="IS") for name in ("anna", "greta"))
        small, waits = make_export(anna, counted=9), make_export(anna, counted=4812, use="security")
        foreign, refused = make_export(greta, counted=310), make_export(greta, counted=999)
        said = {"by_id": anna.subject_id, "at": clock.now(), "verdict": "refused"}
        db.session.add(BulkDecision(export_id=refused.id, **said))
        browser = app.test_client()
        sign_in(browser, anna, second_factor=True)
        cookie = browser.get_cookie("__Host-session", domain="localhost").value
        made = {"small": small, "waits": waits, "foreign": foreign, "refused": refused}
        addresses = {name: f"/admin/exports/{encode(export.id)}" for name, export in made.items()}
        db.session.commit()
        for engine in db.engines.values():
            engine.dispose()
    return SimpleNamespace(cookie=cookie, **addresses)


def entered(visitor, world, live_server, **options):
    page = visitor(**options)
    page.context.add_cookies(
        [{"name": "__Host-session", "value": world.cookie, "url": live_server.url, "secure": True, "httpOnly": True}]
    )
    return page


def test_pages(visitor, world, live_server, sound):
    page = entered(visitor, world, live_server)
    made = (world.small, world.foreign, world.refused)
    for address in ("/admin/exports", "/admin/exports/new", "/admin/exports/new?use=law", *made):
        page.goto(address)
        assert page.locator("h1").is_visible()
        sound(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_use_to_the_file(visitor, world, live_server, javascript):
    page = entered(visitor, world, live_server, javascript=javascript)
    page.goto("/admin/exports")
    page.get_by_role("link", name="New export").click()
    page.get_by_role("link", name="Telling members about their account").click()
    page.get_by_label("Reason").fill("The terms change in May")
    page.get_by_label("Handle").check()
    page.locator("select[name=country]").select_option("IS")  # few enough to need nobody else, whoever shares the site
    page.get_by_role("button", name="Ask for the export").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    text = Path(waiting.value.path()).read_text()
    assert text.startswith('"handle","export"\n')
    assert '"anna_' in text
    page.reload()
    mark = text.splitlines()[1].split('"')[-2]
    page.get_by_text(mark).wait_for()
    assert not page.get_by_text("broke off").count()
