"""The pages of writing in a real Chromium: with and without a script, light and dark, on a phone and on a wide screen."""

import itertools
import os
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.settings import Settings
from tests.factories.accounts import make_member, sign_in
from tests.factories.looks import make_look
from tests.factories.newsletters import make_campaign, make_newsletter, make_subscription

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def world(live_server):
    """Give an editor, a newsletter with readers, and campaigns in several states."""
    number = next(_numbers)
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        wanda = make_member(f"wanda_{number}", roles=("marketing",))
        weekly = make_newsletter(f"weekly-{number}-{os.getpid()}", title="The weekly look")
        for state in ("confirmed", "confirmed", "unsubscribed"):
            make_subscription(weekly, state=state)
        look = make_look(make_member(f"olivia_{number}"), caption="A walk in the rain")
        blocks = [
            {"kind": "heading", "text": "What people wear this week"},
            {"kind": "text", "markdown": "Hello {{ first_name }},\n\nhere is **the news**:\n\n- coats\n- boots"},
            {"kind": "button", "label": "Discover", "address": "/discover"},
            {"kind": "look", "look": f"/looks/{encode(look.id)}"},
        ]
        now = clock.now()
        made = {
            "draft": make_campaign(weekly, blocks=blocks, preview_text="Coats, boots and rain"),
            "late": make_campaign(weekly, blocks=blocks, state="late", send_at=now, time_zone="Asia/Singapore"),
            "sent": make_campaign(weekly, blocks=blocks, state="finished", started_at=now, archived_at=now),
        }
        browser = app.test_client()
        sign_in(browser, wanda, second_factor=True)
        cookie = browser.get_cookie("__Host-session", domain="localhost").value
        paths = {name: f"/marketing/campaigns/{encode(campaign.id)}" for name, campaign in made.items()}
        archive = f"/newsletters/{weekly.slug}/archive"
        letter = f"{archive}/{encode(made['sent'].id)}"
        db.session.commit()
        for engine in db.engines.values():
            engine.dispose()
    return SimpleNamespace(cookie=cookie, archive=archive, letter=letter, **paths)


def entered(visitor, world, live_server, **options):
    page = visitor(**options)
    page.context.add_cookies(
        [{"name": "__Host-session", "value": world.cookie, "url": live_server.url, "secure": True, "httpOnly": True}]
    )
    return page


def test_pages(visitor, world, live_server, sound):
    page = entered(visitor, world, live_server)
    for address in (
        "/marketing",
        "/marketing/campaigns",
        "/marketing/campaigns/new",
        world.draft,
        f"{world.draft}/preview",
        f"{world.draft}/readers",
        f"{world.draft}/schedule",
        world.late,
        world.sent,
        world.archive,
        world.letter,
    ):
        page.goto(address)
        assert page.locator("h1").first.is_visible()
        sound(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_writing_and_looking(visitor, world, live_server, javascript):
    page = entered(visitor, world, live_server, javascript=javascript)
    page.goto(world.draft)
    mail = page.frame_locator("iframe[name=mail]")
    mail.get_by_text("Hello Ada").wait_for()
    page.locator("#f-b1_markdown").fill("Dear {{ first_name }}, **something else**")
    if not javascript:
        page.get_by_role("button", name="Show what is typed").click()
    mail.get_by_text("something else").wait_for()
    assert page.locator("#f-b1_markdown").input_value().startswith("Dear {{ first_name }}")
    page.get_by_label("Add a block").select_option("heading")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator("#block-4").get_by_label("Heading").fill("At the end")
    page.locator("#block-4").get_by_role("button", name="Up").click()
    expect(page.locator("#block-3").get_by_label("Heading")).to_have_value("At the end")
    page.locator("form#editor").get_by_role("button", name="Save").last.click()
    page.get_by_text("The campaign is saved.").wait_for()
    page.frame_locator("iframe[name=mail]").get_by_text("At the end").wait_for()


def test_a_mail_of_nothing_but_its_styles_holds_on_a_phone(visitor, world, live_server):
    page = entered(visitor, world, live_server, width=390)
    page.goto(f"{world.draft}/mail")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.get_by_role("link", name="UNSUBSCRIBE").is_visible()
