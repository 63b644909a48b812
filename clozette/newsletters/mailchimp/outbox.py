"""What Mailchimp must hear of is written down in the transaction of the change itself (requirements 65, 128)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import g
from sqlalchemy.dialects import postgresql, sqlite

from clozette.kernel import clock, events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ports import mailing_list
from clozette.newsletters.mailchimp.events import TalkAsked
from clozette.newsletters.mailchimp.models import Remote
from clozette.newsletters.subscriptions.events import (
    ContactChanged,
    ContactSuppressed,
    NewsletterTurned,
    SubscriptionChanged,
)
from clozette.newsletters.subscriptions.models import Contact, Subscription
from clozette.privacy.events import ConsentEnded
from clozette.rights.erasure.events import ErasureAsked, ErasureUndone

_WOKEN = "newsletters_mailchimp_woken"


def subscription_changed(event: SubscriptionChanged) -> None:
    """Somebody came or left. Who comes must be told of; of others only if Mailchimp knows them."""
    contact_id = sa.select(Subscription.contact_id).where(Subscription.id == event.subscription_id)
    _mark_if_on(db.session.scalar(contact_id), is_new=event.state == "confirmed")


def newsletter_turned(event: NewsletterTurned) -> None:
    """A newsletter was closed or opened again: of all its subscribers something is to be told, in two statements."""
    if not mailing_list.is_on():
        return
    now = clock.now()
    theirs = sa.select(Subscription.contact_id).where(
        Subscription.newsletter_id == event.newsletter_id, Subscription.state == "confirmed"
    )
    known = sa.update(Remote).where(Remote.contact_id.in_(theirs))
    again = known.values(**_once_more(now))
    db.session.execute(again, execution_options={"synchronize_session": False})
    _mark_unknown(theirs, now)
    db.session.expire_all()
    wake()


def _mark_unknown(contact_ids: sa.Select[Any], now: datetime) -> None:
    """Begin to count for those of contacts of whom Mailchimp was never told; who is added meanwhile was counted."""
    first = {"asked": 1, "done": 0, "asked_at": now, "tries": 0, "told": []}
    columns = [sa.literal(value, Remote.__table__.c[name].type) for name, value in first.items()]
    unknown = contact_ids.where(~sa.exists().where(Remote.contact_id == Subscription.contact_id)).add_columns(*columns)
    build = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    made = build(Remote).from_select(["contact_id", *first], unknown).on_conflict_do_nothing()
    db.session.execute(made)


def contact_changed(event: ContactChanged) -> None:
    """Somebody has another name or address."""
    _mark_if_on(event.contact_id)


def contact_suppressed(event: ContactSuppressed) -> None:
    """Somebody gets no more marketing."""
    _mark_if_on(event.contact_id)


def consent_ended(event: ConsentEnded) -> None:
    """A consent ended; perhaps one that a newsletter needs besides its own."""
    _mark_subject(event.subject_id)


def erasure_asked(event: ErasureAsked) -> None:
    """Nothing goes to somebody who wishes to be forgotten, also while they can take it back."""
    _mark_subject(event.subject_id)


def erasure_undone(event: ErasureUndone) -> None:
    """They stay."""
    _mark_subject(event.subject_id)


def mark(contact_id: int, now: datetime, *, is_new: bool = True) -> None:
    """Count one more change of a contact; ``is_new``: also if Mailchimp does not know it yet."""
    first = {"asked": 1, "done": 0, "asked_at": now, "tries": 0, "told": []}
    if is_new and insert_once(Remote, contact_id=contact_id, **first):
        wake()
        return
    again = sa.update(Remote).where(Remote.contact_id == contact_id).values(**_once_more(now))
    if db.session.execute(again).rowcount:  # type: ignore[attr-defined]
        wake()


def _once_more(now: datetime) -> dict[str, Any]:
    """Count one more change. Who failed before is tried at once; who is in a batch waits for its end (``crowds``), or it
    would undo later what was told meanwhile.
    """
    not_before = sa.case((Remote.tries > 0, sa.null()), else_=Remote.not_before)
    return {"asked": Remote.asked + 1, "asked_at": now, "not_before": not_before}


def wake() -> None:
    """Ask for the talk, once in a transaction."""
    current = db.session.get_transaction()
    if current is None or g.get(_WOKEN) is not current:
        setattr(g, _WOKEN, current)
        events.publish(TalkAsked())


def _mark_subject(subject_id: int) -> None:
    _mark_if_on(db.session.scalar(sa.select(Contact.id).where(Contact.subject_id == subject_id)))


def _mark_if_on(contact_id: int | None, *, is_new: bool = False) -> None:
    if contact_id is not None and mailing_list.is_on():
        mark(contact_id, clock.now(), is_new=is_new)
