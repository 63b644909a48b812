"""What buyers' banks want back: each claim by the service's own id, however often and in whatever order we hear of it."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments as ports
from clozette.shop.ledger import queries as books
from clozette.shop.orders.models import Order
from clozette.shop.payments import services
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import DisputeMoved
from clozette.shop.payments.models import Dispute, Payment

_BEFORE: Mapping[str, tuple[str, ...]] = {
    "inquiry": (),
    "dropped": ("inquiry",),
    "open": ("inquiry", "dropped"),
    "won": ("inquiry", "dropped", "open"),
    "lost": ("inquiry", "dropped", "open"),
}
"""A state to those that it may follow; any other news of it is older than what we know."""
_BOOKED = ("open", "lost")


def heard(order_id: int, answer: ports.Dispute, now: datetime) -> str | None:
    """Take over what the service says of a claim, and return how we knew it; what we know already changes nothing."""
    services.hold(order_id)
    row = _known(order_id, answer)
    before = row.state if row is not None else None
    if row is None:
        row = Dispute(id=new_id(), outside=answer.id, order_id=order_id, state=answer.state, heard_at=now)
        row.asked_minor, row.amount_minor, row.due_at = answer.amount_minor, _amount(order_id, 0, answer), answer.due_at
        row.decided_at = _decided(answer, now)
        db.session.add(row)
        db.session.flush()
    elif not _moved(row, answer, now):
        return before
    events.publish(DisputeMoved(row.id, answer.state))
    return before


def order_of(answer: ports.Dispute) -> int | None:
    """Return the order whose payment a claim is about."""
    return db.session.scalar(sa.select(Payment.order_id).where(Payment.intent == answer.intent))


def state_of(answer: ports.Dispute) -> str | None:
    """Return the state in which we know a claim."""
    return db.session.scalar(sa.select(Dispute.state).where(Dispute.outside == answer.id))


def is_over(order: Order) -> bool:
    """Whether nothing is left of what was paid, as it went back or a bank took it."""
    return order.refunded_minor + _lost(order) >= order.total.amount_minor


def is_lost(order: Order) -> bool:
    """Whether nothing is left, and a bank took some of it."""
    return _lost(order) > 0 and is_over(order)


def _lost(order: Order) -> int:
    return books.of_order(order.id).get("lost", 0)


def _known(order_id: int, answer: ports.Dispute) -> Dispute | None:
    """Return what we know of a claim; the one of an order whose id was not kept is known by its order, once."""
    nameless = sa.and_(Dispute.outside.is_(None), Dispute.order_id == order_id)
    wanted = sa.select(Dispute).where(sa.or_(Dispute.outside == answer.id, nameless))
    return db.session.scalar(wanted.order_by(Dispute.outside.is_(None)).limit(1))


def _moved(row: Dispute, answer: ports.Dispute, now: datetime) -> bool:
    """Bring a claim on, if this is news; by when proof is due is taken over while it is where it was."""
    row_id, amount = row.id, _amount(row.order_id, row.id, answer)
    mine = sa.update(Dispute).where(Dispute.id == row_id)
    known = {"outside": answer.id, "asked_minor": answer.amount_minor, "amount_minor": amount, "due_at": answer.due_at}
    to = {"state": answer.state, "decided_at": _decided(answer, now)}
    if changed(mine.where(Dispute.state.in_(_BEFORE[answer.state])).values(**known, **to)):
        return True
    if row.outside != answer.id or (row.state == answer.state and row.due_at != answer.due_at):
        changed(mine.values(outside=answer.id, due_at=answer.due_at))
        events.publish(DisputeMoved(row_id, answer.state))
    return False


def _amount(order_id: int, but: int, answer: ports.Dispute) -> int:
    """Return what a claim can take at most: what the buyer paid and has not got back, less what other claims took."""
    others = sa.select(sa.func.sum(Dispute.amount_minor)).where(
        Dispute.order_id == order_id, Dispute.id != but, Dispute.state.in_(_BOOKED)
    )
    left = -books.of_order(order_id).get("buyer", 0) - (db.session.scalar(others) or 0)
    return max(0, min(answer.amount_minor, left))


def _decided(answer: ports.Dispute, now: datetime) -> datetime | None:
    return None if answer.state in ("inquiry", "open") else now
