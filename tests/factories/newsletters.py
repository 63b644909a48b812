"""Newsletters, contacts, subscriptions and campaigns."""

import itertools
from typing import Any

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription

_numbers = itertools.count(1)


def make_newsletter(slug: str | None = None, **columns: Any) -> Newsletter:
    """Add a newsletter (flushed) in English for the international edition."""
    slug = slug or f"weekly-{next(_numbers)}"
    defaults: dict[str, Any] = {
        "title": f"The {slug}",
        "description": "What people wear this week.",
        "edition": "clozette.co",
        "language": "en",
        "sender_name": "Clozette",
        "reply_to": "hello@clozette.test",
        "created_at": clock.now(),
    }
    newsletter = Newsletter(slug=slug, **defaults | columns)
    db.session.add(newsletter)
    db.session.flush()
    return newsletter


def make_contact(address: str | None = None, **columns: Any) -> Contact:
    """Add a contact (flushed) whose reader once confirmed the address."""
    contact = services.contact_for(address or f"reader_{next(_numbers)}@example.test", clock.now())
    for name, value in ({"first_name": "Ada", "last_name": "Mode", "confirmed_at": clock.now()} | columns).items():
        setattr(contact, name, value)
    db.session.flush()
    return contact


def make_subscription(
    newsletter: Newsletter, contact: Contact | None = None, *, state: str = "confirmed"
) -> Subscription:
    """Add a subscription (flushed) that came to ``state`` the real way, its consent in the ledger."""
    now = clock.now()
    contact = contact or make_contact()
    subscription = Subscription(
        id=new_id(),
        newsletter_id=newsletter.id,
        contact_id=contact.id,
        state="pending",
        source="form",
        asked_at=now,
        changed_at=now,
    )
    db.session.add(subscription)
    db.session.flush()
    if state != "pending":
        services.give(subscription, "confirm", method="double-opt-in", now=now)
    if state == "unsubscribed":
        services.leave(subscription, method="page:preferences", now=now)
    elif state in {"bounced", "complained"}:
        happening: Any = {"bounced": "bounce", "complained": "complain"}[state]
        services.come_back_wrong(contact, happening, source="dsn", now=now)
    return subscription


def make_campaign(newsletter: Newsletter, **columns: Any) -> Campaign:
    """Add a draft (flushed) with one text block that has all that a newsletter must say."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "title": f"Number {number}",
        "subject_line": "What people wear this week",
        "blocks": [{"kind": "text", "markdown": "Hello {{ first_name }}, here is the news."}],
        "rules": [],
        "made_at": clock.now(),
    }
    campaign = Campaign(newsletter_id=newsletter.id, **defaults | columns)
    db.session.add(campaign)
    db.session.flush()
    return campaign
