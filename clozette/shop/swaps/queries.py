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

_UNFINISHED = (Order.state.in_((*HELD, "paid")), Order.contested_at.is_(None))
"""What nobody has sent yet, is not off, and no bank asks about."""


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
    """Return the orders of a swap that can be called off."""
    mine = sa.select(Order.id).where(Order.swap_id == swap_id, *_UNFINISHED)
    return db.session.scalars(mine.order_by(Order.id)).all()


def between(one_id: int, other_id: int) -> Sequence[int]:
    """Return the proposals that two members are both in."""
    both = [_has_member(member_id) for member_id in (one_id, other_id)]
    return db.session.scalars(sa.select(Swap.id).where(Swap.state == "proposed", *both).order_by(Swap.id)).all()


def unpaid_of(member_id: int) -> Sequence[int]:
    """Return the swaps of a member that not all have paid yet."""
    mine = sa.select(Swap.id).where(Swap.state.in_(("proposed", "agreed")), _has_member(member_id))
    return db.session.scalars(mine.order_by(Swap.id)).all()


def _has_member(member_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(Leg.swap_id == Swap.id, Leg.receiver_id == member_id)


def due(now: datetime) -> Sequence[int]:
    """Return the swaps about which there is something to do, whatever was missed."""
    waiting = sa.or_(Order.state != "received", Order.protected_until > now, Order.contested_at.is_not(None))
    conditions = (
        sa.and_(Swap.state == "proposed", Swap.expires_at <= now),
        sa.and_(Swap.state.in_(OPEN), _has(Order.state.in_(ENDED))),
        sa.and_(Swap.state == "agreed", ~_has(Order.state != "paid")),
        sa.and_(Swap.state == "running", ~_has(waiting)),
        sa.and_(Swap.state == "failed", _has(sa.and_(*_UNFINISHED))),
    )
    return db.session.scalars(sa.select(Swap.id).where(sa.or_(*conditions)).order_by(Swap.id).limit(500)).all()


def _has(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Order.swap_id == Swap.id, condition)
