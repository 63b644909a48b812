"""What people text back, by the provider's signed webhook."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.ports import sms
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.texts import answers, services
from clozette.newsletters.texts.models import Answer, TextSending
from tests.newsletters.texts.conftest import SECRET
from tests.newsletters.texts.test_campaigns import NOON, give, make_phone, make_text, run, start, state_of
from tests.support.application import Clock
from tests.support.client import Client

pytestmark = pytest.mark.usefixtures("provider")
NUMBER = "+6581234567"


@pytest.fixture
def hook(app: Flask, stopped_clock: Clock) -> Callable[..., Any]:
    """Return what calls in as the provider does: no cookie, no token."""
    stopped_clock.stop(NOON)
    caller = app.test_client(use_cookies=False)
    assert isinstance(caller, Client)

    def call(said: object, *, secret: str = SECRET, age: int = 0) -> Any:
        body = json.dumps(said).encode() if not isinstance(said, bytes) else said
        at = int(clock.now().timestamp()) - age
        mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Texts-Signature": f"t={at},v1={mac}", "Origin": "https://provider.test"}
        return caller.post("/webhooks/texts", data=body, content_type="application/json", headers=headers, csrf=False)

    return call


def said(text: str, name: str = "1", sender: str = NUMBER) -> dict[str, str]:
    return {"kind": "answer", "id": name, "from": sender, "text": text}


@pytest.mark.requirement(68)
def test_stop_counts_at_once(app: Flask, hook: Callable[..., Any], provider: sms.MemoryTexter) -> None:
    phone = make_phone(NUMBER, "our_news", "partner_offers")
    text = start(make_text())
    answer = hook(said("Stop"))
    assert answer.status_code == 204 and "Set-Cookie" not in answer.headers
    assert services.standing(phone.subject_id) == set()
    assert suppressions.reasons_for(services.key_of(NUMBER)) == {"left"}
    assert state_of(text, phone)[0] == "skipped"
    run(app)
    tasks.drain(app)
    (message,) = provider.texts
    assert message.text == "Clozette: you get no more texts from us. To get them again: https://localhost/texts"


@pytest.mark.requirement(68)
def test_stop_twice_is_stop_once(app: Flask, hook: Callable[..., Any], provider: sms.MemoryTexter) -> None:
    make_phone(NUMBER)
    for name in ("1", "1", "2"):
        assert hook(said("STOP", name)).status_code == 204
    tasks.drain(app)
    assert len(provider.texts) == 2, "one for each that they texted"
    assert suppressions.reasons_for(services.key_of(NUMBER)) == {"left"}


@pytest.mark.requirement(68)
def test_an_unknown_number_can_stop_what_may_come(app: Flask, hook: Callable[..., Any], provider: Any) -> None:
    assert hook(said("STOP")).status_code == 204
    assert suppressions.reasons_for(services.key_of(NUMBER)) == {"left"}
    tasks.drain(app)
    assert not provider.texts


@pytest.mark.requirement(68)
def test_help_is_answered(app: Flask, hook: Callable[..., Any], provider: sms.MemoryTexter) -> None:
    phone = make_phone(NUMBER)
    hook(said("help"))
    tasks.drain(app)
    (message,) = provider.texts
    assert "Clozette" in message.text and "+6590001111" in message.text and "/contact" in message.text
    assert services.standing(phone.subject_id) == {"our_news"}


@pytest.mark.requirement(68)
@pytest.mark.parametrize("word", ["STOP", "HELP", "START"])
def test_an_answer_that_is_tried_again_comes_once(
    app: Flask, hook: Callable[..., Any], provider: sms.MemoryTexter, tried_twice: Callable[[str], None], word: str
) -> None:
    make_phone(NUMBER)
    hook(said(word))
    tried_twice("newsletters.text_answer")
    tasks.drain(app)
    assert len(provider.texts) == 1


@pytest.mark.requirement(68)
def test_start_is_no_consent(app: Flask, hook: Callable[..., Any], provider: sms.MemoryTexter) -> None:
    phone = make_phone(NUMBER)
    hook(said("STOP"))
    hook(said("START", "2"))
    tasks.drain(app)
    assert provider.texts[-1].text.endswith("https://localhost/texts")
    assert services.standing(phone.subject_id) == set()
    assert suppressions.reasons_for(services.key_of(NUMBER)) == {"left"}


@pytest.mark.requirement(68, 69)
def test_a_consent_elsewhere_does_not_lift_a_stop(app: Flask, hook: Callable[..., Any], provider: Any) -> None:
    phone = make_phone(NUMBER)
    make_phone("+6581234568")
    hook(said("STOP"))
    tasks.drain(app)
    provider.clear()
    give(phone, "our_news")
    start(make_text())
    run(app)
    assert [one.to for one in provider.texts] == ["+6581234568"]


def test_other_words_change_nothing(app: Flask, hook: Callable[..., Any], provider: Any) -> None:
    phone = make_phone(NUMBER)
    assert hook(said("Thank you, don't stop!")).status_code == 204
    assert hook(said("STOP", "3", "Clozette")).status_code == 204
    tasks.drain(app)
    assert not provider.texts and services.standing(phone.subject_id) == {"our_news"}


def test_who_did_not_sign_is_not_heard(hook: Callable[..., Any], settings: Callable[..., None]) -> None:
    phone = make_phone(NUMBER)
    assert hook(said("STOP"), secret="another").status_code == 404
    assert hook(said("STOP"), age=301).status_code == 404
    settings(sms_secret="")
    assert hook(said("STOP"), secret="").status_code == 404
    assert services.standing(phone.subject_id) == {"our_news"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {"kind": "answer"},
        {"kind": "x", "id": "1"},
        {**said("STOP"), "id": ""},
        {**said("STOP"), "text": 1},
    ],
    ids=range(6),
)
def test_odd_messages(hook: Callable[..., Any], db_session: orm.Session, body: object) -> None:
    assert hook(body).status_code == 422
    assert not db_session.query(Answer).all()


def test_a_message_has_a_longest_length(hook: Callable[..., Any]) -> None:
    assert hook(b"x" * 20_000).status_code == 413


def test_receipts(app: Flask, hook: Callable[..., Any], db_session: orm.Session) -> None:
    phone = make_phone(NUMBER)
    text = start(make_text())
    run(app)
    row = db_session.get_one(TextSending, (text.id, phone.id))
    assert hook({"kind": "receipt", "id": "1", "message": row.ref, "state": "delivered"}).status_code == 204
    db_session.refresh(row)
    assert row.delivered_at == clock.now()
    hook({"kind": "receipt", "id": "2", "message": row.ref, "state": "failed"})
    assert state_of(text, phone) == ("failed", "undelivered")


@pytest.mark.parametrize("odd", ["\0", "\ud800", "", "x" * 65])
def test_receipts_of_nothing_and_odd_names(hook: Callable[..., Any], odd: str) -> None:
    assert hook({"kind": "receipt", "id": "1", "message": odd, "state": "delivered"}).status_code == 204
    assert hook(said("STOP", name=f"{odd}2")).status_code == 204
    assert suppressions.reasons_for(services.key_of(NUMBER)) == {"left"}


def test_what_was_heard_long_ago_is_forgotten(
    hook: Callable[..., Any], db_session: orm.Session, stopped_clock: Clock
) -> None:
    hook(said("hello"))
    assert len(db_session.query(Answer).all()) == 1
    stopped_clock.forward(days=31)
    answers.forget_old(clock.now())
    assert not db_session.query(Answer).all()
