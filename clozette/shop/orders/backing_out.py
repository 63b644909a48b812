"""A buyer who changes their mind after paying: at once within the first hour, later by the seller's yes; files until they
are fetched. ``order`` is locked, with its lines.
"""

from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from clozette.kernel import clock, events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.shop.orders import deeds, states
from clozette.shop.orders.events import CancelAsked
from clozette.shop.orders.models import Order
from clozette.shop.orders.services import move
from clozette.shop.payments import refunds

AT_ONCE_FOR = timedelta(hours=1)
FILES_FOR = timedelta(days=14)
BECAUSE = "buyer_off"
Way = Literal["now", "ask", "asked"]
"""How a buyer backs out: by a press, by asking the seller, or they have asked and wait."""


def way_out(order: Order, now: datetime) -> Way | None:
    """Return how the buyer may back out now; nothing once it was sent or fetched, or while something else runs."""
    if order.paid_at is None or order.swap_id is not None or order.contested_at is not None:
        return None
    if any(line.fetches for line in order.lines):
        return None
    if order.digital:
        return "now" if order.state in ("paid", "received") and now < order.paid_at + FILES_FOR else None
    if order.state != "paid":
        return None
    if now < order.paid_at + AT_ONCE_FOR:
        return "now"
    return "asked" if order.cancel_asked_at is not None else "ask"


def back_out(order: Order, now: datetime) -> bool:
    """Call an order off for its buyer, or ask the seller to; say whether it is off.

    :raises Refused: if it was sent, fetched or ended meanwhile.
    """
    way = way_out(order, now)
    if way is None:
        raise Refused(states.elsewhere())
    if way == "now" and order.state == "received":
        move(order, "returned", now, ended_because=BECAUSE)
        refunds.refund_all(order, because=BECAUSE, key=f"off-{order.ref}", now=now)
    elif way == "now":
        deeds.cancel(order, because=BECAUSE, now=now)
    elif way == "ask":
        _ask(order, now)
    return way == "now"


def way_out_now(order: Order) -> Way | None:
    """Return the same for a page."""
    return way_out(order, clock.now())


def _ask(order: Order, now: datetime) -> None:
    there = sa.update(Order).where(Order.id == order.id, Order.state == "paid", Order.cancel_asked_at.is_(None))
    db.session.execute(there.values(cancel_asked_at=now), execution_options={"synchronize_session": False})
    db.session.refresh(order)
    events.publish(CancelAsked(order.id))
