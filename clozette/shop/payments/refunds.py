"""Money back: decided here, sent by a task, done when the payment service says so."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from clozette.kernel import events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.shop.ledger import queries as books
from clozette.shop.ledger import services as ledger
from clozette.shop.orders.models import Order, OrderLine
from clozette.shop.payments import rules
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import RefundAsked, RefundDone, RefundFailed
from clozette.shop.payments.models import MAX_WHY, Dispute, Payment, Refund
from clozette.shop.payments.rules import FEE, SHIPPING, Charged, Split

log = structlog.get_logger()
KEY_HOLDS = timedelta(hours=20)
"""So long the service knows a key for certain; after a day it may forget it, and would do the same again."""
BY_BANK = "the buyer's bank took it"
CLOCKS_DIFFER = timedelta(minutes=10)


def refund(order: Order, asked: Mapping[str, int], *, because: str, key: str, now: datetime) -> Refund:
    """Decide to pay back ``asked``: order line id (as text) or ``shipping`` to minor units; the fees follow by themselves.

    The same key decides once.

    :raises Refused: ``not_paid``, ``taken_back``, ``nothing``, ``too_much``, ``no_money`` if the seller has less, or
        ``other_amount`` for a key that was used for something else.
    """
    _hold(order.id)
    known = _by_key(key)
    if known is not None:
        return _same(known, asked)
    payment = db.session.scalar(sa.select(Payment).where(Payment.order_id == order.id, Payment.state == "paid"))
    if payment is None:
        raise Refused(rules.not_paid())
    refuse(_why_not_now(order, asked))
    charged, before = charged_of(order), _before(payment.id)
    refuse(rules.why_not_refund(charged, before, asked))
    return _decide(order, payment.id, rules.split(charged, before, asked), because, key, now)


def refund_all(order: Order, *, because: str, key: str, now: datetime) -> Refund | None:
    """Decide to pay back whatever is left; nothing if nothing is."""
    _hold(order.id)
    payment_id = db.session.scalar(sa.select(Payment.id).where(Payment.order_id == order.id))
    before = _before(payment_id or 0)
    charged = charged_of(order)
    whole = {**charged.lines, SHIPPING: charged.shipping}
    left = {part: most - sum(one.parts.get(part, 0) for one in before) for part, most in whole.items()}
    asked = {part: amount for part, amount in left.items() if amount}
    there = books.of_order(order.id)
    if there.get("lost") and not is_at_bank(order.id) and _by_key(key) is None:
        made = rules.rest(charged, before, theirs=there.get("held", 0), fees=there.get("fees", 0))
        return _decide(order, payment_id or 0, made, because, key, now) if made.amount else None
    return refund(order, asked, because=because, key=key, now=now) if asked else None


def is_at_bank(order_id: int) -> bool:
    """Whether a bank has the money of an order, and decides; one that only asks has none."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Dispute.order_id == order_id, Dispute.state == "open"))))


def within(order: Order, asked: Mapping[str, int]) -> dict[str, int]:
    """Return what of it can go back: all, unless a bank took so much that less is left."""
    there = books.of_order(order.id)
    return rules.within(asked, _theirs(order, there)) if there.get("lost") else dict(asked)


def taken(order_id: int, now: datetime) -> None:
    """Let refunds that did not arrive be over, once nothing of the order is owed: the buyer's bank took it."""
    if books.of_order(order_id).get("owed"):
        return
    of_it = sa.select(Payment.id).where(Payment.order_id == order_id)
    failed = sa.update(Refund).where(Refund.payment_id.in_(of_it), Refund.state == "failed")
    changed(failed.values(state="settled", settled=BY_BANK, done_at=now))


def given_back(order_id: int) -> dict[str, int]:
    """Return what goes back of an order, went back, or is owed: by line, and for shipping and the fee."""
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
    """Tell the payment service, and give the seller's account the house's part; for a task: it lets go of the database
    meanwhile. A no leaves the money owed to the buyer.

    :raises Later: to be tried again.
    """
    if db.session.get_one(Refund, refund_id).state == "asked":
        _send(refund_id, now)
    row = db.session.get_one(Refund, refund_id)
    if row.reversed_at is not None and row.fee_sent_at is None:
        _send_fee(refund_id, now)


def heard(answer: ports.Refund, now: datetime) -> bool:
    """Take over what the payment service says of a refund; whether it is one of ours. An earlier try has had its say."""
    row, tries = of_answer(answer)
    if row is not None and tries == row.tries:
        _move(row.id, answer.state, answer.id, now, tries=tries, why="returned" if answer.state == "failed" else "")
    return row is not None


def of_answer(answer: ports.Refund) -> tuple[Refund | None, int]:
    """Return the refund that the payment service speaks of, and which try of it."""
    name, _dot, number = answer.reference.partition(".")
    row = db.session.scalar(sa.select(Refund).where(Refund.outside == answer.id))
    if row is not None:
        return row, row.tries
    named = named_by(name)
    tries = int(number) if number.isdecimal() and len(number) < 5 else 0
    return (db.session.get(Refund, named) if named is not None else None), tries


def named_by(reference: str) -> int | None:
    """Return the id that a reference of ours says."""
    try:
        return ids.decode(reference)
    except ValueError:
        return None


def _send(refund_id: int, now: datetime) -> None:
    row = db.session.get_one(Refund, refund_id)
    payment = db.session.get_one(Payment, row.payment_id)
    assert payment.intent is not None
    tries, is_first, is_late = row.tries, row.reversed_at is None, row.asked_at < now - KEY_HOLDS
    key, reference = (f"{row.key}~{tries}", f"{ids.encode(row.id)}.{tries}") if tries else (row.key, ids.encode(row.id))
    asked, since = (payment.intent, row.amount_minor, payment.currency, key), row.asked_at - CLOCKS_DIFFER
    ports.save()
    there = ports.payments()
    try:
        answer = (
            next((one for one in there.refunds(since) if one.reference == reference), None)
            if is_late
            else there.refund(*asked, reference=reference, from_seller=is_first)
        )
    except Declined as no:
        log.error("refund_declined", refund_id=refund_id, why=no.why)
        _move(refund_id, "failed", None, now, tries=tries, why=no.why)
        return
    if answer is None:  # its key may do it twice by now, so it goes on as one that was declined: by another
        _move(refund_id, "failed", None, now, tries=tries, why="unsent")
        return
    _move(refund_id, answer.state, answer.id, now, tries=tries, why="returned" if answer.state == "failed" else "")


def _send_fee(refund_id: int, now: datetime) -> None:
    row = db.session.get_one(Refund, refund_id)
    payment = db.session.get_one(Payment, row.payment_id)
    assert payment.intent is not None
    intent, amount, key = payment.intent, row.house_minor, f"{row.key}-fee"
    if amount:
        ports.save()
        ports.payments().give_fee(intent, amount, payment.currency, key, reference=ids.encode(refund_id))
    sent = sa.update(Refund).where(Refund.id == refund_id, Refund.fee_sent_at.is_(None))
    changed(sent.values(fee_sent_at=now))


def _move(refund_id: int, to: str, outside: str | None, now: datetime, *, tries: int, why: str = "") -> None:
    """Bring a try of a refund on: forwards only, but that even one that was done may come back from the buyer's bank."""
    froms = {"sent": ("asked",), "done": ("asked", "sent"), "failed": ("asked", "sent", "done")}[to]
    mine = sa.update(Refund).where(Refund.id == refund_id, Refund.tries == tries, Refund.state.in_(froms))
    known: dict[str, Any] = {"state": to, "why": why[:MAX_WHY], "done_at": None if to == "sent" else now}
    if outside is not None:
        known |= {"outside": outside, "reversed_at": sa.func.coalesce(Refund.reversed_at, now)}
    if not changed(mine.values(known)):
        return
    if to == "done":
        events.publish(RefundDone(refund_id))
    if to == "failed":
        ledger.book_refund_failed(refund_id, now)
        events.publish(RefundFailed(refund_id))


def _by_key(key: str) -> Refund | None:
    return db.session.scalar(sa.select(Refund).where(Refund.key == key))


def _decide(order: Order, payment_id: int, made: Split, because: str, key: str, now: datetime) -> Refund:
    """Write a refund down, book it, and let the payment service know."""
    refund_id = new_id()
    values = {"amount_minor": made.amount, "house_minor": made.house, "parts": dict(made.parts)}
    insert_once(
        Refund, id=refund_id, payment_id=payment_id, key=key, because=because, state="asked", asked_at=now, **values
    )
    _count(order.id, made.parts)
    ledger.book_refund(refund_id, now)
    events.publish(RefundAsked(refund_id))
    return db.session.get_one(Refund, refund_id)


def _why_not_now(order: Order, asked: Mapping[str, int]) -> Refusal | None:
    """Return why a bank leaves nothing of an order, or not so much, to give back."""
    if is_at_bank(order.id):
        return rules.taken_back()
    there = books.of_order(order.id)
    return rules.why_not_beside(asked, _theirs(order, there)) if there.get("lost") else None


def _theirs(order: Order, there: Mapping[str, int]) -> int:
    """Return what of an order is still the seller's, by its moves."""
    return max(0, there.get("available" if order.completed_at else "held", 0))


def _same(known: Refund, asked: Mapping[str, int]) -> Refund:
    if {part: amount for part, amount in known.parts.items() if part != FEE} != dict(asked):
        raise Refused(rules.other_amount())
    return known


def _hold(order_id: int) -> None:
    """Let nobody else decide about this order's money until this transaction ends."""
    db.session.execute(sa.select(Order.id).where(Order.id == order_id).with_for_update())


def _before(payment_id: int) -> list[Split]:
    wanted = sa.select(Refund.parts, Refund.house_minor).where(Refund.payment_id == payment_id)
    return [Split(parts, house) for parts, house in db.session.execute(wanted)]


def _count(order_id: int, parts: Mapping[str, int]) -> None:
    """Add to what an order and its lines know as paid back; the tables refuse more than there was."""
    whole = sa.update(Order).where(Order.id == order_id)
    changed(whole.values(refunded_minor=Order.refunded_minor + sum(parts.values())))
    for part, amount in sorted(parts.items()):
        if part not in (SHIPPING, FEE):
            line = sa.update(OrderLine).where(OrderLine.id == int(part), OrderLine.order_id == order_id)
            changed(line.values(refunded_minor=OrderLine.refunded_minor + amount))
