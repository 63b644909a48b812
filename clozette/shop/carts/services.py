"""Verbs of carts. None of them touches the stock."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.kernel.refusal import refuse
from clozette.shop.carts import queries, rules
from clozette.shop.carts.models import CartLine
from clozette.shop.listings.models import Listing


def put(member_id: int, listing: Listing, quantity: int, *, now: datetime) -> None:
    """Put so many pieces into a cart; pressed twice, they are still so many.

    :raises Refused: ``own``, ``not-sold``, ``gone`` or ``full``.
    """
    full = queries.count(member_id) >= rules.MOST_LINES
    refuse(rules.why_not_put(listing, own=listing.seller.member_id == member_id, full=full))
    _put(member_id, listing.id, quantity, now)


def put_back(member_id: int, lines: Mapping[int, int], *, now: datetime) -> None:
    """Put into a cart again what was bought out of it and not paid, whatever has become of it."""
    for listing_id, quantity in sorted(lines.items()):
        _put(member_id, listing_id, quantity, now)


def set_quantity(line: CartLine, quantity: int) -> None:
    """Want so many pieces instead."""
    line.quantity = quantity
    db.session.flush()


def take_out(member_id: int, listing_ids: Iterable[int]) -> None:
    """Take lines out, if they are there."""
    mine = sa.delete(CartLine).where(CartLine.member_id == member_id, CartLine.listing_id.in_(list(listing_ids)))
    db.session.execute(mine)


def _put(member_id: int, listing_id: int, quantity: int, now: datetime) -> None:
    if insert_once(CartLine, member_id=member_id, listing_id=listing_id, quantity=quantity, at=now):
        return
    there = sa.update(CartLine).where(CartLine.member_id == member_id, CartLine.listing_id == listing_id)
    db.session.execute(there.values(quantity=quantity), execution_options={"synchronize_session": False})
