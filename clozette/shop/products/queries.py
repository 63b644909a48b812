"""Reads of products."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from clozette.closets.access import WHOLE
from clozette.closets.models import Item
from clozette.closets.rules import PRODUCT
from clozette.kernel.database import db
from clozette.shop.listings.models import Listing
from clozette.shop.listings.queries import sizes_of
from clozette.shop.offers.models import Offer, OfferLine
from clozette.shop.orders.models import Order, OrderLine

_ENDED = ("complete", "cancelled", "expired", "refunded", "returned")
_AT_ONCE = 100


def count(member_id: int) -> int:
    """Return how many products somebody has."""
    mine = sa.select(sa.func.count()).where(Item.member_id == member_id, Item.kind == PRODUCT)
    return db.session.scalar(mine) or 0


def sizes(item_id: int) -> list[Listing]:
    """Return the sizes of a product."""
    return list(sizes_of([item_id]).get(item_id, ()))


def unneeded(before: datetime) -> Sequence[Item]:
    """Return products that were taken down before then, and that no order or offer has to do with since then."""
    kept = sa.exists().where(
        Listing.item_id == Item.id, sa.or_(Listing.state != "removed", Listing.changed_at >= before)
    )
    ordered = sa.exists().where(Listing.item_id == Item.id, OrderLine.listing_id == Listing.id)
    ordered = ordered.where(
        Order.id == OrderLine.order_id, sa.or_(Order.state.not_in(_ENDED), Order.state_at >= before)
    )
    offered = sa.exists().where(Listing.item_id == Item.id, OfferLine.listing_id == Listing.id)
    offered = offered.where(Offer.id == OfferLine.offer_id, Offer.state.in_(("open", "accepted")))
    gone = sa.select(Item).where(Item.kind == PRODUCT, ~kept, ~ordered, ~offered).options(*WHOLE)
    return db.session.scalars(gone.limit(_AT_ONCE)).all()
