"""What the payment service has yet to hear of, or we to heed, though the tasks for it were given up long ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from clozette.kernel.database import db
from clozette.shop.payments.models import Heard, Payout, Refund, TakeBack

LATE = timedelta(minutes=10)
"""So long a task has for itself."""
_AT_ONCE = 100
AGAIN = timedelta(days=1)
"""So long after a no the payment service is asked again for what is taken back: the account may have the money by then."""


def late(now: datetime) -> list[tuple[str, int]]:
    """Return ``refund``, ``payout``, ``take_back`` or ``news`` and the id of each: some of all, so that none waits behind those that never
    get an answer.
    """
    before = now - LATE
    unsent = sa.and_(Refund.state == "asked", Refund.asked_at < before)
    refused = sa.and_(TakeBack.state == "failed", TakeBack.done_at < now - AGAIN)
    without_fee = sa.and_(Refund.reversed_at < before, Refund.fee_sent_at.is_(None))
    return [
        *_some("refund", Refund.id, sa.or_(unsent, without_fee)),
        *_some("payout", Payout.id, sa.and_(Payout.state == "asked", Payout.asked_at < before)),
        *_some(
            "take_back", TakeBack.id, sa.or_(refused, sa.and_(TakeBack.state == "asked", TakeBack.asked_at < before))
        ),
        *_some("news", Heard.id, sa.and_(Heard.done_at.is_(None), Heard.heard_at < before)),
    ]


def _some(what: str, name: InstrumentedAttribute[int], condition: sa.ColumnElement[bool]) -> Sequence[tuple[str, int]]:
    found = db.session.scalars(sa.select(name).where(condition).order_by(sa.func.random()).limit(_AT_ONCE))
    return [(what, one) for one in found]
