"""What was bought goes on: from the seller's closet into the buyer's, as a new item with what the seller let go with it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from clozette.accounts.models import Member
from clozette.closets import services as closets
from clozette.closets.access import WHOLE
from clozette.closets.models import Item
from clozette.closets.rules import Reason
from clozette.kernel.database import db
from clozette.kernel.money import Money
from clozette.kernel.refusal import Refused
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order, OrderLine

log = structlog.get_logger()
_SENT = ("sale", "swap")


def pass_on(order: Order, now: datetime) -> None:
    """Put each thing into the buyer's closet, once; the seller's own is archived when the last piece is sold."""
    buyer = db.session.get(Member, order.buyer_id) if order.buyer_id is not None else None
    lines = sa.select(OrderLine, Listing).join(Listing, Listing.id == OrderLine.listing_id)
    lines = lines.where(OrderLine.order_id == order.id, Listing.mode.in_(_SENT))
    for line, listing in db.session.execute(lines).all():
        item = _item(listing)
        if item is None:
            continue
        kept = order.ended_because == "swapped" or line.refunded_minor < line.price_minor * line.quantity
        if buyer is not None and kept:
            _give(order, line, listing, item, buyer, now)
        if not listing.variant and listing.state == "sold" and item.archived_at is None:
            closets.archive(item, Reason.SOLD, now=now)


def _item(listing: Listing) -> Item | None:
    return db.session.scalar(sa.select(Item).where(Item.id == listing.item_id).options(*WHOLE).with_for_update(of=Item))


def _give(order: Order, line: OrderLine, listing: Listing, item: Item, buyer: Member, now: datetime) -> None:
    """Hand one thing on; a full closet keeps nobody from what they bought, only from finding it there."""
    key, price = f"order-{order.ref}-{line.position}", Money(line.price_minor, order.currency)
    facts: Any = {"shares": order.shares, "bought_on": (order.paid_at or now).date()}
    if listing.variant:
        facts["size"] = {"size_system": listing.size_system, "size": listing.size}
    try:
        closets.hand_on(item, buyer, **facts, key=key, price=price, now=now)
    except Refused as refused:
        log.info("not_handed_on", order=order.id, why=refused.refusal.code)
