"""Which workers send, whose claims nobody looks after any more, and whether the database is the one we wrote to.

Every sender counts its beats in a row, and leaves the count outside of the database besides. A database whose count is
lower than the one outside was put back to an older state: what went out since is queued in it again, so nothing may go
on by itself.
"""

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from flask import Flask, current_app

from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.ports.storage import StorageError
from clozette.kernel.tasks.lease import Watch
from clozette.media import files
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import claims
from clozette.newsletters.sending.events import DatabaseRestored
from clozette.newsletters.sending.models import Sender, Sending
from clozette.settings import Settings

EVERY = 2.0
PATIENCE = 10.0
STALE = timedelta(minutes=15)
SOON = timedelta(hours=1)
FOLDER = "newsletters/senders/"
_KEY = "clozette.newsletters.sender"
_UNDER_WAY = "clozette.newsletters.under_way"
log = structlog.get_logger()


@dataclass
class Me:
    """This process as a sender.

    :ivar beats: what its row said last; nothing before its first beat.
    """

    name: str
    instance: str = field(default_factory=lambda: secrets.token_hex(5))
    beats: int | None = None
    watch: Watch = field(default_factory=lambda: Watch(PATIENCE))

    @property
    def mark(self) -> str:
        """Return what its claims are marked with."""
        return f"{self.name}:{self.instance}"


def me() -> Me:
    """Return this process as a sender."""
    if _KEY not in current_app.extensions:
        settings: Settings = current_app.extensions["clozette.settings"]
        current_app.extensions[_KEY] = Me(settings.worker_id[:32])
    found: Me = current_app.extensions[_KEY]
    return found


def forget_me(app: Flask) -> None:
    """Be another process from now on; for tests."""
    app.extensions.pop(_KEY, None)


def beat(now: datetime) -> None:
    """Give a sign of life, look after the dead, and see that the database is no older than what we know."""
    own = me()
    # Before the rows: whoever begins to send at this moment is in these already.
    marks, outside = _marks_of_claims(), _marks() if own.beats is None else {}
    rows = {row.name: row for row in db.session.scalars(sa.select(Sender).execution_options(populate_existing=True))}
    if is_restored(own, rows, outside, now):
        hold_everything(now)
        _go_past_all_marks(rows)
    beats = _count(own, rows.get(own.name), now)
    doubt(_left(own, rows, marks), now)
    db.session.commit()
    own.beats = beats
    _leave_mark(own.name, beats)


def is_ready() -> bool:
    """Whether this process gave its first sign of life: nothing is claimed before."""
    return me().beats is not None


def is_restored(own: Me, rows: Mapping[str, Sender], outside: Mapping[str, int], now: datetime) -> bool:
    """Whether the database is older than what is known outside of it, or stood still for long with campaigns under way."""
    if own.beats is not None:
        mine = rows.get(own.name)
        return mine is None or mine.beats < own.beats
    if any(count > (rows[name].beats if name in rows else 0) for name, count in outside.items()):
        return True
    newest = max((row.seen_at for row in rows.values()), default=None)
    return newest is not None and newest < now - STALE and any(asks() for asks in _under_way())


def watch_over(app: Flask, is_under_way: Callable[[], bool]) -> None:
    """Let what another part sends count as under way, which then hears of ``DatabaseRestored``; for the wiring page."""
    app.extensions.setdefault(_UNDER_WAY, []).append(is_under_way)


def _under_way() -> list[Callable[[], bool]]:
    others: list[Callable[[], bool]] = current_app.extensions.get(_UNDER_WAY, [])
    return [_is_running, *others]


def _is_running() -> bool:
    return db.session.scalar(sa.select(Campaign.id).where(Campaign.state == "running").limit(1)) is not None


def hold_everything(now: datetime) -> None:
    """Let nothing go on or begin by itself; staff say what happens."""
    log.error("database_restored")
    under_way = sa.update(Campaign).where(Campaign.state.in_(("queueing", "running")))
    db.session.execute(under_way.values(state="paused", paused_at=now, paused_because="restored"))
    due = sa.update(Campaign).where(Campaign.state == "scheduled", Campaign.send_at <= now + SOON)
    db.session.execute(due.values(state="late"))
    events.publish(DatabaseRestored())


def doubt(marks: Collection[str], now: datetime) -> None:
    """Say of what dead workers had on its way that nobody knows whether it arrived."""
    for mark in marks:
        left = sa.select(Sending.campaign_id, Sending.contact_id).where(
            Sending.state == "submitting", Sending.claim == mark
        )
        for campaign_id, contact_id in db.session.execute(left).all():
            claims.settle(campaign_id, [contact_id], "uncertain", mark=mark, reason="no answer", now=now)


def alive(now: datetime) -> int:
    """Return how many workers send now."""
    lately = sa.select(sa.func.count()).select_from(Sender).where(Sender.seen_at > now - timedelta(seconds=PATIENCE))
    return max(1, db.session.scalar(lately) or 0)


def _marks_of_claims() -> list[str]:
    submitting = sa.select(Sending.claim).where(Sending.state == claims.SUBMITTING).distinct()
    return [mark for mark in db.session.scalars(submitting) if mark]


def _left(own: Me, rows: Mapping[str, Sender], marks: Collection[str]) -> list[str]:
    """Return the marks of claims whose worker is dead: restarted under its name, or silent for a while."""
    others = [mark for mark in marks if mark != own.mark]
    living = {f"{row.name}:{row.instance}": row.beats for row in rows.values() if row.name != own.name}
    silent = own.watch.dead(others, living, time.monotonic())
    return sorted({*silent, *(mark for mark in others if mark not in living)})


def _count(own: Me, row: Sender | None, now: datetime) -> int:
    if row is None:
        db.session.add(Sender(name=own.name, instance=own.instance, beats=1, seen_at=now))
        db.session.flush()
        return 1
    row.instance, row.seen_at, row.beats = own.instance, now, row.beats + 1
    db.session.flush()
    return row.beats


def _go_past_all_marks(rows: dict[str, Sender]) -> None:
    """Believe the database again: from here on it is the newest."""
    for name, count in _marks().items():
        if name not in rows:
            rows[name] = Sender(name=name, instance="", beats=0, seen_at=datetime.fromtimestamp(0).astimezone())
            db.session.add(rows[name])
        rows[name].beats = max(rows[name].beats, count)
    db.session.flush()


def _leave_mark(name: str, beats: int) -> None:
    try:
        files.store().put(_key(name), str(beats).encode(), "text/plain")
    except StorageError as error:
        log.warning("sender_mark_not_kept", error=type(error).__name__)


def _marks() -> dict[str, int]:
    """Return the counts that are kept outside, by the workers' names."""
    found = {}
    for one in list(files.store().stored(FOLDER)):
        if one.key.endswith(".txt"):
            name = bytes.fromhex(one.key.removeprefix(FOLDER).removesuffix(".txt")).decode()
            found[name] = int(files.store().get(one.key))
    return found


def _key(name: str) -> str:
    return f"{FOLDER}{name.encode().hex()}.txt"
