"""When a buyer's bank wants the money back: the bank decides, and what it takes is written in the books at once."""

from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.kernel import clock
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.shop.cases import moves, resuming
from clozette.shop.cases.models import RUNNING, Case
from clozette.shop.ledger import services as ledger
from clozette.shop.listings import services as listings
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from clozette.shop.payments import refunds
from clozette.shop.payments import services as payments
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import DisputeMoved

log = structlog.get_logger()
_OVER = {"paid": "cancelled", "shipped": "returned", "received": "returned"}
"""What an order becomes when its money is lost; where a part is, what was sent goes on, and the rest is the seller's."""


def heard(event: DisputeMoved) -> None:
    """Take over what the bank does, once, however often and in whatever order it is told."""
    now, order = clock.now(), payments.hold(event.order_id)
    case = db.session.scalar(sa.select(Case).where(Case.order_id == order.id, Case.kind == "bank"))
    if case is None:
        case = _opened(order, event.amount_minor, now)
    if event.state != "open" and case.state == "bank":
        _decided(case, event.amount_minor, won=event.state == "won", now=now)


def _opened(order: Order, amount: int, now: datetime) -> Case:
    """Let the bank's case take the place of the buyer's: nobody gets money back twice."""
    mine = sa.select(Case).where(Case.order_id == order.id, Case.state.in_(RUNNING))
    running = db.session.scalar(mine)
    if running is not None:
        moves.move(running, "closed", now, due_at=None)
        moves.note(running.id, "house", "bank", now)
    case_id = new_id()
    insert_once(Case, id=case_id, order_id=order.id, kind="bank", state="bank", state_at=now, opened_at=now)
    waiting = sa.update(Order).where(Order.id == order.id)
    changed(waiting.values(contested_at=sa.func.coalesce(Order.contested_at, now)))
    lost = ledger.book_dispute(order.id, amount, now)
    if lost:
        log.error("dispute_not_covered", order=order.ref, minor=lost, currency=order.currency)
    moves.note(case_id, "house", "bank", now)
    return db.session.get_one(Case, case_id)


def _decided(case: Case, amount: int, *, won: bool, now: datetime) -> None:
    moves.move(case, "closed", now)
    moves.note(case.id, "house", "bank_won" if won else "bank_lost", now)
    order = payments.hold(case.order_id)
    if won and resuming.resume(order.id, now):
        ledger.book_dispute_won(order.id, now)
        return
    is_part = order.state in ("shipped", "received") and amount + order.refunded_minor < order.total.amount_minor
    to = None if won or is_part else _OVER.get(order.state)
    if won:
        ledger.book_dispute_won(order.id, now)
    else:
        ledger.book_dispute_lost(order.id, amount, now)
        refunds.taken(order.id, now)
    if to is None:
        changed(sa.update(Order).where(Order.id == order.id).values(contested_at=None))
        return
    orders.move(order, to, now, contested_at=None, ended_because="bank")
    if to == "cancelled":
        lines = payments.lines_of(order.id)
        listings.give_back(lines)
        listings.offer_again(lines)
