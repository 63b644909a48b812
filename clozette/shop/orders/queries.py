"""Reads of orders."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from clozette.accounts.models import Member
from clozette.kernel import database
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.prepared import Prepared
from clozette.shop.cases.models import RUNNING, Case
from clozette.shop.orders import rules
from clozette.shop.orders.days import days
from clozette.shop.orders.models import Order, OrderAddress, OrderLine
from clozette.shop.payments.models import Payment, Refund
from clozette.shop.sellers.models import Seller
from clozette.shop.swaps.models import Swap

WHOLE = (selectinload(Order.lines), joinedload(Order.seller).joinedload(Seller.member))
STEPS = {
    "remind": (Order.state == "paid", Order.ship_by, -rules.REMIND_BEFORE),
    "unsent": (Order.state == "paid", Order.ship_by, timedelta()),
    "unheard": (Order.state == "shipped", Order.shipped_at, timedelta()),
    "over": (Order.state == "received", Order.protected_until, timedelta()),
}
"""What the clock does: of which orders, counted from when, and after how long; ``unheard`` after as long as settings say."""


_ME: sa.BindParameter[Any] = sa.bindparam("me", None, type_=Order.buyer_id.type)
_REF: sa.BindParameter[Any] = sa.bindparam("ref", None, type_=Order.ref.type)
_HAS_CASES = sa.exists().where(Case.order_id == Order.id)
_HAS_REFUNDS = sa.exists().where(Payment.order_id == Order.id, Refund.payment_id == Payment.id)
_TO = ("name", "line1", "line2", "postcode", "city", "country")
_SEEN = Prepared(
    sa.select(
        *Order.__table__.columns,
        Member.handle,
        Member.display_name,
        *(getattr(OrderAddress, name).label(f"to_{name}") for name in _TO),
        _HAS_CASES.label("has_cases"),
        _HAS_REFUNDS.label("has_refunds"),
    )
    .select_from(Order)
    .join(Seller, Seller.id == Order.seller_id)
    .outerjoin(Member, Member.id == Seller.member_id)
    .outerjoin(OrderAddress, sa.and_(OrderAddress.order_id == Order.id, OrderAddress.use == "shipping"))
    .where(Order.ref == _REF, Order.buyer_id == _ME)
)
_LINES = Prepared(
    sa.select(*OrderLine.__table__.columns)
    .where(OrderLine.order_id == sa.bindparam("order"))
    .order_by(OrderLine.position)
)


def seen_by(buyer_id: int | None, ref: str) -> Any:
    """Return what the page of a buyer's order needs to know first, if there is one: its columns and ``lines``; its seller's
    ``handle`` and ``display_name``; where it goes, as ``to_…``; whether it ``has_cases`` or ``has_refunds``.
    """
    connection = database.connection()
    for row in _SEEN.rows(connection, {"me": buyer_id, "ref": ref}):
        return SimpleNamespace(**row._asdict(), lines=_LINES.rows(connection, {"order": row.id}))
    return None


def bought_by(member_id: int, after: int | None) -> Page[Order]:
    """Return one page of what a member bought, newest first."""
    mine = sa.select(Order).where(Order.buyer_id == member_id).options(*WHOLE)
    return page_of(db.session.scalars(_before(mine, after)).all(), lambda order: order.id)


def sold_by(seller_id: int, after: int | None) -> Page[Order]:
    """Return one page of what was bought from a seller and paid, newest first."""
    mine = sa.select(Order).where(Order.seller_id == seller_id, Order.paid_at.is_not(None)).options(*WHOLE)
    return page_of(db.session.scalars(_before(mine, after)).all(), lambda order: order.id)


def to_send(seller_id: int) -> int:
    """Return how many orders a seller still has to send."""
    sent = Order.state == "paid", Order.ship_by.is_not(None)
    waiting = sa.select(sa.func.count()).where(Order.seller_id == seller_id, *sent)
    return db.session.scalar(waiting) or 0


def whole(order_id: int, *, lock: bool = False) -> Order | None:
    """Return an order with its lines and its seller."""
    wanted = sa.select(Order).where(Order.id == order_id).options(*WHOLE)
    if lock:
        wanted = wanted.with_for_update(of=Order)
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def refunds_of(order_id: int) -> Sequence[Refund]:
    """Return what was paid back of an order, oldest first."""
    mine = sa.select(Refund).join(Payment, Payment.id == Refund.payment_id).where(Payment.order_id == order_id)
    return db.session.scalars(mine.order_by(Refund.id)).all()


def is_only_asked(order_id: int) -> bool:
    """Whether all that is said against an order is a bank's question: the money may go back, which answers it."""
    states = db.session.scalars(sa.select(Case.state).where(Case.order_id == order_id, Case.state.in_(RUNNING)))
    return set(states) == {"inquiry"}


def due(step: str, now: datetime) -> Sequence[int]:
    """Return the orders for which a step of the clock has come."""
    state, since, after = STEPS[step]
    after = days().arrives if step == "unheard" else after
    wanted = sa.select(Order.id).where(state, since <= now - after, Order.contested_at.is_(None))
    if step == "over":
        wanted = wanted.where(alone())
    if step == "remind":
        wanted = wanted.where(Order.reminded_at.is_(None))
    # In no order: those that always fail don't keep the others waiting.
    return db.session.scalars(wanted.order_by(sa.func.random()).limit(500)).all()


def alone() -> sa.ColumnElement[bool]:
    """Return the SQL condition that no swap decides about an order: while one runs its legs wait for each other."""
    runs = sa.exists().where(Swap.id == Order.swap_id, Swap.state.in_(("agreed", "running")))
    return sa.or_(Order.swap_id.is_(None), ~runs)


def _before(wanted: sa.Select[Order], after: int | None) -> sa.Select[Order]:
    wanted = wanted.order_by(Order.id.desc()).limit(PAGE_SIZE + 1)
    return wanted if after is None else wanted.where(Order.id < after)


def buyer_of(order: Order) -> Member | None:
    """Return who bought, if they are still there."""
    return db.session.get(Member, order.buyer_id) if order.buyer_id is not None else None
