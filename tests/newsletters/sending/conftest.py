"""A campaign that is ready to go, the post in memory, and a worker that is alive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import bulk_mail
from clozette.kernel.ports.bulk_mail import MemoryPost
from clozette.newsletters.campaigns.models import Campaign, Compiled
from clozette.newsletters.campaigns.rendering import Rendered
from clozette.newsletters.campaigns.slots import slot
from clozette.newsletters.sending import engine, senders
from clozette.newsletters.sending.message import Stamp, compile_mail, digest
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions.models import Newsletter, Subscription
from tests.factories.newsletters import make_campaign, make_newsletter, make_subscription

HTML = f'<p>Hello {slot("first_name")},</p><p><a href="{slot("unsubscribe_url")}">UNSUBSCRIBE</a> ü</p>'
TEXT = f"Hello {slot('first_name')},\n\nUNSUBSCRIBE: {slot('unsubscribe_url')}\n"


def rendered(**changes: str) -> Rendered:
    """Return a small mail."""
    return Rendered(**{"subject": "News for you", "preview": "", "html": HTML, "text": TEXT, **changes})


def compile_for(app: Flask, campaign: Campaign, letter: str = "", **changes: str) -> None:
    """Keep a campaign's compiled mail."""
    made = compile_mail(rendered(**changes), Stamp.of(campaign), app.extensions["clozette.settings"])
    values: dict[str, Any] = {"template": made.to_json(), "digest": digest(made), "made_at": clock.now()}
    db.session.add(Compiled(campaign_id=campaign.id, letter=letter, **values))
    db.session.flush()


@dataclass
class Run:
    """A campaign under way."""

    app: Flask
    post: MemoryPost
    newsletter: Newsletter
    campaign: Campaign
    subscriptions: list[Subscription] = field(default_factory=list)

    def turn(self) -> None:
        """Let a worker do all there is to do."""
        db.session.commit()
        senders.beat(clock.now())
        engine.step(clock.now())
        db.session.commit()
        db.session.expire_all()

    def states(self) -> list[str]:
        """Return what became of each subscription's mail, in their order."""
        db.session.expire_all()
        found = [db.session.get(Sending, (self.campaign.id, one.contact_id)) for one in self.subscriptions]
        return [one.state if one else "none" for one in found]

    def got(self) -> list[str]:
        """Return to whom letters went, in their order."""
        return [letter.recipient for letter in self.post.letters]


@pytest.fixture
def post(app: Flask) -> Iterator[MemoryPost]:
    """Give the post in memory, empty."""
    found = bulk_mail.post(app)
    assert isinstance(found, MemoryPost)
    found.clear()
    yield found
    found.clear()


@pytest.fixture
def run(app: Flask, db_session: orm.Session, post: MemoryPost) -> Iterator[Callable[..., Run]]:
    """Give ``run(number, **columns)``: a compiled campaign to so many readers, waiting to be queued."""

    def make(number: int = 3, **columns: Any) -> Run:
        newsletter = make_newsletter()
        subscriptions = [make_subscription(newsletter) for _ in range(number)]
        subscriptions.sort(key=lambda one: one.contact_id)
        campaign = make_campaign(newsletter, **{"state": "queueing", "started_at": clock.now(), **columns})
        compile_for(app, campaign)
        return Run(app, post, newsletter, campaign, subscriptions)

    senders.forget_me(app)
    yield make
    senders.forget_me(app)
