"""Love: once per member and look; the counter moves only when a row came or went, so that it never drifts."""

from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.looks.events import LookLoved
from clozette.looks.models import Look, Love


def love(look_id: int, member_id: int, *, now: datetime) -> bool:
    """Love a look. Say whether that was new; loving it again changes nothing."""
    if not insert_once(Love, look_id=look_id, member_id=member_id, at=now):
        return False
    _count(look_id, 1)
    publish(LookLoved(look_id, member_id))
    return True


def unlove(look_id: int, member_id: int) -> bool:
    """Take a love back. Say whether there was one."""
    row = sa.delete(Love).where(Love.look_id == look_id, Love.member_id == member_id).returning(Love.id)
    if db.session.scalar(row) is None:
        return False
    _count(look_id, -1)
    return True


def _count(look_id: int, step: int) -> None:
    db.session.execute(
        sa.update(Look)
        .where(Look.id == look_id)
        .values(love_count=Look.love_count + step)
        .execution_options(synchronize_session="fetch")
    )
