"""The only ways to a swap, and to what may be put into one. For whoever is not in a swap there is none: 404."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import contains_eager

from clozette.accounts.models import Member
from clozette.kernel.database import db, is_reading
from clozette.kernel.viewer import Viewer
from clozette.shop.listings.access import shown_to
from clozette.shop.listings.models import Listing
from clozette.shop.sellers.models import Seller
from clozette.shop.swaps import rules
from clozette.shop.swaps.models import Leg, Piece, Swap
from clozette.shop.swaps.queries import WHOLE


def swap_for(viewer: Viewer, ref: str) -> Swap:
    """Return a swap that the viewer is in, with all of it, or 404; locked where the transaction may write."""
    mine = sa.exists().where(Leg.swap_id == Swap.id, Leg.receiver_id == viewer.member_id)
    wanted = sa.select(Swap).where(Swap.ref == ref, mine).options(WHOLE)
    swap = db.session.scalar(wanted if is_reading() else wanted.with_for_update(of=Swap))
    if swap is None:
        abort(404)
    return swap


def wanted(viewer: Viewer, listing_ids: Collection[int], *, known: Swap | None = None) -> Sequence[Listing]:
    """Return which of these listings of others the viewer may ask for: what is offered to swap.

    :param known: a proposal that the viewer answers with other terms; what is in it may be asked for too.
    """
    swapped: sa.ColumnElement[bool] = Listing.mode == "swap"
    if known is not None:
        inside = sa.select(Piece.listing_id).join(Leg, Leg.id == Piece.leg_id).where(Leg.swap_id == known.id)
        swapped = sa.or_(swapped, sa.and_(Listing.id.in_(inside), Listing.mode.in_(rules.MODES)))
    theirs = _shown(viewer).where(Seller.member_id != viewer.member_id, swapped)
    return _found(theirs.where(Listing.id.in_(listing_ids)))


def offered_by(viewer: Viewer, seller_id: int) -> Sequence[Listing]:
    """Return what somebody offers to swap."""
    theirs = _shown(viewer).where(Listing.seller_id == seller_id, Listing.mode == "swap", Listing.remaining > 0)
    return _found(theirs.limit(60))


def own(viewer: Viewer) -> Sequence[Listing]:
    """Return what the viewer can give."""
    mine = _shown(viewer).where(
        Seller.member_id == viewer.member_id,
        Listing.variant == 0,
        Listing.mode.in_(rules.MODES),
        Listing.remaining > 0,
    )
    return _found(mine.limit(60))


def to_want(viewer: Viewer, listing_id: int) -> Listing:
    """Return something of somebody else's that is offered to swap, or 404."""
    found = wanted(viewer, [listing_id])
    return found[0] if found else abort(404)


def in_circle(viewer: Viewer, listing_ids: Collection[int]) -> Sequence[Listing]:
    """Return which of these listings may be in a ring with the viewer: their own, and others' as far as they see them."""
    return _found(_shown(viewer).where(Listing.mode == "swap", Listing.id.in_(listing_ids)))


def _shown(viewer: Viewer) -> sa.Select[Listing]:
    joined = sa.select(Listing).join(Seller, Seller.id == Listing.seller_id)
    joined = joined.join(Member, Member.id == Seller.member_id).where(shown_to(viewer))
    return joined.options(contains_eager(Listing.seller).contains_eager(Seller.member))


def _found(listings: sa.Select[Listing]) -> Sequence[Listing]:
    return db.session.scalars(listings.order_by(Listing.id.desc())).all()
