"""Verbs of what is owed to buyers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused, refuse
from clozette.shop.ledger import queries as books
from clozette.shop.ledger import services as ledger
from clozette.shop.owing import queries, rules
from clozette.shop.owing.events import RefundSettled
from clozette.shop.payments import services as payments
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import RefundAsked
from clozette.shop.payments.models import Refund


def again(refund_id: int, now: datetime) -> None:
    """Ask for a refund once more, by another key; what was taken from the seller is not taken again.

    :raises Refused: ``not_owed`` if it is not, or no longer; ``at_bank`` while the buyer's bank decides about the order;
        ``part_owed`` if it gave the buyer a part.
    """
    _look(refund_id, again=True)
    _leave(refund_id, now, state="asked", outside=None, asked_at=now, done_at=None, why="")
    events.publish(RefundAsked(refund_id))


def settle(refund_id: int, how: str, *, by_id: int | None, now: datetime) -> None:
    """Note that the buyer was paid by other means.

    :raises Refused: ``not_owed``, or ``at_bank``.
    """
    _look(refund_id, again=False)
    _leave(refund_id, now, state="settled", settled=how, settled_by_id=by_id, done_at=now)
    events.publish(RefundSettled(refund_id))


def _look(refund_id: int, *, again: bool) -> None:
    """Refuse what would be paid twice; nobody else decides about the order's money until this transaction ends."""
    order_id = queries.order_of(refund_id)
    if order_id is None:
        raise Refused(rules.not_owed())
    payments.hold(order_id)
    amount, owed = db.session.get_one(Refund, refund_id).amount_minor, books.of_order(order_id).get("owed", 0)
    refuse(rules.why_not_leave(amount, owed, at_bank=queries.is_at_bank(order_id), again=again))


def _leave(refund_id: int, now: datetime, **values: Any) -> None:
    """Let a refund no longer be owed: one of two who do this at once."""
    mine = sa.update(Refund).where(Refund.id == refund_id, Refund.state == "failed")
    if not changed(mine.values(tries=Refund.tries + 1, **values)):
        raise Refused(rules.not_owed())
    ledger.book_refund_again(refund_id, now)
