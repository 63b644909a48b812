"""Numbers that stay exact when the rows they were counted from go: by an erasure, a withdrawal, or after ninety days.

Counting and deleting are one transaction: whatever is killed between them happened neither.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.reports import reading
from clozette.newsletters.reports.models import Link, Tally, Touch
from clozette.newsletters.reports.tracking import KEPT, PURPOSE
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions.events import ContactGoes
from clozette.newsletters.subscriptions.models import Contact
from clozette.privacy.events import ConsentEnded
from clozette.privacy.models import LedgerEntry

_QUIETLY = {"synchronize_session": False}


def keep_counts(event: ContactGoes) -> None:
    """Count what is known about a contact before it goes."""
    fold(event.contact_id)


def forget(subject_id: int) -> Iterator[int]:
    """Before a person's rows go: what became of the campaigns that they got stays as numbers."""
    for contact_id in db.session.scalars(sa.select(Contact.id).where(Contact.subject_id == subject_id)).all():
        yield fold(contact_id)


def fold(contact_id: int) -> int:
    """Count what became of a contact's mails, and delete the rows; return how many went."""
    gone = fold_touches(Touch.contact_id == contact_id)
    campaign_ids = sa.select(Sending.campaign_id).where(Sending.contact_id == contact_id)
    _lock(db.session.scalars(campaign_ids).all())
    take = sa.delete(Sending).where(Sending.contact_id == contact_id)
    fates = (Sending.campaign_id, Sending.state, Sending.bounced_at, Sending.complained_at, Sending.unsubscribed_at)
    rows = db.session.execute(take.returning(*fates), execution_options=_QUIETLY).all()
    for row in rows:
        later = row.bounced_at is not None and row.state == "sent"
        dates = {name: getattr(row, f"{name}_at") for name in ("bounced", "complained", "unsubscribed")}
        _add(row.campaign_id, bounced_later=int(later), **{name: int(at is not None) for name, at in dates.items()})
    return gone + len(rows)


def forget_touches(event: ConsentEnded) -> None:
    """Forget what somebody read who does not want it noted any more; the numbers stay."""
    entry = db.session.get_one(LedgerEntry, event.entry_id)
    if entry.purpose == PURPOSE:
        fold_touches(Touch.contact_id.in_(sa.select(Contact.id).where(Contact.subject_id == event.subject_id)))


def forget_old_touches(now: datetime) -> int:
    """Forget what was read of campaigns that started ninety days ago; return how many rows that were."""
    return fold_touches(Touch.campaign_id.in_(sa.select(Campaign.id).where(Campaign.started_at < now - KEPT)))


def fold_touches(*which: sa.ColumnElement[bool]) -> int:
    """Count some touches, and delete them; return how many they were."""
    campaign_ids = db.session.scalars(sa.select(Touch.campaign_id).where(*which).distinct()).all()
    _lock(campaign_ids)
    for campaign_id in campaign_ids:
        read = reading.touches(campaign_id, *which)
        _add(campaign_id, opened=read.opened, clicked=read.clicked, machines=read.machines)
        for number, (people, times) in read.links.items():
            link = sa.update(Link).where(Link.campaign_id == campaign_id, Link.number == number)
            more = {"people": Link.people + people, "times": Link.times + times}
            db.session.execute(link.values(**more), execution_options=_QUIETLY)
    done = db.session.execute(sa.delete(Touch).where(*which), execution_options=_QUIETLY)
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


def _lock(campaign_ids: Sequence[int]) -> None:
    """Let one at a time count a campaign: what another one counted meanwhile is gone then, and not counted twice."""
    for campaign_id in sorted(campaign_ids):
        insert_once(Tally, campaign_id=campaign_id)
    held = sa.select(Tally.campaign_id).where(Tally.campaign_id.in_(campaign_ids)).order_by(Tally.campaign_id)
    db.session.execute(held.with_for_update())


def _add(campaign_id: int, **numbers: int) -> None:
    more = {name: getattr(Tally, name) + number for name, number in numbers.items() if number}
    if more:
        step = sa.update(Tally).where(Tally.campaign_id == campaign_id)
        db.session.execute(step.values(**more), execution_options=_QUIETLY)
