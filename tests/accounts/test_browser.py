"""Passkeys with Chromium's virtual authenticator, and the pages of accounts under axe."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import Person

pytestmark = pytest.mark.timeout(300)

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def ada(visitor, live_server) -> Person:
    """Somebody who just joined, on a device that can do passkeys."""
    person = Person("Ada", visitor(), live_server)
    with_authenticator(person.page)
    person.join()
    return person


def with_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def test_make_and_use_a_passkey(ada: Person):
    page = ada.page
    page.get_by_role("link", name="Make a passkey").click()
    page.get_by_label("Name of the passkey").fill("my laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("Your passkey is ready").first).to_be_visible()
    expect(page.get_by_text("my laptop", exact=True)).to_be_visible()

    page.goto("/logout")
    page.get_by_role("button", name="Sign out of this device").click()
    page.goto("/settings/sessions")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Devices that are signed in")

    page.goto("/verify?next=/change-email")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change the mail address")


def test_a_device_without_the_passkey_says_so(visitor):
    page = visitor()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That did not work, or was stopped")).to_be_visible()


def test_without_javascript_the_password_is_enough(visitor):
    page = visitor(javascript=False)
    page.goto("/login")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


GUEST_PAGES = ("/register", "/login", "/reset", "/reset/sent", "/confirm", "/logout", "/confirm/x.y")
SETTINGS = ("", "/profile", "/handle", "/security", "/sessions", "/blocks", "/tokens")
OWN_PAGES = (*(f"/settings{name}" for name in SETTINGS), "/change", "/change-email", "/tf-setup", "/verify", "/welcome")


def test_pages_of_guests_are_accessible(visitor, sound: Callable[..., None]):
    guest = visitor()
    for path in GUEST_PAGES:
        guest.goto(path)
        sound(guest)
    guest.goto("/register")
    guest.get_by_role("button", name="Join").evaluate("button => { button.form.noValidate = true; button.click() }")
    expect(guest.get_by_text("Something needs another look")).to_be_visible()
    sound(guest)


def test_pages_of_members_are_accessible(ada: Person, sound: Callable[..., None]):
    for path in OWN_PAGES:
        ada.page.goto(path)
        sound(ada.page)
