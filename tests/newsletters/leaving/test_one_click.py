"""``POST /u/<token>`` as mail programs send it (RFC 8058), and everything that must not act."""

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.newsletters import keys
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Subscription
from clozette.privacy import consents
from tests.factories.newsletters import make_newsletter, make_subscription
from tests.support.client import Client

PAIR = b"List-Unsubscribe=One-Click"
URLENCODED = {"data": PAIR, "content_type": "application/x-www-form-urlencoded"}
MULTIPART = {
    "data": b'--b0undary\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b0undary--\r\n',
    "content_type": "multipart/form-data; boundary=b0undary",
}


def address(subscription: Subscription, campaign_id: int = 0) -> str:
    return "/u/" + keys.token("leave", keys.Link(subscription.id, campaign_id))


def stands(subscription: Subscription) -> bool:
    purpose = services.purpose_for(subscription.newsletter_id)
    return consents.stands(subscription.contact.subject_id, purpose, "email") is not None


@pytest.fixture
def stranger(app: Flask) -> Client:
    """A program without cookies."""
    made = app.test_client(use_cookies=False)
    assert isinstance(made, Client)
    return made


def press(client: Client, path: str, body=URLENCODED, **headers: str):
    return client.post(path, **body, headers=headers, csrf=False)


@pytest.mark.requirement(57, 58)
@pytest.mark.parametrize("body", [URLENCODED, MULTIPART], ids=["urlencoded", "multipart"])
def test_one_click_ends_it(stranger: Client, db_session: orm.Session, body) -> None:
    subscription = make_subscription(make_newsletter())
    answer = press(stranger, address(subscription), body)
    assert answer.status_code == 200
    assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
    assert subscription.state == "unsubscribed" and not stands(subscription)
