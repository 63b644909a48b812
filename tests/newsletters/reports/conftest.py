"""A campaign that counts what is read of it, sent for real to the post in memory."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import bulk_mail
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.reports.tracking import PURPOSE
from clozette.newsletters.sending import engine, senders, services
from clozette.newsletters.subscriptions.models import Subscription
from clozette.privacy import consents
from tests.factories import accounts
from tests.factories.newsletters import make_campaign, make_newsletter, make_subscription
from tests.support.client import Client

PLAIN = "https://shop.example/one?a=1&b=2"
OTHER = "https://shop.example/two"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def agree(subscription: Subscription) -> None:
    """Let somebody agree that what they read is noted."""
    consents.answer(subscription.contact.subject_id, PURPOSE, "email", "given", now=clock.now(), method="form:test")


@dataclass
class Sent:
    """A campaign that went out."""

    app: Flask
    campaign: Campaign
    subscriptions: list[Subscription]

    def html(self, subscription: Subscription) -> str:
        """Return the mail that a subscriber got."""
        return self._part(subscription, "html")

    def text(self, subscription: Subscription) -> str:
        """Return its text."""
        return self._part(subscription, "plain")

    def links(self, subscription: Subscription) -> list[str]:
        """Return the counted links of the mail that a subscriber got, as paths."""
        return re.findall(r'href="https://[^/]+(/c/[^"]+)"', self.html(subscription))

    def picture(self, subscription: Subscription) -> str:
        """Return the path of the counted picture."""
        found = re.search(r'src="https://[^/]+(/o/[^"]+)"', self.html(subscription))
        assert found
        return found.group(1)

    def _part(self, subscription: Subscription, kind: str) -> str:
        post = bulk_mail.post(self.app)
        (letter,) = [one for one in post.letters if one.recipient == subscription.contact.address]  # type: ignore[attr-defined]
        mail = message_from_bytes(letter.data, policy=policy.default)
        part = mail.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@pytest.fixture
def send(app: Flask, db_session: orm.Session) -> Iterator[Callable[..., Sent]]:
    """Give ``send(number, agreeing)``: a campaign with two links that went out to so many, the first of whom agreed."""

    def sent(number: int = 2, agreeing: int = 1, **columns: object) -> Sent:
        newsletter = make_newsletter()
        subscriptions = [make_subscription(newsletter) for _ in range(number)]
        for one in subscriptions[:agreeing]:
            agree(one)
        words = f"Hello, [one]({PLAIN}) and [two]({OTHER})."
        columns = {"tracks": True, "blocks": [{"kind": "text", "markdown": words}], **columns}
        campaign = make_campaign(newsletter, **columns)
        services.start(campaign, clock.now())
        db.session.commit()
        senders.beat(clock.now())
        engine.step(clock.now())
        db.session.commit()
        db.session.expire_all()
        return Sent(app, campaign, subscriptions)

    bulk_mail.post(app).clear()  # type: ignore[attr-defined]
    senders.forget_me(app)
    yield sent
    senders.forget_me(app)
    bulk_mail.post(app).clear()  # type: ignore[attr-defined]


@pytest.fixture
def stranger(app: Flask) -> Client:
    """Whoever has a mail, without cookies."""
    made = app.test_client(use_cookies=False)
    assert isinstance(made, Client)
    return made


@pytest.fixture
def editor(app: Flask, db_session: orm.Session) -> Client:
    """Marketing staff, signed in."""
    client = app.test_client()
    assert isinstance(client, Client)
    accounts.sign_in(client, accounts.make_member("edith", roles=("marketing",)), second_factor=True)
    return client
