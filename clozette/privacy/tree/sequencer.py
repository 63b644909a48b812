"""The one sequencer: gives what was committed its place in the tree, within seconds, while no request waits for it.

Requests only add rows to ``privacy_waiting``; the worker calls ``run`` every second. On PostgreSQL an advisory lock that
is tried, never waited for, keeps sequencers apart, on SQLite the one write lock does, taken for some milliseconds. Behind
both stands the primary key of the positions: two sequencers could never give out the same one.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.privacy.tree import heads, merkle, nodes
from clozette.privacy.tree.models import Leaf, Waiting

BATCH = 1000
_LOCK = 6962


def run(now: datetime) -> int:
    """Sequence everything that waits, then publish a head if one is due; return how many leaves were placed.

    In batches, each committed by itself, so that the write lock of SQLite is never held for long.
    """
    placed = 0
    while batch := sequence(now):
        placed += batch
    heads.publish_when_due(now)
    return placed


def sequence(now: datetime) -> int:
    """Place one batch; return how many leaves it had."""
    if not _is_anything_waiting():
        return 0
    with db.get_engine("write").begin() as connection:
        if not is_alone(connection):
            return 0
        waiting = connection.execute(_oldest()).all()
        if waiting:
            _place(connection, waiting, now)
        return len(waiting)


def _is_anything_waiting() -> bool:
    with db.get_engine("default").connect() as connection:
        return connection.scalar(sa.select(Waiting.id).limit(1)) is not None


def is_alone(connection: sa.Connection) -> bool:
    """Whether this transaction is the only one that may place leaves now; it stays so until its end."""
    if connection.dialect.name == "sqlite":
        return True  # BEGIN IMMEDIATE
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))))


def _oldest() -> Any:
    return sa.select(Waiting.id, Waiting.kind, Waiting.row_id, Waiting.data).order_by(Waiting.id).limit(BATCH)


def _place(connection: sa.Connection, waiting: Any, now: datetime) -> None:
    last = connection.execute(sa.select(Leaf.position, Leaf.chain).order_by(Leaf.position.desc()).limit(1)).first()
    start, chain = (last.position + 1, last.chain) if last else (0, merkle.START)
    leaves = []
    for position, row in enumerate(waiting, start):
        made = merkle.leaf_hash(row.data)
        chain = merkle.chain_hash(chain, made)
        leaves.append(
            {
                "position": position,
                "kind": row.kind,
                "row_id": row.row_id,
                "data": row.data,
                "hash": made,
                "chain": chain,
                "sequenced_at": now,
            }
        )
    connection.execute(sa.insert(Leaf), leaves)
    nodes.grow(connection, start, start + len(leaves))
    connection.execute(sa.delete(Waiting).where(Waiting.id.in_([row.id for row in waiting])))
