"""When a buyer's bank asks about money, or wants it back: the bank decides, and what it takes is in the books at once.

Each of its claims is a case of its own. While it only asks, nothing is booked, and the money may be paid back, which ends it.
"""

from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.kernel import clock
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.shop.cases import moves, resuming
from clozette.shop.cases.models import AT_BANK, COMPLAINT, Case
from clozette.shop.ledger import services as ledger
from clozette.shop.listings import services as listings
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from clozette.shop.payments import disputes, refunds, takebacks
from clozette.shop.payments import services as payments
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import DisputeMoved
from clozette.shop.payments.models import Dispute

log = structlog.get_logger()
_OVER = {"paid": "cancelled", "shipped": "returned", "received": "returned"}
"""What an order becomes when all its money is lost; of a part the order goes on, and the rest is whose it was."""
_ENDED = {"dropped": "bank_dropped", "won": "bank_won", "lost": "bank_lost"}


def heard(event: DisputeMoved) -> None:
    """Take over what the bank does."""
    now, dispute = clock.now(), db.session.get_one(Dispute, event.dispute_id)
    order, case = payments.hold(dispute.order_id), _running(dispute.id)
    if case is None:
        if event.state == "dropped":
            return
        case = _begun(order, dispute, now)
        if event.state == "inquiry":
            moves.note(case.id, "house", "inquiry", now)
    if event.state not in ("inquiry", "dropped") and case.state == "inquiry":
        _taken(case, now)
    if case.due_at != dispute.due_at:
        changed(sa.update(Case).where(Case.id == case.id).values(due_at=dispute.due_at))
    if event.state in _ENDED:
        _ended(case, event.state, now)


def _running(dispute_id: int) -> Case | None:
    return db.session.scalar(sa.select(Case).where(Case.dispute_id == dispute_id, Case.state.in_(AT_BANK)))


def _begun(order: Order, dispute: Dispute, now: datetime) -> Case:
    """Open the case of a claim; the order waits from now on."""
    case_id = new_id()
    facts = {"kind": "bank", "state": "inquiry", "state_at": now, "opened_at": now, "due_at": dispute.due_at}
    insert_once(Case, id=case_id, order_id=order.id, dispute_id=dispute.id, **facts)
    waiting = sa.update(Order).where(Order.id == order.id)
    changed(waiting.values(contested_at=sa.func.coalesce(Order.contested_at, now)))
    return db.session.get_one(Case, case_id)


def _taken(case: Case, now: datetime) -> None:
    """Book what the bank has taken, and let its case take the place of the buyer's: nobody gets money back twice."""
    mine = sa.select(Case).where(Case.order_id == case.order_id, Case.state.in_(COMPLAINT))
    complaint = db.session.scalar(mine)
    if complaint is not None:
        moves.move(complaint, "closed", now, due_at=None)
        moves.note(complaint.id, "house", "bank", now)
    dispute = db.session.get_one(Dispute, case.dispute_id)
    moves.move(case, "bank", now, due_at=dispute.due_at)
    if lost := ledger.book_dispute(dispute.id, now):
        log.error("dispute_not_covered", dispute=dispute.outside, minor=lost)
    moves.note(case.id, "house", "bank", now)


def _ended(case: Case, how: str, now: datetime) -> None:
    """Do what the bank decided; what it did not take goes on as if nothing had been."""
    assert case.dispute_id is not None
    order_id = case.order_id
    moves.move(case, "closed", now, due_at=None)
    moves.note(case.id, "house", _ENDED[how], now)
    if how == "won":
        ledger.book_dispute_won(case.dispute_id, now)
    if how == "lost":
        takebacks.begin(case.dispute_id, ledger.book_dispute(case.dispute_id, now), now)
        refunds.taken(order_id, now)
    order = payments.hold(order_id)
    if refunds.is_at_bank(order_id):
        return
    if order.state in _OVER and disputes.is_lost(order):
        _call_off(order, now)
        return
    resuming.resume(order_id, now)
    _go_on(order_id, now)


def _call_off(order: Order, now: datetime) -> None:
    """End an order of whose money nothing is left; what was not sent can be had again."""
    to = _OVER[order.state]
    orders.move(order, to, now, contested_at=None, ended_because="bank")
    if to == "cancelled":
        lines = payments.lines_of(order.id)
        listings.give_back(lines)
        listings.offer_again(lines)


def _go_on(order_id: int, now: datetime) -> None:
    """Let an order go on; what was to be sent meanwhile has its days anew."""
    if moves.free(order_id) and payments.hold(order_id).ship_by is not None:
        orders.begin(order_id, now)
