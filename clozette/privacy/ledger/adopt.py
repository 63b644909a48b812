"""Entries from before there was a tree find their way into it; then the sequencer takes over."""

from datetime import datetime

import sqlalchemy as sa

from clozette.kernel import database
from clozette.kernel.database import db
from clozette.privacy.ledger import entries, leaves
from clozette.privacy.models import LedgerEntry
from clozette.privacy.tree import sequencer
from clozette.privacy.tree.models import Leaf, Waiting

_WAITING = sa.select(Waiting.row_id).where(Waiting.kind == entries.KIND)
_OLDER = sa.select(LedgerEntry).where(LedgerEntry.id.not_in(_WAITING), ~sa.exists(sa.select(Leaf.position)))


def step(now: datetime) -> int:
    """Take the sequencer's next step; the worker's loop."""
    if _is_any_older():
        adopt_older()
    return sequencer.run(now)


def adopt_older() -> int:
    """Let every entry without a leaf wait for one, if the tree is still empty; return how many did."""
    with database.writing() as session:
        if not sequencer.is_alone(session.connection()):
            return 0  # another worker is at it
        found = session.scalars(_OLDER.order_by(LedgerEntry.id)).all()
        rows = [leaves.waiting(entries.KIND, one.id, entries.payload_of(one), one.subject_id) for one in found]
        if rows:
            session.execute(sa.insert(Waiting), rows)
        return len(rows)


def _is_any_older() -> bool:
    with db.get_engine("default").connect() as connection:
        if connection.scalar(sa.select(Leaf.position).limit(1)) is not None:
            return False
        return connection.scalar(_OLDER.with_only_columns(LedgerEntry.id).limit(1)) is not None
