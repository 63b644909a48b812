"""Reads of what is owed to buyers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.shop.cases.models import Case
from clozette.shop.ledger.models import Move
from clozette.shop.orders.models import Order
from clozette.shop.owing import rules
from clozette.shop.payments.models import Payment, Refund

_AT_ONCE = 200


@dataclass(frozen=True)
class Owed:
    """A refund that did not arrive: of which order, by which payment, and to whom, if they are still there."""

    refund: Refund
    order: Order
    payment: Payment
    buyer: Member | None


def page(after: int | None) -> Page[Owed]:
    """Return what is owed, the oldest first."""
    wanted = _owed().where(Refund.id > after) if after is not None else _owed()
    rows = db.session.execute(wanted.order_by(Refund.id).limit(PAGE_SIZE + 1))
    return page_of([Owed(*row) for row in rows], lambda one: one.refund.id)


def find(refund_id: int) -> Owed:
    """Return one, or 404 if it is not owed, or no longer."""
    row = db.session.execute(_owed().where(Refund.id == refund_id)).first()
    return Owed(*row) if row is not None else abort(404)


def order_of(refund_id: int) -> int | None:
    """Return the order that a refund is of."""
    mine = sa.select(Payment.order_id).join(Refund, Refund.payment_id == Payment.id).where(Refund.id == refund_id)
    return db.session.scalar(mine)


def is_at_bank(order_id: int) -> bool:
    """Whether the buyer's bank decides about an order's money now."""
    asked = sa.exists().where(Case.order_id == order_id, Case.state == "bank")
    return bool(db.session.scalar(sa.select(asked)))


def due(now: datetime) -> Sequence[int]:
    """Return what the clock tries again: what was declined, may do by now, and the buyer's bank hasn't taken."""
    disputed = sa.exists().where(Move.order_id == Payment.order_id, Move.deed == "dispute")
    wanted = (
        sa.select(Refund.id).join(Payment, Payment.id == Refund.payment_id).where(Refund.state == "failed", ~disputed)
    )
    can = Refund.why.not_in(rules.HOPELESS), Refund.tries < rules.MOST_TRIES, Refund.done_at <= now - rules.AFTER
    return db.session.scalars(wanted.where(*can).order_by(Refund.done_at, Refund.id).limit(_AT_ONCE)).all()


def _owed() -> sa.Select[Refund, Order, Payment, Member]:
    wanted = sa.select(Refund, Order, Payment, Member).join(Payment, Payment.id == Refund.payment_id)
    wanted = wanted.join(Order, Order.id == Payment.order_id).outerjoin(Member, Member.id == Order.buyer_id)
    return wanted.where(Refund.state == "failed")
