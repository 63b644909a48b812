"""Numbers in other spellings, and answers in other words."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.web import limits
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.texts import regions, rules, services
from tests.newsletters.texts.conftest import SECRET
from tests.newsletters.texts.test_campaigns import make_phone
from tests.support.client import Client

NUMBER = "+6281234567890"


@pytest.fixture
def hook(app: Flask, provider: object) -> Callable[..., Any]:
    """Return what calls in as the provider does."""
    caller = app.test_client(use_cookies=False)
    assert isinstance(caller, Client)

    def call(said: object) -> Any:
        body, at = json.dumps(said).encode(), int(clock.now().timestamp())
        mac = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Texts-Signature": f"t={at},v1={mac}"}
        return caller.post("/webhooks/texts", data=body, content_type="application/json", headers=headers, csrf=False)

    return call


@pytest.mark.requirement(66)
@pytest.mark.parametrize(
    "typed",
    [
        "+62 812 3456 7890",
        "+62 (0)812-3456-7890",
        "+62 0812 3456 7890",
        "0062 0812 3456 7890",
        "＋６２ 812 3456 7890",
        "\u202a+62 812\u00a03456\u20117890\u202c",
    ],
)
def test_one_number_has_one_spelling(typed: str) -> None:
    assert regions.canonical(typed) == NUMBER
    assert regions.region_of(NUMBER) == regions.COUNTRIES["ID"]


@pytest.mark.requirement(66)
@pytest.mark.parametrize("typed", ["+39 06 1234 5678", "+39 347 123 4567"])
def test_where_the_nought_belongs_to_the_number(typed: str) -> None:
    assert regions.canonical(typed) == typed.replace(" ", "")


@pytest.mark.requirement(68)
@pytest.mark.parametrize("sender", ["+6281234567890", "6281234567890", "+62081234567890", "006281234567890"])
def test_stop_counts_however_the_provider_writes_the_number(hook: Callable[..., Any], sender: str) -> None:
    phone = make_phone(NUMBER)
    assert hook({"kind": "answer", "id": "1", "from": sender, "text": "stop"}).status_code == 204
    assert services.standing(phone.subject_id) == set()
    assert suppressions.reasons_for(services.key_of(NUMBER)) == {"left"}


@pytest.mark.requirement(68)
@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP!",
        "“Stop”",
        "ＳＴＯＰ",
        "\u200bSTOP\u200b",
        "stop: no more",
        "Stop-all",
        "OPT OUT",
        "opt-out please",
        "Optout",
        "REVOKE",
        "remove me",
        "Berhenti",
        "STOPP",
        "ARRÊT",
        "/stop",
        "*STOP*",
    ],
)
def test_stop_in_many_words(text: str) -> None:
    assert rules.word_of(text) == "stop"


@pytest.mark.parametrize("text", ["", "\u200b", "I stopped by", "nonstop", "endless", "...", "Hello", "opt in"])
def test_other_words_are_not_stop(text: str) -> None:
    assert rules.word_of(text) == ""


@pytest.mark.requirement(68)
def test_a_provider_that_calls_often_is_heard(hook: Callable[..., Any]) -> None:
    assert "text_answers.hear" in limits.UNCOUNTED, "one machine of the provider speaks for everybody"
