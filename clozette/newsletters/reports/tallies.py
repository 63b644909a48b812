"""Numbers that stay exact when the rows they were counted from go: by an erasure, a withdrawal, or after ninety days.

Counting and deleting are one transaction: whatever is killed between them happened neither.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.newsletters.campaigns.models import Arm, Campaign
from clozette.newsletters.reports import reading
from clozette.newsletters.reports.models import ArmTally, Link, Tally, Touch
from clozette.newsletters.reports.tracking import KEPT, PURPOSE
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions.events import ContactGoes
from clozette.newsletters.subscriptions.models import Contact
from clozette.privacy.events import ConsentEnded
from clozette.privacy.ledger.state import ANSWERS
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
    mine = sa.select(Sending.campaign_id).where(Sending.contact_id == contact_id)
    campaign_ids = db.session.scalars(mine).all()
    _lock([*campaign_ids, *_touched(Touch.contact_id == contact_id)])  # all at once, or two could wait for each other
    gone = fold_touches(Touch.contact_id == contact_id)
    tried = _tried(campaign_ids)
    agreed = set(db.session.scalars(reading.agreeing(Sending.campaign_id).where(Sending.contact_id == contact_id)))
    take = sa.delete(Sending).where(Sending.contact_id == contact_id)
    rows = db.session.execute(take.returning(*_FATES), execution_options=_QUIETLY).all()
    for row in rows:
        fate = _fate(row)
        _add(row.campaign_id, **fate)
        if row.campaign_id in tried:
            sent = {"recipients": 1, "sent": int(row.state == "sent"), "agreed": int(row.campaign_id in agreed)}
            _add_to_arm(row.campaign_id, row.letter, **fate, **sent)
    return gone + len(rows)


_FATES = (
    Sending.campaign_id,
    Sending.letter,
    Sending.state,
    Sending.bounced_at,
    Sending.complained_at,
    Sending.unsubscribed_at,
)


def _fate(row: Any) -> dict[str, int]:
    dates = {name: getattr(row, f"{name}_at") for name in ("bounced", "complained", "unsubscribed")}
    later = row.bounced_at is not None and row.state == "sent"
    return {"bounced_later": int(later), **{name: int(at is not None) for name, at in dates.items()}}


def forget_touches(event: ConsentEnded) -> None:
    """Forget what somebody read who does not want it noted any more; the numbers stay."""
    entry = db.session.get_one(LedgerEntry, event.entry_id)
    if entry.purpose == PURPOSE:
        theirs = Touch.contact_id.in_(sa.select(Contact.id).where(Contact.subject_id == event.subject_id))
        _keep_agreed(entry, _touched(theirs))
        fold_touches(theirs)


def forget_old_touches(now: datetime) -> int:
    """Forget what was read of campaigns that started ninety days ago; return how many rows that were."""
    return fold_touches(Touch.campaign_id.in_(sa.select(Campaign.id).where(Campaign.started_at < now - KEPT)))


def fold_touches(*which: sa.ColumnElement[bool]) -> int:
    """Count some touches, and delete them; return how many they were."""
    campaign_ids = _touched(*which)
    _lock(campaign_ids)
    tried = _tried(campaign_ids)
    for campaign_id in campaign_ids:
        for letter, numbers in reading.by_arm(campaign_id, *which).items() if campaign_id in tried else ():
            _add_to_arm(campaign_id, letter, **dict(zip(("opened", "clicked", "machines"), numbers, strict=True)))
        read = reading.touches(campaign_id, *which)
        _add(campaign_id, opened=read.opened, clicked=read.clicked, machines=read.machines)
        for number, (people, times) in read.links.items():
            link = sa.update(Link).where(Link.campaign_id == campaign_id, Link.number == number)
            more = {"people": Link.people + people, "times": Link.times + times}
            db.session.execute(link.values(**more), execution_options=_QUIETLY)
    done = db.session.execute(sa.delete(Touch).where(*which), execution_options=_QUIETLY)
    return done.rowcount  # type: ignore[attr-defined,no-any-return]


def _keep_agreed(ended: LedgerEntry, touched: Sequence[int]) -> None:
    """Count somebody among those of each arm who agreed while it was sent, though they don't from now on.

    :param touched: the campaigns that are counted next; they are locked with the others.
    """
    since = _agreed_since(ended)
    if since is None:
        return
    mine = sa.select(Sending.campaign_id, Sending.letter).join(Contact, Contact.id == Sending.contact_id)
    got = (Contact.subject_id == ended.subject_id, Sending.state == "sent", Sending.delivered_at >= since)
    rows = db.session.execute(mine.where(*got)).all()
    tried = _tried([row.campaign_id for row in rows])
    _lock([*tried, *touched])
    for row in rows:
        if row.campaign_id in tried:
            _add_to_arm(row.campaign_id, row.letter, agreed=1)


def _agreed_since(ended: LedgerEntry) -> datetime | None:
    """Return when what ended was agreed to first, however often it was said again; nothing if it had ended before."""
    same = (LedgerEntry.subject_id == ended.subject_id, LedgerEntry.purpose == PURPOSE, LedgerEntry.id < ended.id)
    answers = sa.select(LedgerEntry.action, LedgerEntry.at).where(*same, LedgerEntry.channel == ended.channel)
    latest_first = answers.where(LedgerEntry.action.in_(ANSWERS)).order_by(LedgerEntry.id.desc())
    given = takewhile(lambda row: row.action == "given", db.session.execute(latest_first).all())
    return min((row.at for row in given), default=None)


def _touched(*which: sa.ColumnElement[bool]) -> Sequence[int]:
    return db.session.scalars(sa.select(Touch.campaign_id).where(*which).distinct()).all()


def _tried(campaign_ids: Sequence[int]) -> set[int]:
    """Return those of some campaigns that have arms."""
    return set(db.session.scalars(sa.select(Arm.campaign_id).where(Arm.campaign_id.in_(campaign_ids))))


def _lock(campaign_ids: Sequence[int]) -> None:
    """Let one at a time count a campaign: what another one counted meanwhile is gone then, and not counted twice."""
    for campaign_id in sorted(set(campaign_ids)):
        insert_once(Tally, campaign_id=campaign_id)
    held = sa.select(Tally.campaign_id).where(Tally.campaign_id.in_(campaign_ids)).order_by(Tally.campaign_id)
    db.session.execute(held.with_for_update())


def _add(campaign_id: int, **numbers: int) -> None:
    _add_to(Tally, Tally.campaign_id == campaign_id, numbers)


def _add_to_arm(campaign_id: int, letter: str, **numbers: int) -> None:
    insert_once(ArmTally, campaign_id=campaign_id, letter=letter)
    _add_to(ArmTally, sa.and_(ArmTally.campaign_id == campaign_id, ArmTally.letter == letter), numbers)


def _add_to(table: type[Tally | ArmTally], which: sa.ColumnElement[bool], numbers: Mapping[str, int]) -> None:
    more = {name: getattr(table, name) + number for name, number in numbers.items() if number}
    if more:
        db.session.execute(sa.update(table).where(which).values(**more), execution_options=_QUIETLY)
