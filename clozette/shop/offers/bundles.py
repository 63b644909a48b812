"""Who takes several pieces of one seller pays less for each: the rule, where it is read, and how it is set."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import format_percent

from clozette.kernel import database
from clozette.kernel.database import db
from clozette.kernel.prepared import Prepared
from clozette.shop.offers.models import Bundle
from clozette.shop.sellers.models import Seller

_WHOLE = 10_000


def off(bundles: Iterable[Bundle], pieces: int) -> int:
    """Return what is taken off for so many pieces, in hundredths of a percent: the most that they reach."""
    return max((one.off_bp for one in bundles if one.pieces <= pieces), default=0)


def further(bundles: Iterable[Bundle], pieces: int) -> Bundle | None:
    """Return what is reached next with more pieces, if it takes off more than now."""
    now = off(bundles, pieces)
    more = [one for one in bundles if one.pieces > pieces and one.off_bp > now]
    return min(more, key=lambda one: one.pieces, default=None)


def lowered(price_minor: int, off_bp: int) -> int:
    """Return what one piece costs then, rounded half down; never nothing. Lines add up to their sum by themselves."""
    return max(price_minor - (price_minor * off_bp + _WHOLE // 2) // _WHOLE, min(price_minor, 1))


def worded(off_bp: int) -> str:
    """Say what is taken off, in the reader's way."""
    return str(format_percent(off_bp / _WHOLE, "#,##0.##%"))


_OF_ONE = Prepared(
    sa.select(Bundle.pieces, Bundle.off_bp).where(Bundle.seller_id == sa.bindparam("seller")).order_by(Bundle.pieces)
)


def of_seller(seller_id: int) -> Sequence[Bundle]:
    """Return those of one seller, as rows: every page of a listing asks."""
    return _OF_ONE.rows(database.connection(), {"seller": seller_id})


def set_one(seller: Seller, pieces: int, off_bp: int) -> None:
    """Take so much off for so many pieces, whatever it was before. Orders keep what they were made with."""
    db.session.execute(sa.select(Seller.id).where(Seller.id == seller.id).with_for_update())  # two at once take turns
    db.session.execute(sa.delete(Bundle).where(Bundle.seller_id == seller.id, Bundle.pieces == pieces))
    db.session.execute(sa.insert(Bundle), {"seller_id": seller.id, "pieces": pieces, "off_bp": off_bp})


def remove(seller: Seller, pieces: int) -> bool:
    """Take nothing off for so many pieces any more; say whether anything was."""
    mine = sa.delete(Bundle).where(Bundle.seller_id == seller.id, Bundle.pieces == pieces)
    gone: Any = db.session.execute(mine)
    return bool(gone.rowcount)
