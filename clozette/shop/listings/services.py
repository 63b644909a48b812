"""Verbs of listings. Stock changes by one conditional statement each, so that no piece is sold twice."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.shop.listings import rules
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import HELD, Order, OrderLine


def reserve(lines: Mapping[int, int]) -> None:
    """Take so many pieces off each listing (id → number), or none of any; always in the order of their ids.

    :raises Refused: ``gone`` if somebody was quicker.
    """
    taken: dict[int, int] = {}
    for listing_id, number in sorted(lines.items()):
        if not _take(listing_id, number):
            give_back(taken)
            raise Refused(rules.gone())
        taken[listing_id] = number


def give_back(lines: Mapping[int, int]) -> None:
    """Put pieces back that were reserved; only for the one statement that ended the hold, once."""
    for listing_id, number in sorted(lines.items()):
        _change(sa.update(Listing).where(Listing.id == listing_id).values(remaining=Listing.remaining + number))


def sold(lines: Mapping[int, int]) -> None:
    """Mark what is sold out once the order is paid; as long as others hold pieces that they may not pay, it is not."""
    held = sa.exists().where(OrderLine.listing_id == Listing.id, Order.id == OrderLine.order_id, Order.state.in_(HELD))
    for listing_id in sorted(lines):
        out = sa.update(Listing).where(Listing.id == listing_id, Listing.remaining == 0, ~held)
        _change(out.where(Listing.state.in_(("active", "paused"))).values(state="sold"))


def _take(listing_id: int, number: int) -> bool:
    there = sa.update(Listing).where(
        Listing.id == listing_id,
        Listing.state == "active",
        Listing.mode.in_(rules.BOUGHT),
        Listing.remaining >= number,
    )
    return _change(there.values(remaining=Listing.remaining - number))


def _change(statement: sa.Update) -> bool:
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)
