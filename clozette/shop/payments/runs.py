"""Comparisons with the payment service's lists: asked for by the clock or by hand, one at a time, and what they found."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports.payments import Declined
from clozette.shop.payments import reconciling
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import ReconciliationAsked
from clozette.shop.payments.models import Reconciliation

LATELY = timedelta(days=2)
GIVEN_UP = timedelta(hours=2)
"""After so long one that is still under way broke off: its task was tried often by then."""
KEPT = timedelta(days=90)
MOST_FOUND, _LAST = 200, 20


def ask(*, because: str, now: datetime) -> bool:
    """Ask for a comparison of the last days; false if one is under way."""
    late = sa.update(Reconciliation).where(Reconciliation.state == "asked", Reconciliation.asked_at < now - GIVEN_UP)
    changed(late.values(state="failed", done_at=now))
    run_id = new_id()
    made = insert_once(
        Reconciliation, id=run_id, because=because, state="asked", since=now - LATELY, asked_at=now, found=[]
    )
    if made:
        events.publish(ReconciliationAsked(run_id))
    return made


def run(run_id: int, now: datetime) -> Sequence[reconciling.Finding]:
    """Compare, and keep what was found; for a task: it lets go of the database meanwhile. Once.

    :raises Later: to be tried again.
    """
    row = db.session.get_one(Reconciliation, run_id)
    if row.state != "asked":
        return ()
    since = row.since
    try:
        found = reconciling.reconcile(since, now)
    except Declined:
        db.session.rollback()
        _end(run_id, "failed", (), now)
        return ()
    _end(run_id, "done", found, now)
    return found


def last() -> Sequence[Reconciliation]:
    """Return the last comparisons, the newest first."""
    return db.session.scalars(sa.select(Reconciliation).order_by(Reconciliation.id.desc()).limit(_LAST)).all()


def _end(run_id: int, state: str, found: Sequence[reconciling.Finding], now: datetime) -> None:
    mine = sa.update(Reconciliation).where(Reconciliation.id == run_id, Reconciliation.state == "asked")
    said = [one.said() for one in found[:MOST_FOUND]]
    mended = sum(one.is_mended for one in found)
    changed(mine.values(state=state, done_at=now, found=said, number=len(found), mended=mended))
    db.session.execute(sa.delete(Reconciliation).where(Reconciliation.asked_at < now - KEPT))
