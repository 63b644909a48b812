"""Verbs of orders. Each move is one conditional statement, so that of two at once one is told that it came too late."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import database, events
from clozette.kernel.database import BigInt, db
from clozette.kernel.prepared import Prepared
from clozette.kernel.refusal import Refused, refuse
from clozette.shop.ledger import services as ledger
from clozette.shop.orders import queries, states
from clozette.shop.orders.days import days
from clozette.shop.orders.events import OrderDue, OrderMoved
from clozette.shop.orders.models import Order


def move(order: Order, to: str, now: datetime, *conditions: sa.ColumnElement[bool], **values: Any) -> None:
    """Bring an order into another state, and set ``values`` with it.

    :param conditions: what must hold besides, of ``Order``.
    :raises Refused: for a move that there is not, or if the order is in another state by now.
    """
    refuse(states.why_not_move(order.state, to))
    there = sa.update(Order).where(Order.id == order.id, Order.state == order.state, *conditions)
    if not _changed(there.values(state=to, state_at=now, **values)):
        raise Refused(states.elsewhere())
    db.session.refresh(order)
    events.publish(OrderMoved(order.id, to))


def lead_to_pay(order_id: int, now: datetime) -> None:
    """Note that the page is open where a held order is paid, unless it was before. Nobody is told: nothing is paid yet."""
    _LED.rows(database.connection(), {"order": order_id, "now": now})


def begin(order_id: int, now: datetime) -> None:
    """Let the days run in which a paid order has to be sent."""
    paid = sa.update(Order).where(Order.id == order_id, Order.state == "paid")
    if _changed(paid.values(ship_by=now + days().ship)):
        db.session.expire_all()


def receive(order: Order, now: datetime) -> None:
    """Note that a parcel arrived, or that something digital can be fetched: from now on the buyer has some days to complain."""
    can = sa.or_(Order.state == "shipped", Order.digital)
    move(order, "received", now, can, received_at=now, protected_until=now + days().protection)


def complete(order: Order, now: datetime) -> None:
    """Let the seller have the money once nobody may complain any more.

    :raises Refused: before that, while a case is running about it, or a swap that it is a leg of.
    """
    over = (Order.protected_until <= now, Order.contested_at.is_(None), queries.alone())
    move(order, "complete", now, *over, completed_at=now)
    ledger.book_complete(order.id, now)


def remind(order: Order, now: datetime) -> None:
    """Remind the seller, once, that an order has to be sent."""
    due = sa.update(Order).where(Order.id == order.id, Order.state == "paid", Order.reminded_at.is_(None))
    if _changed(due.values(reminded_at=now)):
        db.session.refresh(order)
        events.publish(OrderDue(order.id))


_LED = Prepared(
    sa.update(Order)
    .where(Order.id == sa.bindparam("order", type_=BigInt), Order.state == "reserved")
    .values(state="paying", state_at=sa.bindparam("now", type_=Order.state_at.type))
    .returning(Order.id)
)


def _changed(statement: sa.Update) -> bool:
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)
