"""Importing: look at a file first, then take it. Nobody who left, complained or is suppressed comes back by it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts import addresses
from clozette.accounts.models import Member
from clozette.kernel import events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters import keys, sealing
from clozette.newsletters.subscriptions import queries, services, suppressions
from clozette.newsletters.subscriptions.events import SubscriptionChanged
from clozette.newsletters.subscriptions.imports import rules
from clozette.newsletters.subscriptions.imports.events import ImportAsked, ImportMade
from clozette.newsletters.subscriptions.imports.models import Import
from clozette.newsletters.subscriptions.imports.rules import Row
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import consents

KEPT = timedelta(days=7)
BATCH = 50
SOURCE = "import"
_STANDING = {"confirmed": "already", "pending": "waiting"}
_KEY = "imports"


def begin(
    newsletter: Newsletter,
    content: bytes,
    *,
    source: str,
    consented_on: date,
    wording: str,
    made_by_id: int | None,
    now: datetime,
) -> Import:
    """Keep a file with its evidence and look at it; nobody is subscribed by that.

    :raises Refused: if it is no list of subscribers, or the newsletter is closed.
    """
    if newsletter.closed_at is not None:
        raise Refused(Refusal("closed", _("This newsletter is closed.")))
    try:
        total = rules.count(content)
    except rules.Unreadable as unreadable:
        raise Refused(Refusal("unreadable", str(unreadable), "file")) from None
    made = Import(
        newsletter_id=newsletter.id,
        made_by_id=made_by_id,
        made_at=now,
        source=source,
        consented_on=consented_on,
        wording=wording,
        sha256=hashlib.sha256(content).hexdigest(),
        content=sealing.seal(_KEY, content),
        state="checking",
        total=total,
        done=0,
        counts={},
        faults=[],
    )
    db.session.add(made)
    db.session.flush()
    events.publish(ImportMade(made.id))
    return made


def go(made: Import) -> bool:
    """Take a file that was looked at; a second press changes nothing."""
    if not _change(made, "checked", state="running", done=0, counts={}, faults=[]):
        return False
    events.publish(ImportAsked(made.id))
    return True


def drop(made: Import, now: datetime) -> bool:
    """Forget a file, also in the middle: whoever was taken stays, with the evidence."""
    dropped = {"state": "dropped", "content": None, "finished_at": now}
    return any(_change(made, state, **dropped) for state in ("checking", "checked", "running"))


def check(import_id: int, save: Callable[[], None]) -> None:
    """Look at every row: what would become of it."""
    _work(import_id, "checking", "checked", save, lambda made, row, now: standing(made.newsletter_id, row, now))


def run(import_id: int, save: Callable[[], None], now: datetime) -> None:
    """Take every row, in batches that are taken whole and counted, or not at all."""
    _work(import_id, "running", "finished", save, take, now)


def standing(newsletter_id: int, row: Row, now: datetime) -> str:
    """Return what would become of a row: one of ``rules.OUTCOMES``."""
    canonical = addresses.canonical(row.data["email"]) or ""
    if suppressions.reasons_for(keys.address_key(canonical)):
        return "suppressed"
    contact = queries.contact_of(canonical)
    if contact is not None:
        mine = (Subscription.newsletter_id == newsletter_id, Subscription.contact_id == contact.id)
        state = db.session.scalar(sa.select(Subscription.state).where(*mine))
        if state is not None:
            return _STANDING.get(state, "left")
    return "guardian" if _is_minor(canonical, contact, now) else "new"


def _is_minor(canonical: str, contact: Contact | None, now: datetime) -> bool:
    """Whether an address belongs to somebody who is known to be under age, with or without a contact."""
    known = {queries.member_subject(canonical), contact.subject_id if contact else None}
    return any(consents.is_minor(subject_id, now) for subject_id in known if subject_id is not None)


def take(made: Import, row: Row, now: datetime) -> str:
    """Subscribe somebody by the evidence of the file, unless they were known here before."""
    found = standing(made.newsletter_id, row, now)
    if found != "new":
        return found
    contact = services.contact_for(row.data["email"], now, made.newsletter.language)
    when = {"asked_at": now, "changed_at": now, "confirmed_at": now}
    subscription_id, ours = new_id(), {"newsletter_id": made.newsletter_id, "contact_id": contact.id}
    if not insert_once(Subscription, id=subscription_id, **ours, state="confirmed", source=SOURCE, **when):
        return standing(made.newsletter_id, row, now)
    if not contact.first_name:
        contact.first_name, contact.last_name = row.data["first_name"], row.data["last_name"]
    contact.confirmed_at = contact.confirmed_at or now
    entry_id = _record(made, contact, now)
    rested = sa.update(Subscription).where(Subscription.id == subscription_id)
    db.session.execute(rested.values(consent_id=entry_id))
    events.publish(SubscriptionChanged(subscription_id, "confirmed"))
    return "new"


def forget_old(now: datetime) -> None:
    """Forget files that nobody took within a week."""
    left = sa.select(Import).where(Import.content.is_not(None), Import.made_at <= now - KEPT)
    for made in db.session.scalars(left).all():
        drop(made, now)


def of(newsletter_id: int) -> list[Import]:
    """Return a newsletter's files, newest first."""
    theirs = sa.select(Import).where(Import.newsletter_id == newsletter_id).order_by(Import.id.desc()).limit(50)
    return list(db.session.scalars(theirs))


def _record(made: Import, contact: Contact, now: datetime) -> int:
    """Write the yes down that the file is evidence of."""
    facts = {
        "source": made.source,
        "consented_on": made.consented_on.isoformat(),
        "file": made.sha256,
        "import": ids.encode(made.id),
    }
    entry = consents.answer(
        contact.subject_id,
        services.purpose_for(made.newsletter_id),
        services.CHANNEL,
        "given",
        now=now,
        method=SOURCE,
        point=services.POINT,
        wording=made.wording,
        actor="staff",
        surface="newsletters",
        circumstances=facts,
    )
    return entry.id


class _Reader:
    """Reads a file batch by batch, from the start again where another worker was in between.

    :ivar seen: the marks of the rows before.
    """

    def __init__(self) -> None:
        self._rows: Iterator[Row] = iter(())
        self._place = -1
        self.seen: set[str] = set()

    def batch(self, sealed: bytes, done: int) -> list[Row]:
        """Return the rows that come after so many."""
        if self._place != done:
            self._rows = rules.rows_of(sealing.unseal(_KEY, sealed))
            self.seen = {_mark(row) for row in islice(self._rows, done)}
        found = list(islice(self._rows, BATCH))
        self._place = done + len(found)
        return found


def _work(
    import_id: int,
    state: str,
    after: str,
    save: Callable[[], None],
    deed: Callable[[Import, Row, datetime], str],
    now: datetime | None = None,
) -> None:
    """Go on where the last batch ended; two at once take turns, because each batch locks the row first."""
    reader = _Reader()
    while True:
        made = db.session.get_one(Import, import_id, with_for_update=True, populate_existing=True)
        if made.state != state or made.content is None:
            return
        batch = reader.batch(made.content, made.done)
        _count(made, batch, reader.seen, deed, now or made.made_at)
        made.done += len(batch)
        if len(batch) < BATCH:
            made.state = after
            if after == "finished":
                made.content, made.finished_at = None, now
        db.session.flush()
        save()


def _count(
    made: Import, batch: list[Row], seen: set[str], deed: Callable[[Import, Row, datetime], str], now: datetime
) -> None:
    counts, faults = Counter(made.counts), list(made.faults)
    for row in batch:
        mark = _mark(row)
        if row.faults:
            counts["wrong"] += 1
            faults += [{"row": row.number, "field": field, "message": said} for field, said in row.faults]
        elif mark in seen:
            counts["twice"] += 1
        else:
            counts[deed(made, row, now)] += 1
        seen.add(mark)
    made.counts, made.faults = dict(counts), faults[: rules.MAX_FAULTS]


def _mark(row: Row) -> str:
    return addresses.canonical(row.data["email"]) or "" if row.data else f"#{row.number}"


def _change(made: Import, was: str, **values: Any) -> bool:
    step = sa.update(Import).where(Import.id == made.id, Import.state == was).values(**values)
    changed = bool(db.session.execute(step).rowcount)  # type: ignore[attr-defined]
    db.session.refresh(made)
    return changed


def maker(made: Import) -> str:
    """Return the handle of whoever sent a file."""
    found: str | None = db.session.scalar(sa.select(Member.handle).where(Member.id == made.made_by_id))
    return found or ""
