"""Blocks: each of the two becomes absent for the other."""

from datetime import datetime

import sqlalchemy as sa

from clozette.accounts import rules
from clozette.accounts.events import MemberBlocked, MemberUnblocked
from clozette.accounts.models import Block
from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import refuse


def block(blocker_id: int, blocked_id: int, *, now: datetime) -> None:
    """Block a member; a second time changes nothing."""
    refuse(rules.why_not_block(blocker_id=blocker_id, blocked_id=blocked_id))
    if insert_once(Block, id=new_id(), blocker_id=blocker_id, blocked_id=blocked_id, at=now):
        events.publish(MemberBlocked(blocker_id, blocked_id))


def unblock(blocker_id: int, blocked_id: int) -> None:
    """Lift a block; where there is none, nothing changes."""
    mine = sa.delete(Block).where(Block.blocker_id == blocker_id, Block.blocked_id == blocked_id)
    if db.session.execute(mine).rowcount:  # type: ignore[attr-defined]
        events.publish(MemberUnblocked(blocker_id, blocked_id))
