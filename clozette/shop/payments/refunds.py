"""Money back: decided here, sent by a task, done when the payment service says so."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.kernel import events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined
from clozette.kernel.refusal import Refused, refuse
from clozette.shop.ledger import queries as books
from clozette.shop.ledger import services as ledger
from clozette.shop.orders.models import Order, OrderLine
from clozette.shop.payments import rules
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import RefundAsked, RefundDone, RefundFailed
from clozette.shop.payments.models import Payment, Refund
from clozette.shop.payments.rules import FEE, SHIPPING, Charged, Split

log = structlog.get_logger()


def refund(order: Order, asked: Mapping[str, int], *, because: str, key: str, now: datetime) -> Refund:
    """Decide to pay back ``asked``: order line id (as text) or ``shipping`` to minor units; the fees follow by themselves.

    The same key decides once.

    :raises Refused: ``not_paid``, ``taken_back``, ``nothing``, ``too_much``, or ``no_money`` if the seller has less.
    """
    _hold(order.id)
    known = db.session.scalar(sa.select(Refund).where(Refund.key == key))
    if known is not None:
        return known
    payment = db.session.scalar(sa.select(Payment).where(Payment.order_id == order.id, Payment.state == "paid"))
    if payment is None:
        raise Refused(rules.not_paid())
    if books.of_order(order.id).get("lost"):
        raise Refused(rules.taken_back())
    charged, before = charged_of(order), _before(payment.id)
    refuse(rules.why_not_refund(charged, before, asked))
    made = rules.split(charged, before, asked)
    refund_id = new_id()
    values = {"amount_minor": made.amount, "house_minor": made.house, "parts": dict(made.parts)}
    insert_once(
        Refund, id=refund_id, payment_id=payment.id, key=key, because=because, state="asked", asked_at=now, **values
    )
    _count(order.id, made.parts, 1)
    ledger.book_refund(refund_id, now)
    events.publish(RefundAsked(refund_id))
    return db.session.get_one(Refund, refund_id)


def refund_all(order: Order, *, because: str, key: str, now: datetime) -> Refund | None:
    """Decide to pay back whatever is left; nothing if nothing is."""
    _hold(order.id)
    payment_id = db.session.scalar(sa.select(Payment.id).where(Payment.order_id == order.id))
    before = _before(payment_id or 0)
    charged = charged_of(order)
    whole = {**charged.lines, SHIPPING: charged.shipping}
    left = {part: most - sum(one.parts.get(part, 0) for one in before) for part, most in whole.items()}
    asked = {part: amount for part, amount in left.items() if amount}
    return refund(order, asked, because=because, key=key, now=now) if asked else None


def given_back(order_id: int) -> dict[str, int]:
    """Return what goes back of an order or went back: by line, and for shipping and the fee."""
    payment_id = db.session.scalar(sa.select(Payment.id).where(Payment.order_id == order_id))
    given: dict[str, int] = {}
    for one in _before(payment_id or 0):
        for part, amount in one.parts.items():
            given[part] = given.get(part, 0) + amount
    return given


def charged_of(order: Order) -> Charged:
    """Return what an order was charged with."""
    rows = sa.select(OrderLine.id, OrderLine.price_minor * OrderLine.quantity).where(OrderLine.order_id == order.id)
    lines = {str(line_id): int(amount) for line_id, amount in db.session.execute(rows)}
    return Charged(lines, order.shipping_minor, order.fee_minor, order.seller_fee_minor)


def send(refund_id: int, now: datetime) -> None:
    """Tell the payment service; for a task: it lets go of the database meanwhile. Its no is for the staff to see.

    :raises Later: to be tried again.
    """
    row = db.session.get_one(Refund, refund_id)
    if row.state != "asked":
        return
    payment = db.session.get_one(Payment, row.payment_id)
    assert payment.intent is not None
    asked = (payment.intent, row.amount_minor, row.house_minor, payment.currency, row.key)
    ports.save()
    try:
        answer = ports.payments().refund(*asked, reference=ids.encode(refund_id))
    except Declined as no:
        log.error("refund_declined", refund_id=refund_id, why=no.why)
        _move(refund_id, "failed", None, now)
        return
    _move(refund_id, answer.state, answer.id, now)


def heard(answer: ports.Refund, now: datetime) -> bool:
    """Take over what the payment service says of a refund; whether it is one of ours."""
    ours = Refund.outside == answer.id
    if (named := named_by(answer.reference)) is not None:
        ours = sa.or_(ours, Refund.id == named)
    row = db.session.scalar(sa.select(Refund).where(ours))
    if row is not None:
        _move(row.id, answer.state, answer.id, now)
    return row is not None


def named_by(reference: str) -> int | None:
    """Return the id that a reference of ours says."""
    try:
        return ids.decode(reference)
    except ValueError:
        return None


def _move(refund_id: int, to: str, outside: str | None, now: datetime) -> None:
    """Bring a refund on: forwards only, but that even one that was done may come back from the buyer's bank."""
    froms = {"sent": ("asked",), "done": ("asked", "sent"), "failed": ("asked", "sent", "done")}[to]
    mine = sa.update(Refund).where(Refund.id == refund_id, Refund.state.in_(froms))
    if not changed(mine.values(state=to, outside=outside, done_at=None if to == "sent" else now)):
        return
    if to == "done":
        events.publish(RefundDone(refund_id))
    if to == "failed":
        row = db.session.get_one(Refund, refund_id)
        payment = db.session.get_one(Payment, row.payment_id)
        _count(payment.order_id, row.parts, -1)
        ledger.book_refund_failed(refund_id, now)
        events.publish(RefundFailed(refund_id))


def _hold(order_id: int) -> None:
    """Let nobody else decide about this order's money until this transaction ends."""
    db.session.execute(sa.select(Order.id).where(Order.id == order_id).with_for_update())


def _before(payment_id: int) -> list[Split]:
    wanted = sa.select(Refund.parts, Refund.house_minor).where(
        Refund.payment_id == payment_id, Refund.state != "failed"
    )
    return [Split(parts, house) for parts, house in db.session.execute(wanted)]


def _count(order_id: int, parts: Mapping[str, int], sign: int) -> None:
    """Add to what an order and its lines know as paid back; the tables refuse more than there was."""
    total = sign * sum(parts.values())
    whole = sa.update(Order).where(Order.id == order_id)
    changed(whole.values(refunded_minor=Order.refunded_minor + total))
    for part, amount in sorted(parts.items()):
        if part not in (SHIPPING, FEE):
            line = sa.update(OrderLine).where(OrderLine.id == int(part), OrderLine.order_id == order_id)
            changed(line.values(refunded_minor=OrderLine.refunded_minor + sign * amount))
