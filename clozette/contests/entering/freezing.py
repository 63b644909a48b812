"""The close of a contest: the entries as they are then, and the list of them, for good.

Everything here may be killed anywhere and run again, by two workers at once too: snapshots are renewed in batches that
are committed one by one, the list and the fact about it are made in one transaction under the contest's lock.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.contests import facts
from clozette.contests.entering import photos, queries, rules, services, snapshots
from clozette.contests.entering.models import Entry, Snapshot
from clozette.contests.planning.models import Contest
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.looks.models import Look

FACT = "entries"
_BATCH = 50
# An erasure that came first has taken its entry back: then it gets no line.
_LOCK = (
    sa.update(Entry.__table__)  # type: ignore[arg-type]
    .where(Entry.id == sa.bindparam("entry"), Entry.state == "entered")
    .values(locked_sha256=sa.bindparam("line"))
)


def freeze(contest_id: int, *, now: datetime, save: Callable[[], None]) -> None:
    """Fix what was entered. It does nothing before the close, nor a second time.

    :param save: ends a transaction and begins the next (``tasks.checkpoint``).
    """
    contest = db.session.get(Contest, contest_id)
    if contest is None or contest.state != "closed" or facts.of(contest_id, FACT) is not None:
        return
    release(Entry.contest_id == contest_id, because="rules", now=now, save=save)
    _renew(contest, now, save)
    _fix(contest_id, now)


def release(*conditions: sa.ColumnElement[bool], because: str, now: datetime, save: Callable[[], None]) -> None:
    """Let entries go that wait for a yes to newer rules, each in a transaction of its own."""
    waiting = sa.select(Entry.id).where(Entry.state == "asked", *conditions)
    for entry_id in db.session.scalars(waiting).all():
        entry = db.session.get_one(Entry, entry_id)
        still = (Entry.state == "asked", *conditions)
        services.leave(entry, "released", because, *still, method="task:contest", now=now)
        save()


def keep_before_change(look_id: int, *, now: datetime) -> None:
    """Before a look changes that is entered in a contest whose close is over and not fixed yet, take it as it was then."""
    over = sa.or_(Contest.state == "closed", sa.and_(Contest.state == "open", Contest.closes_at <= now))
    waiting = (
        sa.select(Entry.id, Contest)
        .join(Contest, Contest.id == Entry.contest_id)
        .join(Look, Look.id == Entry.look_id)
        .outerjoin(Snapshot, Snapshot.entry_id == Entry.id)
        .where(Entry.look_id == look_id, Entry.state == "entered", Entry.locked_sha256.is_(None), over)
        .where(Snapshot.look_version.is_distinct_from(Look.version))
    )
    with db.session.no_autoflush:  # a look that is on its way to being hidden can't be written yet
        found = db.session.execute(waiting).all()
    for entry_id, contest in found:
        _renew_one(entry_id, _closed_at(contest), now)


def not_frozen(contest: Contest, now: datetime) -> Refusal | None:
    """Say that a contest can't be decided before its list is fixed."""
    if facts.of(contest.id, FACT) is not None:
        return None
    return Refusal("not_frozen", _("The list of entries is not fixed yet."))


def _renew(contest: Contest, now: datetime, save: Callable[[], None]) -> None:
    """Take the looks anew that changed between entry and close and still are published; none that changed later."""
    closed_at = _closed_at(contest)
    in_time = sa.and_(Look.feed_key.is_not(None), Look.changed_at <= closed_at)
    moved = sa.and_(in_time, Snapshot.look_version.is_distinct_from(Look.version))
    changed = (
        sa.select(Entry.id)
        .outerjoin(Look, Look.id == Entry.look_id)
        .outerjoin(Snapshot, Snapshot.entry_id == Entry.id)
        .where(Entry.contest_id == contest.id, Entry.state == "entered", sa.or_(Snapshot.entry_id.is_(None), moved))
        .order_by(Entry.id)
    )
    ids = db.session.scalars(changed).all()
    for start in range(0, len(ids), _BATCH):
        for entry_id in ids[start : start + _BATCH]:
            _renew_one(entry_id, closed_at, now)
        save()


def _renew_one(entry_id: int, closed_at: datetime, now: datetime) -> None:
    entry = db.session.get(Entry, entry_id, with_for_update=True, populate_existing=True)
    if entry is None or entry.locked_sha256 is not None:
        return
    look = db.session.get(Look, entry.look_id) if entry.look_id else None
    if look is not None and (not look.is_published or look.changed_at > closed_at):
        look = None
    if look is not None:
        try:
            photos.keep(entry.id, photos.copies_of(look.id, now=now))
        except Refused:  # no room for newer copies: those that are there count
            look = None
    if look is not None or db.session.get(Snapshot, entry.id) is None:
        snapshots.take(entry, look, now=now)


def _closed_at(contest: Contest) -> datetime:
    return min(contest.closes_at, contest.state_at) if contest.state == "closed" else contest.closes_at


def _fix(contest_id: int, now: datetime) -> None:
    """Write each entry's line down and state the digest of all lines."""
    contest = db.session.get_one(Contest, contest_id, with_for_update=True, populate_existing=True)
    if facts.of(contest_id, FACT) is not None:
        return
    rows = db.session.execute(
        sa.select(Entry.id, Entry.number, Entry.code, Snapshot.sha256)
        .join(Snapshot, Snapshot.entry_id == Entry.id)
        .where(Entry.contest_id == contest_id, Entry.state == "entered")
    ).all()
    lines = [
        {"entry": entry_id, "line": rules.commitment(contest.slug, number, code, digest)}
        for entry_id, number, code, digest in rows
    ]
    if lines:
        db.session.connection().execute(_LOCK, lines)
    fixed = queries.frozen(contest_id)
    listed: facts.Content = {"sha256": hashlib.sha256(rules.list_of(fixed)).hexdigest(), "count": len(fixed)}
    facts.state(contest_id, FACT, listed, now=now)
    db.session.expire_all()
