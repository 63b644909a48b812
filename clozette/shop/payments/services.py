"""Verbs of payments. Whether a payment is paid only the service's own word decides; each change is one conditional statement."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Session
from clozette.privacy import subjects
from clozette.privacy.models import Subject
from clozette.shop.listings import services as listings
from clozette.shop.orders.models import HELD, Order, OrderLine
from clozette.shop.payments import recipient
from clozette.shop.payments.events import OrderPaid
from clozette.shop.payments.models import Payment


def ask(order: Order, buyer: Member, now: datetime) -> Payment:
    """Write down that an order is to be paid, and what the payment service is told; nothing is said to it yet.

    :raises BeingErased: if the buyer's erasure has begun.
    """
    release = recipient.of_order(order, buyer, now)
    subject = db.session.get_one(Subject, buyer.subject_id)
    payment = Payment(
        order_id=order.id,
        key=f"order-{order.ref}-session-1",
        handover_id=release.handover_id,
        asking=subjects.seal(subject, {"payload": release.payload.decode()}),
        amount_minor=order.total.amount_minor,
        currency=order.currency,
        asked_at=now,
    )
    db.session.add(payment)
    db.session.flush()
    return payment


def paid(payment: Payment, session: Session, now: datetime) -> None:
    """Take over that the service has the money of an order: once, however often and in whatever order it is heard of."""
    assert session.intent is not None
    unpaid = sa.update(Payment).where(Payment.id == payment.id, Payment.state != "paid")
    known = {"session": session.id, "intent": session.intent, "charge": session.charge}
    order_id = payment.order_id
    if not changed(unpaid.values(state="paid", paid_at=now, asking=None, url=None, **known)):
        return
    held = sa.update(Order).where(Order.id == order_id, Order.state.in_(HELD))
    if changed(held.values(state="paid", state_at=now, paid_at=now)):
        _sold(order_id)


def lines_of(order_id: int) -> dict[int, int]:
    """Return how many pieces of which listings an order is for."""
    rows = db.session.execute(sa.select(OrderLine.listing_id, OrderLine.quantity).where(OrderLine.order_id == order_id))
    return dict(rows.tuples().all())


def changed(statement: sa.Update) -> bool:
    """Run a conditional statement; say whether its condition held. What was read before is read anew."""
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if not done.rowcount:
        return False
    db.session.expire_all()
    return True


def _sold(order_id: int) -> None:
    listings.sold(lines_of(order_id))
    events.publish(OrderPaid(order_id))
