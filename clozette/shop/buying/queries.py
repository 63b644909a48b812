"""Reads of orders on their way to be paid."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from clozette.accounts.models import Member
from clozette.kernel import database
from clozette.kernel.database import db
from clozette.kernel.prepared import Prepared
from clozette.shop.orders.models import HELD, Order, OrderAddress, OrderLine
from clozette.shop.payments.models import Payment

# Statements of every checkout, made once.
_ME: sa.BindParameter[Any] = sa.bindparam("me", None, type_=Order.buyer_id.type)
_BY_KEY = Prepared(sa.select(Order.id).where(Order.buyer_id == _ME, Order.form_key == sa.bindparam("key")))
_STANDING = Prepared(
    sa.select(Order.id, Order.state, Order.paid_at, Order.swap_id, Payment.id.label("payment_id"))
    .outerjoin_from(Order, Payment, Payment.order_id == Order.id)
    .where(Order.ref == sa.bindparam("ref"), Order.buyer_id == _ME)
)
_HELD = Prepared(
    sa.select(sa.func.count().label("number")).where(
        Order.buyer_id == _ME, Order.state.in_(HELD), Order.swap_id.is_(None)
    )
)
_PAYMENT = Prepared(sa.select(Payment.id).where(Payment.order_id == sa.bindparam("order")))
_LET_GO = Prepared(
    sa.select(OrderLine.listing_id, sa.func.count().label("times"))
    .join_from(Order, OrderLine, OrderLine.order_id == Order.id)
    .where(Order.buyer_id == _ME, Order.made_at > sa.bindparam("since", type_=Order.made_at.type))
    .where(Order.state == "expired", Order.swap_id.is_(None))
    .group_by(OrderLine.listing_id)
)


def by_key(buyer_id: int, form_key: str) -> Order | None:
    """Return the order that a form already made."""
    database.flush()
    rows = _BY_KEY.rows(database.connection(), {"me": buyer_id, "key": form_key})
    return db.session.get_one(Order, rows[0].id) if rows else None


def standing(member_id: int | None, ref: str) -> Any:
    """Return how far a buyer's order is, as a row, if there is one: ``id``, ``state``, ``paid_at``, ``swap_id``, ``payment_id``."""
    return next(iter(_STANDING.rows(database.connection(), {"me": member_id, "ref": ref})), None)


def order_of(member_id: int | None, ref: str) -> Order | None:
    """Return a buyer's order with its lines and seller."""
    mine = sa.select(Order).where(Order.ref == ref, Order.buyer_id == member_id)
    return db.session.scalar(mine.options(selectinload(Order.lines), joinedload(Order.seller)))


def held_by(member_id: int) -> int:
    """Return how many orders a member holds without having paid; those of swaps are held for all of a ring."""
    database.flush()
    return int(_HELD.rows(database.connection(), {"me": member_id})[0].number)


def let_go(member_id: int, listings: Sequence[int], since: datetime) -> int:
    """Return how often a member held one of these listings since then and let it go unpaid, of the one with most."""
    rows = _LET_GO.rows(database.connection(), {"me": member_id, "since": since})
    return max((int(row.times) for row in rows if row.listing_id in listings), default=0)


def payment_id(order_id: int) -> int:
    """Return the id of an order's payment."""
    database.flush()
    (row,) = _PAYMENT.rows(database.connection(), {"order": order_id})
    return int(row.id)


def due(now: datetime) -> Sequence[int]:
    """Return the ids of orders whose hold is over, in no order: none waits for ever behind one that never gets an answer."""
    late = sa.select(Order.id).where(Order.state.in_(HELD), Order.hold_until < now)
    return db.session.scalars(late.order_by(sa.func.random())).all()


_LAST = sa.select(Order.id).where(Order.buyer_id == _ME).order_by(Order.id.desc()).limit(1).scalar_subquery()
_KNOWN = Prepared(
    sa.select(Member.country.label("home"), *OrderAddress.__table__.columns)
    .select_from(Member)
    .outerjoin(OrderAddress, OrderAddress.order_id == _LAST)
    .where(Member.id == _ME)
)


def last_addresses(member_id: int) -> Sequence[Any]:
    """Return the addresses of the member's last order, each with their country as ``home``; that alone (no ``use``) if there
    are none.
    """
    return _KNOWN.rows(database.connection(), {"me": member_id})
