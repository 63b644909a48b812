"""Reads of swaps."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.shop.orders.models import HELD, Order
from clozette.shop.sellers.models import Seller
from clozette.shop.swaps.models import OPEN, Leg, Swap
from clozette.shop.swaps.rules import ENDED

WHOLE = selectinload(Swap.legs).options(
    selectinload(Leg.pieces),
    joinedload(Leg.giver).joinedload(Seller.member),
    joinedload(Leg.receiver),
    joinedload(Leg.order).selectinload(Order.lines),
)


def whole(swap_id: int, *, lock: bool = False) -> Swap | None:
    """Return a swap with its legs; as it is now, and stays until this transaction ends, where it is locked."""
    wanted = sa.select(Swap).where(Swap.id == swap_id).options(WHOLE)
    if lock:
        wanted = wanted.with_for_update(of=Swap)
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def by_key(proposer_id: int, form_key: str) -> Swap | None:
    """Return what a form already proposed."""
    return db.session.scalar(sa.select(Swap).where(Swap.proposer_id == proposer_id, Swap.form_key == form_key))


def swaps_of(member_id: int, after: int | None) -> Page[Swap]:
    """Return one page of the swaps that a member is in, newest first."""
    mine = sa.select(Swap).join(Leg, Leg.swap_id == Swap.id).where(Leg.receiver_id == member_id).options(WHOLE)
    if after is not None:
        mine = mine.where(Swap.id < after)
    return page_of(db.session.scalars(mine.order_by(Swap.id.desc()).limit(PAGE_SIZE + 1)).all(), lambda swap: swap.id)


def count_proposed(member_id: int) -> int:
    """Return how many proposals of a member nobody has answered to the end."""
    mine = sa.select(sa.func.count()).where(Swap.proposer_id == member_id, Swap.state == "proposed")
    return db.session.scalar(mine) or 0


def count_waiting(member_id: int) -> int:
    """Return how many swaps wait for a member: to say yes or no, or to pay."""
    unpaid = sa.exists().where(Order.id == Leg.order_id, Order.state.in_(HELD))
    waits = sa.or_(sa.and_(Swap.state == "proposed", Leg.answer == "none"), sa.and_(Swap.state == "agreed", unpaid))
    mine = sa.select(sa.func.count()).select_from(Leg).join(Swap, Swap.id == Leg.swap_id)
    return db.session.scalar(mine.where(Leg.receiver_id == member_id, waits)) or 0


def of_order(order_id: int) -> Swap | None:
    """Return the swap that an order is a leg of."""
    return db.session.scalar(sa.select(Swap).join(Order, Order.swap_id == Swap.id).where(Order.id == order_id))


def unfinished(swap_id: int) -> Sequence[int]:
    """Return the orders of a swap that nobody has sent yet, and that are not off."""
    mine = sa.select(Order.id).where(Order.swap_id == swap_id, Order.state.in_((*HELD, "paid")))
    return db.session.scalars(mine.order_by(Order.id)).all()


def between(one_id: int, other_id: int) -> Sequence[int]:
    """Return the proposals in which one of two members would send something to the other."""
    neighbours = sa.or_(
        sa.and_(Leg.receiver_id == one_id, Seller.member_id == other_id),
        sa.and_(Leg.receiver_id == other_id, Seller.member_id == one_id),
    )
    wanted = sa.select(Leg.swap_id).join(Seller, Seller.id == Leg.giver_id).join(Swap, Swap.id == Leg.swap_id)
    return db.session.scalars(wanted.where(neighbours, Swap.state == "proposed").distinct()).all()


def due(now: datetime) -> Sequence[int]:
    """Return the swaps about which there is something to do, whatever was missed."""
    waiting = sa.or_(Order.state != "received", Order.protected_until > now, Order.contested_at.is_not(None))
    conditions = (
        sa.and_(Swap.state == "proposed", Swap.expires_at <= now),
        sa.and_(Swap.state.in_(OPEN), _has(Order.state.in_(ENDED))),
        sa.and_(Swap.state == "agreed", ~_has(Order.state != "paid")),
        sa.and_(Swap.state == "running", ~_has(waiting)),
        sa.and_(Swap.state == "failed", _has(Order.state.in_((*HELD, "paid")))),
    )
    return db.session.scalars(sa.select(Swap.id).where(sa.or_(*conditions)).order_by(Swap.id).limit(500)).all()


def _has(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Order.swap_id == Swap.id, condition)
