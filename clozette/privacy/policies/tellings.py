"""Who is being told of a version: one attempt at a time for each person, and an end of trying."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.privacy.policies.models import PolicyTelling

WAITS = (timedelta(minutes=15), timedelta(hours=3), timedelta(days=1), timedelta(days=2))
"""How long after each refused mail the next one goes; the one after the last is the last."""
LOST_AFTER = timedelta(days=2)
"""After this an attempt that was never taken up counts as lost; so long may the mails before it take."""
BUSY = timedelta(hours=3)
"""After this one that was taken up does: its task was tried again all that time, and given up."""


def claim(policy_id: int, subject_id: int, now: datetime) -> int | None:
    """Begin an attempt to tell somebody and return its turn; nothing while another waits, or if they were given up.

    One statement: of two that walk the same list at once, one gets the person.
    """
    on_sqlite = db.session.get_bind().dialect.name == "sqlite"
    build: Any = sqlite.insert if on_sqlite else postgresql.insert
    until = now + LOST_AFTER
    new = build(PolicyTelling).values(
        id=new_id(), policy_id=policy_id, subject_id=subject_id, turn=1, refused=0, not_before=until
    )
    again = new.on_conflict_do_update(
        index_elements=["policy_id", "subject_id"],
        set_={"turn": PolicyTelling.turn + 1, "not_before": until},
        where=sa.and_(PolicyTelling.missed_at.is_(None), PolicyTelling.not_before <= now),
    )
    turn: int | None = db.session.scalar(again.returning(PolicyTelling.turn))
    return turn


def start(policy_id: int, subject_id: int, turn: int, now: datetime) -> bool:
    """Take an attempt up; say whether it is the one that counts: nobody was told, given up or asked about anew since."""
    mine = sa.update(PolicyTelling).where(*_attempt(policy_id, subject_id, turn), PolicyTelling.missed_at.is_(None))
    return _execute(mine.values(not_before=now + BUSY))


def end(policy_id: int, subject_id: int) -> None:
    """Forget the attempts: the person was told, or is nobody's reader any more."""
    _execute(sa.delete(PolicyTelling).where(*_of(policy_id, subject_id)))


def refused(policy_id: int, subject_id: int, turn: int, now: datetime) -> None:
    """Note that the mail was refused for now; after the last try the person counts as not reached."""
    mine = _attempt(policy_id, subject_id, turn)
    for count, wait in enumerate(WAITS):
        later = sa.update(PolicyTelling).where(*mine, PolicyTelling.refused == count)
        if _execute(later.values(refused=count + 1, not_before=now + wait)):
            return
    missed(policy_id, subject_id, turn, now)


def missed(policy_id: int, subject_id: int, turn: int, now: datetime) -> None:
    """Note that the person can't be reached by mail."""
    given_up = sa.update(PolicyTelling).where(*_attempt(policy_id, subject_id, turn))
    _execute(given_up.values(refused=PolicyTelling.refused + 1, missed_at=now))


def missed_counts() -> dict[int, int]:
    """Return how many people each version did not reach."""
    counted = sa.select(PolicyTelling.policy_id, sa.func.count()).where(PolicyTelling.missed_at.is_not(None))
    return dict(iter(db.session.execute(counted.group_by(PolicyTelling.policy_id))))


def is_missed(policy_id: int, subject_id: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Return the condition that a person was given up."""
    return _there(policy_id, subject_id, PolicyTelling.missed_at.is_not(None))


def is_under_way(policy_id: int, subject_id: InstrumentedAttribute[int], now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that an attempt to tell a person waits, or a pause between two."""
    return _there(policy_id, subject_id, PolicyTelling.not_before > now)


def _there(policy_id: int, subject_id: InstrumentedAttribute[int], state: sa.ColumnElement[bool]) -> sa.Exists:
    found = sa.select(PolicyTelling.id).where(
        PolicyTelling.policy_id == policy_id, PolicyTelling.subject_id == subject_id, state
    )
    return found.exists()


def _of(policy_id: int, subject_id: int) -> Sequence[sa.ColumnElement[bool]]:
    return (PolicyTelling.policy_id == policy_id, PolicyTelling.subject_id == subject_id)


def _attempt(policy_id: int, subject_id: int, turn: int) -> Sequence[sa.ColumnElement[bool]]:
    return (*_of(policy_id, subject_id), PolicyTelling.turn == turn)


def _execute(statement: sa.Update | sa.Delete) -> bool:
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)
