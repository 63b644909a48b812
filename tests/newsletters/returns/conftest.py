"""A campaign that went out, and ways for its mails to come back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.newsletters import keys
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.returns import services
from clozette.newsletters.returns.models import Return
from clozette.newsletters.sending import names
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from tests.factories.newsletters import make_campaign, make_newsletter, make_subscription

DOMAIN = "news.clozette.test"


@dataclass
class Sent:
    """A mail of a campaign that the next server took."""

    app: Flask
    campaign: Campaign
    subscription: Subscription

    @property
    def contact(self) -> Contact:
        return self.subscription.contact

    @property
    def path(self) -> str:
        return names.verp(self.campaign.id, self.contact.id, DOMAIN)

    @property
    def message_id(self) -> str:
        return f"{names.name_of(self.campaign.id, self.contact.id, 'messages')}@{DOMAIN}"

    @property
    def token(self) -> str:
        return keys.token("leave", keys.Link(self.subscription.id, self.campaign.id))

    @property
    def sending(self) -> Sending:
        return db.session.get_one(Sending, (self.campaign.id, self.contact.id), populate_existing=True)

    @property
    def reasons(self) -> set[str]:
        return suppressions.reasons_for(self.contact.address_key)


def back(app: Flask, content: bytes, *recipients: str) -> Return:
    """Let a mail come back, and let a worker read it; return its row."""
    services.keep(content, recipients, via="smtp", now=clock.now())
    tasks.drain(app)
    db.session.expire_all()
    return db.session.scalars(sa.select(Return).order_by(Return.id.desc()).limit(1)).one()


def send(app: Flask, newsletter: Newsletter, subscription: Subscription, at: datetime | None = None) -> Sent:
    campaign = make_campaign(newsletter, state="finished", recipients=1, sent=1)
    row = Sending(
        campaign_id=campaign.id,
        contact_id=subscription.contact_id,
        subscription_id=subscription.id,
        domain=subscription.contact.domain,
        state="sent",
        delivered_at=at or clock.now() - timedelta(minutes=5),
    )
    db.session.add(row)
    db.session.flush()
    return Sent(app, campaign, subscription)


@pytest.fixture
def sent(app: Flask, db_session: orm.Session) -> Callable[..., Sent]:
    """Give ``sent()``: a mail to a new reader; ``sent(to=another)``: one more campaign to the same."""

    def make(to: Sent | None = None, at: datetime | None = None) -> Sent:
        if to is not None:
            return send(app, to.subscription.newsletter, to.subscription, at)
        newsletter = make_newsletter()
        return send(app, newsletter, make_subscription(newsletter), at)

    return make
