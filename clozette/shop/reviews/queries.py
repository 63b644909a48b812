"""Reads of reviews."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from clozette.accounts.access import not_blocked
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.refusal import Refusal
from clozette.kernel.viewer import Viewer
from clozette.shop.orders.models import Order
from clozette.shop.reviews import rules
from clozette.shop.reviews.models import SIDES, Review
from clozette.shop.sellers.models import Seller


def since(order: Order) -> datetime:
    """Return when a parcel arrived, or its order ended without one."""
    return order.received_at or order.state_at


def why_not_write(order: Order, side: str, now: datetime) -> Refusal | None:
    """Return why one side of an order can't say how it was, now."""
    shown = {one.side: one.shown_at for one in of_order(order.id)}
    mine = shown.pop(side, None)
    return rules.why_not_write(order.state, since(order), mine, next(iter(shown.values()), None), now)


def of_order(order_id: int) -> Sequence[Review]:
    """Return what was said about an order."""
    return db.session.scalars(sa.select(Review).where(Review.order_id == order_id)).all()


def about(viewer: Viewer, member_id: int, after: int | None) -> Page[tuple[Review, bool]]:
    """Return one page of what is shown about a member, newest first, each with whether the viewer sees who wrote it.

    A block hides a name; what was said, and the stars, it does not.
    """
    is_named = sa.and_(Review.author_id.is_not(None), not_blocked(viewer, Review.author_id))
    shown = sa.select(Review, is_named).where(Review.about_id == member_id, Review.shown_at.is_not(None))
    shown = shown.where(Review.hidden_at.is_(None)).order_by(Review.id.desc()).limit(PAGE_SIZE + 1)
    shown = shown.options(joinedload(Review.author), joinedload(Review.order).selectinload(Order.lines))
    shown = shown if after is None else shown.where(Review.id < after)
    rows = [(review, bool(named)) for review, named in db.session.execute(shown)]
    return page_of(rows, lambda row: row[0].id)


def due(now: datetime) -> Sequence[int]:
    """Return the orders whose reviews are to be shown: both sides wrote, or the days are over, and no case is running."""
    first, number = sa.func.min(Review.written_at), sa.func.count()
    waiting = sa.select(Review.order_id).join(Order, Order.id == Review.order_id)
    waiting = waiting.where(Review.shown_at.is_(None), Order.contested_at.is_(None)).group_by(Review.order_id)
    ready = waiting.having(sa.or_(number == len(SIDES), first <= now - rules.BLIND_FOR))
    return db.session.scalars(ready.order_by(Review.order_id).limit(500)).all()


def whole(review_ids: Sequence[int]) -> Sequence[Review]:
    """Return reviews with their orders' lines."""
    wanted = sa.select(Review).where(Review.id.in_(review_ids))
    return db.session.scalars(wanted.options(joinedload(Review.order).selectinload(Order.lines))).all()


def seller_of(member_id: int) -> Seller | None:
    """Return what makes a member a seller, with what their reviews come to."""
    return db.session.scalar(sa.select(Seller).where(Seller.member_id == member_id))
