"""What staff do with newsletters and suppressed addresses; every look at a person's record is written down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts import addresses
from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.viewer import Viewer
from clozette.newsletters import keys
from clozette.newsletters.subscriptions import queries, services, suppressions
from clozette.newsletters.subscriptions.events import NewsletterTurned
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription, Suppression, SuppressionNote
from clozette.newsletters.subscriptions.rules import STATES
from clozette.privacy import staff_reads

SHOWN = ("address", "first_name", "last_name", "locale", "confirmed_at", "subscriptions", "suppressions")
"""What the page of a subscriber shows."""


@dataclass(frozen=True)
class Found:
    """What is known of an address: the contact, if there is one, and why it gets no mail."""

    address: str
    contact: Contact | None
    suppressed: list[Suppression]
    notes: list[SuppressionNote]


@dataclass(frozen=True)
class Listed:
    """A line of the list of subscribers. The address is cut: a list is no look at somebody's record."""

    id: int
    address: str
    state: str
    source: str
    changed_at: datetime


def create(data: dict[str, Any], now: datetime) -> Newsletter:
    """Add a newsletter.

    :raises Refused: if its short name is taken.
    """
    values = {**data, "id": new_id(), "created_at": now}
    if not insert_once(Newsletter, **values):
        raise Refused(Refusal("slug_taken", _("Another newsletter has this name."), "slug"))
    return db.session.get_one(Newsletter, values["id"])


def change(newsletter: Newsletter, data: dict[str, Any]) -> None:
    """Change what a newsletter says of itself."""
    for name, value in data.items():
        setattr(newsletter, name, value)
    db.session.flush()


def close(newsletter: Newsletter, now: datetime) -> None:
    """Let nobody subscribe any more, and send nothing; who is subscribed stays so."""
    _turn(newsletter, Newsletter.closed_at.is_(None), now)


def reopen(newsletter: Newsletter) -> None:
    """Open it again."""
    _turn(newsletter, Newsletter.closed_at.is_not(None), None)


def _turn(newsletter: Newsletter, still: sa.ColumnElement[bool], closed_at: datetime | None) -> None:
    step = sa.update(Newsletter).where(Newsletter.id == newsletter.id, still).values(closed_at=closed_at)
    turned = bool(db.session.execute(step).rowcount)  # type: ignore[attr-defined]
    db.session.refresh(newsletter)
    if turned:
        events.publish(NewsletterTurned(newsletter.id))


def newsletters() -> list[tuple[Newsletter, int]]:
    """Return every newsletter with how many are subscribed."""
    counted = sa.select(Subscription.newsletter_id, sa.func.count()).where(Subscription.state == "confirmed")
    numbers: dict[int, int] = dict(iter(db.session.execute(counted.group_by(Subscription.newsletter_id))))
    every = db.session.scalars(sa.select(Newsletter).order_by(Newsletter.closed_at.is_not(None), Newsletter.title))
    return [(one, numbers.get(one.id, 0)) for one in every]


def counts(newsletter: Newsletter) -> dict[str, int]:
    """Return how many stand how to a newsletter."""
    counted = sa.select(Subscription.state, sa.func.count()).where(Subscription.newsletter_id == newsletter.id)
    found: dict[str, int] = dict(iter(db.session.execute(counted.group_by(Subscription.state))))
    return {state: found[state] for state in STATES if state in found}


def subscribers(newsletter: Newsletter, state: str, after: int | None) -> Page[Listed]:
    """Return a page of a newsletter's subscribers, the newest first."""
    mine = (
        sa.select(Subscription.id, Contact.address, Subscription.state, Subscription.source, Subscription.changed_at)
        .join(Subscription.contact)
        .where(Subscription.newsletter_id == newsletter.id)
    )
    if state:
        mine = mine.where(Subscription.state == state)
    if after is not None:
        mine = mine.where(Subscription.id < after)
    rows = db.session.execute(mine.order_by(Subscription.id.desc()).limit(PAGE_SIZE + 1)).all()
    listed = [Listed(row.id, cut(row.address), row.state, row.source, row.changed_at) for row in rows]
    return page_of(listed, key=lambda one: one.id)


def cut(address: str) -> str:
    """Return as much of an address as helps to tell two apart."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def find(typed: str, *, reader: Viewer, reason: str, now: datetime) -> Found:
    """Return what is known of an address, and write down that it was looked at, and why."""
    found = known(typed)
    if found.contact is not None:
        assert reader.subject_id is not None
        staff_reads.note(
            subject_id=found.contact.subject_id,
            reader_id=reader.subject_id,
            what="newsletters",
            reason=reason,
            now=now,
            fields=SHOWN,
        )
    return found


def known(typed: str) -> Found:
    """Return what is known of an address."""
    canonical = addresses.canonical(typed) or ""
    key = keys.address_key(canonical)
    standing = sa.select(Suppression).where(Suppression.address_key == key, suppressions.is_standing())
    notes = sa.select(SuppressionNote).where(SuppressionNote.address_key == key).order_by(SuppressionNote.id.desc())
    return Found(
        canonical,
        queries.contact_of(canonical),
        list(db.session.scalars(standing.order_by(Suppression.at))),
        list(db.session.scalars(notes.limit(20))),
    )


def suppress(typed: str, *, because: str, by_id: int | None, now: datetime) -> None:
    """Let an address get no mail, whether we know somebody by it or not."""
    found = known(typed)
    key = keys.address_key(found.address)
    if found.contact is not None:
        new = services.suppress(found.contact, "staff", source="staff", now=now)
    else:
        new = suppressions.suppress(key, "staff", source="staff", now=now)
    if new:
        _note(key, "staff", "added", because, by_id, now)


def lift(typed: str, reason: str, *, because: str, by_id: int | None, now: datetime) -> None:
    """Let an address get mail again that staff suppressed, or that bounced.

    What its reader decided themself (to leave, to complain, to be forgotten), only its reader takes back.

    :raises Refused: if it is not suppressed for that.
    """
    key = keys.address_key(addresses.canonical(typed) or "")
    if reason not in suppressions.reasons_for(key):
        raise Refused(Refusal("not_suppressed", _("This address is not suppressed for that."), "email"))
    suppressions.lift(key, [reason], now)
    _note(key, reason, "lifted", because, by_id, now)


def _note(key: str, reason: str, deed: str, because: str, by_id: int | None, now: datetime) -> None:
    values = {"address_key": key, "reason": reason, "deed": deed, "because": because, "by_id": by_id, "at": now}
    db.session.add(SuppressionNote(**values))
    db.session.flush()
