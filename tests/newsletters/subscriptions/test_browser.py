"""Subscribing, the account's page and the pages of marketing in a real Chromium, in both widths."""

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.newsletters.subscriptions import services
from clozette.settings import Settings
from tests.factories import accounts
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def there(live_server):
    """Make newsletters, a reader with one of them, a sign-up that waits, and the cookies of a member and an editor."""
    number = next(_numbers)
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        now, description = clock.now(), "The looks people loved this week, and one garment worn five ways."
        weekly = make_newsletter(f"weekly-{number}", title="The Friday Rail", description=description)
        make_newsletter(f"monthly-{number}", title="Isi Lemari", language="id", frequency="Setiap awal bulan")
        ada = accounts.make_member(f"ada_reads_{number}")
        make_subscription(weekly, make_contact(ada.email))
        contact = services.contact_for(f"waits_{number}@example.test", now)
        names = {"first_name": "Ada", "last_name": "Mode", "locale": "en"}
        signup = services.sign_up(contact, [weekly.id], **names, method="form", stamped=None, now=now)
        editor = accounts.make_member(f"editor_{number}", roles=("marketing",))
        made = SimpleNamespace(
            email=ada.email, weekly=weekly.slug, home=f"/marketing/newsletters/{ids.encode(weekly.id)}"
        )
        made.cookies = {}
        for name, member in (("ada", ada), ("editor", editor)):
            client = app.test_client()
            accounts.sign_in(client, member, second_factor=member is editor)
            value = client.get_cookie("__Host-session", domain="localhost").value
            made.cookies[name] = {"name": "__Host-session", "value": value, "url": live_server.url, "secure": True}
        # Mail to it came back, so that the worker sends none, and the token stays this one.
        services.suppress(contact, "bounced", source="dsn", now=now)
        made.token = services.new_token(signup)
        db.session.commit()
    return made


@pytest.mark.requirement(34)
def test_subscribing(visitor, sound, there) -> None:
    page = visitor()
    for path in ("/newsletters", f"/newsletters/{there.weekly}"):
        page.goto(path)
        sound(page)
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Mode")
    page.get_by_label("Mail address").fill(there.email)
    page.get_by_role("button", name="Subscribe to").click()
    page.wait_for_url("**/newsletters/sent")
    sound(page)


@pytest.mark.requirement(34)
def test_the_button_has_the_focus(visitor, axe, sound, there) -> None:
    page = visitor()
    page.goto(f"/newsletters/confirm/{there.token}")
    button = page.get_by_role("button", name="Yes, subscribe me")
    expect(button).to_be_focused()
    sound(page)
    page.reload()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/newsletters/welcome")
    axe(page)


def test_in_the_account(visitor, sound, there) -> None:
    page = visitor()
    page.context.add_cookies([there.cookies["ada"]])
    page.goto("/settings/newsletters")
    sound(page)
    page.get_by_role("button", name="End “The Friday Rail”").first.click()
    expect(page.get_by_text("“The Friday Rail” ended.").first).to_be_visible()


def test_marketing(visitor, sound, there, tmp_path: Path) -> None:
    page = visitor()
    page.context.add_cookies([there.cookies["editor"]])
    for path in ("/marketing/newsletters", "/marketing/newsletters/new", there.home, f"{there.home}/edit"):
        page.goto(path)
        sound(page)
    page.goto("/marketing/subscribers")
    page.get_by_label("Mail address").fill(there.email)
    page.get_by_label("Reason").fill("She wrote to us")
    page.get_by_role("button", name="Look it up").click()
    sound(page)
    file = tmp_path / "list.csv"
    file.write_text("EMAIL,FNAME,LNAME\nada@example.test,Ada,Mode\nbea@example.test,,Mode\n")
    page.goto(f"{there.home}/imports")
    sound(page)
    page.locator("#f-file").set_input_files(file)
    page.get_by_label("Where they agreed").fill("The shop")
    page.get_by_label("When, at the latest").fill("2026-03-01")
    page.get_by_label("The words they agreed to").fill("Yes, send me The Friday Rail.")
    page.get_by_role("button", name="Look at the file").click()
    sound(page)
