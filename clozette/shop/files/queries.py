"""Reads of files of digital goods."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.shop.files.models import GoodsFile
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order, OrderLine
from clozette.shop.sellers.models import Seller

TAKEN = sa.exists().where(OrderLine.file_id == GoodsFile.id)
"""The SQL condition that somebody bought a file, or began to: money may come late."""
_PAID = sa.exists().where(OrderLine.file_id == GoodsFile.id, Order.id == OrderLine.order_id, Order.paid_at.is_not(None))


def current_of(listing_id: int) -> GoodsFile | None:
    """Return the file that a listing sells now."""
    return db.session.scalar(
        sa.select(GoodsFile).where(GoodsFile.listing_id == listing_id, GoodsFile.replaced_at.is_(None))
    )


def currents_of(listing_ids: list[int]) -> Mapping[int, int]:
    """Return the ids of the files that some listings sell now, by listing."""
    if not listing_ids:
        return {}
    mine = sa.select(GoodsFile).where(GoodsFile.listing_id.in_(listing_ids), GoodsFile.replaced_at.is_(None))
    return {one.listing_id: one.id for one in db.session.scalars(mine)}


def used_by(seller_id: int) -> int:
    """Return how many bytes a seller's files take up, those in whose place others came too."""
    mine = sa.select(sa.func.sum(GoodsFile.bytes)).join(Listing, Listing.id == GoodsFile.listing_id)
    return db.session.scalar(mine.where(Listing.seller_id == seller_id)) or 0


def bought_by(member_id: int | None, ref: str, line_id: int) -> GoodsFile | None:
    """Return the file that a line of somebody's order is for."""
    lines = sa.select(GoodsFile).join(OrderLine, OrderLine.file_id == GoodsFile.id)
    mine = lines.join(Order, Order.id == OrderLine.order_id)
    return db.session.scalar(mine.where(Order.ref == ref, Order.buyer_id == member_id, OrderLine.id == line_id))


def of_order(order_id: int) -> Mapping[int, GoodsFile]:
    """Return the files that an order is for, by line."""
    lines: Any = sa.select(OrderLine.id, GoodsFile).join(GoodsFile, GoodsFile.id == OrderLine.file_id)
    rows: list[Any] = list(db.session.execute(lines.where(OrderLine.order_id == order_id)))
    return dict(rows)


def unsold_of(subject_id: int) -> Sequence[GoodsFile]:
    """Return a person's files that nobody paid for."""
    theirs = sa.select(GoodsFile).join(Listing, Listing.id == GoodsFile.listing_id)
    theirs = theirs.join(Seller, Seller.id == Listing.seller_id).join(Member, Member.id == Seller.member_id)
    return db.session.scalars(theirs.where(Member.subject_id == subject_id, ~_PAID)).all()
