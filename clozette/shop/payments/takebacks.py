"""What a bank took for good is taken back from the seller, as far as there is something; the rest they owe.

The bank took it from the house. The transfer that brought it to the seller's account with the payment service is reversed:
decided here, sent by a task. What had been paid out already is taken from what they can be paid out next.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.kernel import events, ids
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined
from clozette.shop.ledger import queries as books
from clozette.shop.ledger import services as ledger
from clozette.shop.orders.models import Order
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import TakeBackAsked
from clozette.shop.payments.models import MAX_WHY, Dispute, Payment, Payout, TakeBack
from clozette.shop.payments.refunds import KEY_HOLDS

log = structlog.get_logger()


def begin(dispute_id: int, debt: int, now: datetime) -> None:
    """Take back what a lost claim took out of the seller's money here, and let them owe what they had been paid."""
    changed(sa.update(Dispute).where(Dispute.id == dispute_id).values(debt_minor=debt))
    if taken := ledger.taken_from_seller(dispute_id):
        _ask(dispute_id, taken, now)
    order_id = db.session.get_one(Dispute, dispute_id).order_id
    net(db.session.get_one(Order, order_id).seller_id, now)


def net(seller_id: int, now: datetime) -> None:
    """Take what a seller owes from what they could be paid out, the oldest debt first."""
    for dispute_id, order_id, debt in _debts(seller_id):
        amount = min(debt, books.balance(seller_id).available)
        less = sa.update(Dispute).where(Dispute.id == dispute_id, Dispute.debt_minor == debt)
        if amount and changed(less.values(debt_minor=debt - amount)):
            ledger.book_taken_back(_ask(dispute_id, amount, now), order_id, amount, now)


def debtors() -> Sequence[int]:
    """Return the sellers who owe something."""
    owing = sa.select(Order.seller_id).join(Dispute, Dispute.order_id == Order.id).where(Dispute.debt_minor > 0)
    return db.session.scalars(owing.distinct().order_by(Order.seller_id)).all()


def owed_by(seller_id: int) -> int:
    """Return what a seller owes."""
    return sum(debt for _id, _order_id, debt in _debts(seller_id))


def asked_about(seller_id: int) -> int:
    """Return how much of what a seller could be paid out a bank asks about: that waits until it has said what it wants.

    What was paid out before it asked can't wait any more.
    """
    asked = sa.select(Dispute.order_id, Dispute.amount_minor).join(Order, Order.id == Dispute.order_id)
    between = Payout.asked_at.between(Order.completed_at, Dispute.heard_at), Payout.state != "failed"
    gone = sa.exists().where(Payout.seller_id == Order.seller_id, *between)
    rows = db.session.execute(asked.where(Dispute.state == "inquiry", Order.seller_id == seller_id, ~gone)).all()
    return sum(min(amount, max(0, books.of_order(order_id).get("available", 0))) for order_id, amount in rows)


def send(take_back_id: int, now: datetime) -> None:
    """Tell the payment service; for a task: it lets go of the database meanwhile. A no is tried again after a day.

    :raises Later: to be tried again.
    """
    row = db.session.get_one(TakeBack, take_back_id)
    if row.state == "done":
        return
    order_id = db.session.get_one(Dispute, row.dispute_id).order_id
    payment = db.session.scalars(sa.select(Payment).where(Payment.order_id == order_id)).one()
    assert payment.intent is not None
    intent, name, amount, currency = payment.intent, ids.encode(row.id), row.amount_minor, payment.currency
    is_known, tries = row.state == "failed" or row.asked_at < now - KEY_HOLDS, row.tries
    ports.save()
    there = ports.payments()
    try:
        done = there.taken_back(intent).get(name) if is_known else None  # its key may do it twice by now
        done = done or there.take_back(intent, amount, currency, f"take-back-{name}-{tries}", reference=name)
    except Declined as no:
        log.error("take_back_declined", take_back=take_back_id, why=no.why)
        _keep(take_back_id, tries, state="failed", why=no.why[:MAX_WHY], tries=tries + 1, done_at=now)
        return
    _keep(take_back_id, tries, state="done", why="", outside=done, done_at=now)


def _keep(take_back_id: int, after: int, **values: object) -> None:
    mine = sa.update(TakeBack).where(TakeBack.id == take_back_id, TakeBack.state != "done", TakeBack.tries == after)
    changed(mine.values(values))


def _ask(dispute_id: int, amount: int, now: datetime) -> int:
    take_back_id = new_id()
    db.session.add(TakeBack(id=take_back_id, dispute_id=dispute_id, amount_minor=amount, asked_at=now))
    db.session.flush()
    events.publish(TakeBackAsked(take_back_id))
    return take_back_id


def _debts(seller_id: int) -> list[tuple[int, int, int]]:
    owing = sa.select(Dispute.id, Dispute.order_id, Dispute.debt_minor).join(Order, Order.id == Dispute.order_id)
    owing = owing.where(Order.seller_id == seller_id, Dispute.debt_minor > 0).order_by(Dispute.id)
    return [(row.id, row.order_id, row.debt_minor) for row in db.session.execute(owing)]
