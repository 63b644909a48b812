"""Entries from before there was a tree find their way into it."""

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.privacy.ledger import entries, leaves
from clozette.privacy.models import LedgerEntry, Subject
from clozette.privacy.tree.models import Leaf, Waiting


def adopt_older() -> int:
    """Let every entry without a leaf wait for one, if the tree is still empty; return how many did."""
    if db.session.scalar(sa.select(Leaf.position).limit(1)) is not None:
        return 0
    known = sa.select(Waiting.row_id).where(Waiting.kind == entries.KIND)
    older = sa.select(LedgerEntry).where(LedgerEntry.id.not_in(known)).order_by(LedgerEntry.id)
    found = db.session.scalars(older).all()
    for entry in found:
        subject = db.session.get_one(Subject, entry.subject_id)
        leaves.commit_to(entries.KIND, entry.id, entries.payload_of(entry), subject)
    return len(found)
