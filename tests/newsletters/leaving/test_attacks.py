"""Leave links and choices under odd requests, and undos that come after other deeds."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.newsletters import keys
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Subscription
from tests.factories.newsletters import make_newsletter, make_subscription
from tests.support.client import Client

PAIR = {"data": b"List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def stranger(app: Flask) -> Client:
    """A program without cookies."""
    made = app.test_client(use_cookies=False)
    assert isinstance(made, Client)
    return made


def token_of(subscription: Subscription, use: str = "leave") -> str:
    return keys.token(use, keys.Link(subscription.id, 0))


@pytest.mark.requirement(58)
@pytest.mark.parametrize("shape", ["/u//{}", "/u/{}/", "/u/{}//", "/u/{}?utm=1", "/u/./{}", "/u/%2F{}"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_nobody_is_ever_led_elsewhere(stranger: Client, db_session: orm.Session, shape: str, method: str) -> None:
    subscription = make_subscription(make_newsletter())
    path = shape.format(token_of(subscription))
    answer = stranger.open(path, method=method, csrf=False, **(PAIR if method == "POST" else {}))
    assert answer.status_code in {200, 404, 405}
    assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
    if method != "POST":
        assert subscription.state == "confirmed"


@pytest.mark.requirement(62)
@pytest.mark.parametrize("use", ["preferences", "why", "open", "click:0"])
def test_a_token_of_another_use_leaves_nothing(stranger: Client, db_session: orm.Session, use: str) -> None:
    subscription = make_subscription(make_newsletter())
    assert stranger.post(f"/u/{token_of(subscription, use)}", csrf=False, **PAIR).status_code == 404
    assert subscription.state == "confirmed"
    for path in ("/preferences", "/why"):
        assert stranger.get(f"{path}/{token_of(subscription)}").status_code == 404


@pytest.mark.requirement(57)
@pytest.mark.parametrize(
    "body",
    [
        {"data": b"x" * 2_000_000, "content_type": "application/x-www-form-urlencoded"},
        {"data": b"x=" + b"y" * 200_000, "content_type": "application/x-www-form-urlencoded"},
        {"data": b"&" * 5000, "content_type": "application/x-www-form-urlencoded"},
        {"data": b"--b\r\n" * 5000, "content_type": "multipart/form-data; boundary=b"},
        {
            "data": b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n",
            "content_type": "multipart/form-data; boundary=b",
        },
        {"data": b"leave=\xff\xfe&undo=\x00", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"\x00\xff" * 10, "content_type": "application/octet-stream"},
        {"data": b"[" * 60_000, "content_type": "application/json"},
    ],
    ids=["huge", "large", "many", "parts", "unfinished", "bytes", "binary", "json"],
)
def test_odd_bodies_are_no_fault_of_ours(stranger: Client, db_session: orm.Session, body) -> None:
    subscription = make_subscription(make_newsletter())
    token = token_of(subscription)
    for path in (f"/u/{token}", f"/u/{token}/undo", f"/preferences/{token_of(subscription, 'preferences')}"):
        answer = stranger.post(path, csrf=False, **body)
        assert 400 <= answer.status_code < 500, path
    assert subscription.state == "confirmed"


@pytest.mark.requirement(45, 61)
def test_an_undo_takes_back_its_own_deed_alone(db_session: orm.Session) -> None:
    first = make_subscription(make_newsletter())
    second = make_subscription(make_newsletter(), first.contact)
    start = clock.now()
    token = token_of(first)
    left = leaving.act(token, leaving.PAGE, start, everything=True)
    assert left is not None and left.undo
    later = start + timedelta(minutes=5)
    how = {"method": "form:settings", "source": "settings", "now": later}
    services.know(first.contact, "Ada", "Mode", locale="en", now=later)
    services.subscribe(first.contact, first.newsletter, **how)
    leaving.act(token, leaving.PAGE, start + timedelta(minutes=10), everything=True)
    leaving.undo(left.undo, start + timedelta(minutes=15))
    assert second.state == "confirmed"
    assert suppressions.reasons_for(first.contact.address_key) == {"left"}, "a later wish stands"
