"""Reports in a real Chromium: live while a campaign is sent, light and dark, on a phone and on a wide screen."""

import itertools
import os
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.newsletters import keys
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.reports.models import HeadCount, Link, Touch
from clozette.newsletters.reports.tracking import PURPOSE
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.privacy import consents
from clozette.settings import Settings
from tests.factories.accounts import make_member, sign_in
from tests.factories.newsletters import make_campaign, make_contact, make_newsletter, make_subscription

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)
READERS = 40


@pytest.fixture
def world(live_server: Any) -> SimpleNamespace:
    """Give an editor, and a campaign that went out to forty."""
    app = create_app(Settings.from_environment(live_server.environment))
    number = next(_numbers)
    with app.app_context():
        editor = make_member(f"edith_{number}", roles=("marketing",))
        weekly = make_newsletter(f"report-{number}-{os.getpid()}", title="The weekly look")
        campaign = _sent(weekly, f"{number}-{os.getpid()}")
        for back in range(1, 60):
            day = clock.today() - timedelta(days=back)
            db.session.add(HeadCount(newsletter_id=weekly.id, day=day, subscribers=READERS - back // 3))
        browser = app.test_client()
        sign_in(browser, editor, second_factor=True)
        cookie = browser.get_cookie("__Host-session", domain="localhost")
        assert cookie
        subscription_id = db.session.query(Sending.subscription_id).filter_by(campaign_id=campaign.id).first()[0]
        why = "/why/" + keys.token("why", keys.Link(subscription_id, campaign.id))
        db.session.commit()
        report = f"/marketing/campaigns/{encode(campaign.id)}/report"
        found = SimpleNamespace(app=app, cookie=cookie.value, report=report, why=why, campaign_id=campaign.id)
        for engine in db.engines.values():
            engine.dispose()
    return found


def _sent(weekly: Newsletter, mark: str) -> Campaign:
    now = clock.now()
    counts = {"recipients": READERS + 4, "sent": READERS - 2, "failed": 2, "skipped": 3, "uncertain": 1}
    campaign = make_campaign(
        weekly, state="finished", started_at=now - timedelta(hours=1), tracks=True, finished_at=now, **counts
    )
    for place, address in enumerate(("https://localhost/discover", "https://shop.example/" + "a-long-way/" * 12)):
        db.session.add(Link(campaign_id=campaign.id, number=place, address=address, people=0, times=0))
    for number in range(READERS):
        domain = "example.test" if number % 3 else f"small{number}.test"
        one = make_subscription(weekly, make_contact(f"r{number}.{mark}@{domain}"))
        at = now - timedelta(minutes=50 - number % 13)
        state, reason = ("failed", "5.1.1") if number in {4, 5} else ("sent", None)
        dates = {"delivered_at": at if state == "sent" else None, "bounced_at": at if number == 4 else None}
        where = {"contact_id": one.contact_id, "subscription_id": one.id, "domain": domain}
        left = at + timedelta(minutes=3) if number in {7, 8} else None
        sending = Sending(campaign_id=campaign.id, state=state, reason=reason, unsubscribed_at=left, **where, **dates)
        db.session.add(sending)
        if number % 4 == 0 and state == "sent":
            subject_id = one.contact.subject_id
            consents.answer(subject_id, PURPOSE, "email", "given", now=now, method="form:test")
            touch = {"number": number % 2, "second": int(now.timestamp()), "at": now}
            db.session.add(Touch(campaign_id=campaign.id, contact_id=one.contact_id, **touch))
    waits = make_subscription(weekly, make_contact(f"waits.{mark}@example.test"))
    where = {"contact_id": waits.contact_id, "subscription_id": waits.id, "domain": "example.test"}
    later = now + timedelta(days=1)  # or the worker would find nothing left to send, and end it
    db.session.add(Sending(campaign_id=campaign.id, state="queued", not_before=later, **where))
    db.session.flush()
    return campaign


def entered(visitor: Callable[..., Page], world: SimpleNamespace, live_server: Any, **options: Any) -> Page:
    page = visitor(**options)
    page.context.add_cookies(
        [{"name": "__Host-session", "value": world.cookie, "url": live_server.url, "secure": True, "httpOnly": True}]
    )
    return page


def test_pages(
    visitor: Callable[..., Page], world: SimpleNamespace, live_server: Any, sound: Callable[[Page], None]
) -> None:
    page = entered(visitor, world, live_server)
    for address in (world.why, world.report, "/marketing/reports"):
        page.goto(address)
        assert page.locator("h1").first.is_visible()
        sound(page)


@pytest.mark.requirement(49)
@pytest.mark.parametrize("javascript", [True, False])
def test_a_running_campaign_is_watched(
    visitor: Callable[..., Page], world: SimpleNamespace, live_server: Any, javascript: bool
) -> None:
    change(world, state="running", finished_at=None, sent=10)
    page = entered(visitor, world, live_server, javascript=javascript)
    page.goto(world.report)
    assert page.get_by_text("16 of 44").is_visible()
    change(world, sent=20)
    if not javascript:
        page.get_by_role("link", name="Load again").click()
    page.get_by_text("26 of 44").wait_for()
    change(world, state="finished", sent=38)
    if not javascript:
        page.get_by_role("link", name="Load again").click()
    page.get_by_text("44 of 44").wait_for()
    expect(page.locator("[data-live]")).to_have_count(0)


def change(world: SimpleNamespace, **values: object) -> None:
    with world.app.app_context():
        for name, value in values.items():
            setattr(db.session.get_one(Campaign, world.campaign_id), name, value)
        db.session.commit()
        for engine in db.engines.values():
            engine.dispose()
