"""Verbs of what is owed to buyers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import events
from clozette.kernel.refusal import Refused
from clozette.shop.ledger import services as ledger
from clozette.shop.owing import rules
from clozette.shop.owing.events import RefundSettled
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import RefundAsked
from clozette.shop.payments.models import Refund


def again(refund_id: int, now: datetime) -> None:
    """Ask for a refund once more, by another key; what was taken from the seller is not taken again.

    :raises Refused: ``not_owed`` if it is not, or no longer.
    """
    _leave(refund_id, now, state="asked", outside=None, asked_at=now, done_at=None, why="")
    events.publish(RefundAsked(refund_id))


def settle(refund_id: int, how: str, *, by_id: int | None, now: datetime) -> None:
    """Note that the buyer was paid by other means.

    :raises Refused: ``not_owed``.
    """
    _leave(refund_id, now, state="settled", settled=how, settled_by_id=by_id, done_at=now)
    events.publish(RefundSettled(refund_id))


def _leave(refund_id: int, now: datetime, **values: Any) -> None:
    """Let a refund no longer be owed: one of two who do this at once."""
    mine = sa.update(Refund).where(Refund.id == refund_id, Refund.state == "failed")
    if not changed(mine.values(tries=Refund.tries + 1, **values)):
        raise Refused(rules.not_owed())
    ledger.book_refund_again(refund_id, now)
