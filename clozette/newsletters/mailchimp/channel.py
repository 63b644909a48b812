"""One talks with Mailchimp at a time, whatever the number of workers; and nobody while it wants to be left alone."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.newsletters.mailchimp.models import Channel

HELD = timedelta(minutes=5)
_FIRST, _LONGEST = timedelta(seconds=20), timedelta(minutes=15)


def take(name: str, now: datetime) -> str | None:
    """Take the word, unless another has it or Mailchimp rests; return what shows that one has it."""
    insert_once(Channel, name=name, tries=0)
    holder = secrets.token_hex(16)
    free = sa.or_(Channel.until.is_(None), Channel.until < now)
    rested = sa.or_(Channel.rests_until.is_(None), Channel.rests_until <= now)
    taken = sa.update(Channel).where(Channel.name == name, free, rested).values(holder=holder, until=now + HELD)
    return holder if db.session.execute(taken).rowcount else None  # type: ignore[attr-defined]


def keep(name: str, holder: str, now: datetime) -> bool:
    """Go on; false if another took the word meanwhile."""
    mine = sa.update(Channel).where(Channel.name == name, Channel.holder == holder).values(until=now + HELD)
    return bool(db.session.execute(mine).rowcount)  # type: ignore[attr-defined]


def give_back(name: str, holder: str) -> None:
    """Let others talk."""
    mine = (Channel.name == name, Channel.holder == holder)
    db.session.execute(sa.update(Channel).where(*mine).values(holder=None, until=None))


def rest(name: str, because: str, now: datetime) -> None:
    """Leave Mailchimp alone for a while, the longer the more often in a row."""
    row = db.session.get_one(Channel, name, populate_existing=True)
    row.rests_until = now + min(_FIRST * 2 ** min(row.tries, 10), _LONGEST)
    row.rests_because, row.tries = because[:32], row.tries + 1


def went_well(name: str) -> None:
    """It answers again."""
    rested = (Channel.name == name, Channel.tries > 0)
    db.session.execute(sa.update(Channel).where(*rested).values(tries=0, rests_until=None, rests_because=None))
