"""What subscriptions do when something happens elsewhere; each in the transaction of what happened."""

from collections.abc import Iterator

import sqlalchemy as sa

from clozette.accounts.events import AddressChanged, MemberConfirmed
from clozette.accounts.models import Member, Ticket
from clozette.accounts.services import tickets
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.newsletters.subscriptions import proven, services
from clozette.newsletters.subscriptions.models import Contact
from clozette.privacy.events import ConsentEnded
from clozette.privacy.models import LedgerEntry


def end_with_consent(event: ConsentEnded) -> None:
    """End the subscription that rested on a consent, wherever that was taken back."""
    entry = db.session.get_one(LedgerEntry, event.entry_id)
    purpose, _, thing = (entry.purpose or "").partition(":")
    if purpose != services.PURPOSE or entry.channel != services.CHANNEL:
        return
    subscription = proven.subscription_of(event.subject_id, ids.decode(thing))
    if subscription is not None and subscription.state == "confirmed":
        services.move(subscription, "leave" if entry.action in {"withdrawn", "refused"} else "expire", entry.at)


def follow_address(event: AddressChanged) -> None:
    """Send a member's newsletters to the new address, which the member proved to read."""
    proven.settle(tickets.member_of(db.session.get_one(Ticket, event.ticket_id)), clock.now())


def know_member(event: MemberConfirmed) -> None:
    """Let an account have what its address subscribed to before there was an account."""
    proven.settle(db.session.get_one(Member, event.member_id), clock.now())


def forget(subject_id: int) -> Iterator[int]:
    """Before a person's rows go: their addresses are suppressed, so that no import and no backup brings them back."""
    mine = db.session.scalars(sa.select(Contact).where(Contact.subject_id == subject_id)).all()
    yield sum(services.suppress(one, "erased", source="erasure", now=clock.now()) for one in mine)
