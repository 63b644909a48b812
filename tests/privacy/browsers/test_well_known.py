"""Addresses where programs look."""

from datetime import UTC, datetime, timedelta

import pytest

from clozette.privacy.browsers import views
from tests.support.client import Client

pytestmark = pytest.mark.engines("sqlite")


@pytest.mark.requirement(114)
def test_gpc_is_said_to_be_honoured_since_a_day(client: Client) -> None:
    answer = client.get("/.well-known/gpc.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {"gpc": True, "lastUpdate": views.GPC_SINCE}
    assert datetime.fromisoformat(views.GPC_SINCE)


@pytest.mark.requirement(135)
def test_security_txt(client: Client) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = [line.split(": ", 1) for line in answer.text.splitlines()]
    said = [value for name, value in lines if name == "Contact"]
    assert said[0] == "mailto:hello@clozette.test"
    assert said[1].startswith("https://")
    assert [name for name, _ in lines].count("Expires") == 1
    assert ["Canonical", "https://localhost/.well-known/security.txt"] in lines


@pytest.mark.requirement(135)
def test_security_txt_is_renewed_in_time() -> None:
    """Thirty days before its end this fails: read it again, and set a later day."""
    left = datetime.fromisoformat(views.SECURITY_EXPIRES) - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


@pytest.mark.requirement(135)
def test_change_password_leads_to_the_form(client: Client) -> None:
    answer = client.get("/.well-known/change-password")
    assert answer.status_code in {302, 303, 307}
    assert answer.headers["Location"] == "/change"


@pytest.mark.requirement(135)
def test_what_should_not_exist_does_not(client: Client) -> None:
    address = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert client.get(address).status_code == 404
