"""Verbs of orders. Each move is one conditional statement, so that of two at once one is told that it came too late."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused, refuse
from clozette.shop.orders import states
from clozette.shop.orders.events import OrderMoved
from clozette.shop.orders.models import Order


def move(order: Order, to: str, now: datetime, *conditions: sa.ColumnElement[bool], **values: Any) -> None:
    """Bring an order into another state, and set ``values`` with it.

    :param conditions: what must hold besides, of ``Order``.
    :raises Refused: for a move that there is not, or if the order is in another state by now.
    """
    refuse(states.why_not_move(order.state, to))
    there = sa.update(Order).where(Order.id == order.id, Order.state == order.state, *conditions)
    there = there.values(state=to, state_at=now, **values)
    done: Any = db.session.execute(there, execution_options={"synchronize_session": False})
    if not done.rowcount:
        raise Refused(states.elsewhere())
    db.session.refresh(order)
    events.publish(OrderMoved(order.id, to))
