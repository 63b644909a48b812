"""Whoever ended something at Mailchimp has ended it here: through the same machine as everywhere (requirements 130, 131)."""

from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.newsletters.mailchimp import rules
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact, Subscription

SOURCE = "mailchimp"
SEEN = "mailchimp"
HEARD = "mailchimp_webhook"


def ended_there(contact: Contact, how: str, now: datetime, *, method: str = SEEN, at: datetime | None = None) -> bool:
    """End what ended there (``left``, ``bounced``, ``complained``); say whether that changed anything here.

    :param at: when it ended there, if that is known: a yes that was given here since stands.
    """
    if at is not None and _said_yes_since(contact, at):
        return False
    if how in {"bounced", "complained"}:
        before = _states(contact)
        happening = {"bounced": "bounce", "complained": "complain"}[how]
        services.come_back_wrong(contact, happening, source=SOURCE, now=now)  # type: ignore[arg-type]
        return before != _states(contact)
    # One audience holds all our newsletters: who leaves it leaves all of them, until they ask for one again.
    changed = services.suppress(contact, "left", source=SOURCE, now=now)
    for subscription in _subscriptions(contact):
        changed |= services.leave(subscription, method=method, now=now)
    return changed


def switched_off_there(contact: Contact, newsletter_id: int, now: datetime, *, method: str = SEEN) -> bool:
    """End one newsletter that somebody switched off there."""
    mine = (Subscription.contact_id == contact.id, Subscription.newsletter_id == newsletter_id)
    subscription = db.session.scalar(sa.select(Subscription).where(*mine))
    return subscription is not None and services.leave(subscription, method=method, now=now)


def _said_yes_since(contact: Contact, at: datetime) -> bool:
    yes = [one.confirmed_at for one in _subscriptions(contact) if one.state == "confirmed" and one.confirmed_at]
    return any(rules.is_later(one, at) for one in yes)


def _states(contact: Contact) -> list[str]:
    return [one.state for one in _subscriptions(contact)]


def _subscriptions(contact: Contact) -> list[Subscription]:
    mine = sa.select(Subscription).where(Subscription.contact_id == contact.id).order_by(Subscription.id)
    return list(db.session.scalars(mine.execution_options(populate_existing=True)))
