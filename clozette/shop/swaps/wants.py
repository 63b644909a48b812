"""Who would swap for what: said on a listing, taken back there, and what circles are found by."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from clozette.accounts.models import Member
from clozette.kernel.database import db, insert_once
from clozette.kernel.refusal import Refused, refuse
from clozette.kernel.viewer import Viewer
from clozette.shop.ages import why_not_trade
from clozette.shop.listings.access import shown_to
from clozette.shop.listings.models import Listing
from clozette.shop.sellers.models import Seller
from clozette.shop.swaps import rules
from clozette.shop.swaps.models import Want


def want(member: Member, listing_id: int, now: datetime) -> None:
    """Note that a member would swap for something; pressed twice, once.

    :raises Refused: ``too_many_wants``, or if the member is too young to swap.
    """
    refuse(why_not_trade(is_minor=member.is_minor(now.date())))
    if _count(member.id) >= rules.MOST_WANTS:
        raise Refused(rules.too_many_wants())
    insert_once(Want, member_id=member.id, listing_id=listing_id, at=now)


def unwant(member_id: int, listing_id: int) -> None:
    """Take it back."""
    db.session.execute(sa.delete(Want).where(Want.member_id == member_id, Want.listing_id == listing_id))


def is_wanted(member_id: int, listing_id: int) -> bool:
    """Whether a member would swap for something."""
    mine = sa.exists().where(Want.member_id == member_id, Want.listing_id == listing_id)
    return bool(db.session.scalar(sa.select(mine)))


def wanted_by(viewer: Viewer) -> Sequence[Listing]:
    """Return what the viewer would swap for and still sees, the newest first."""
    mine = sa.select(Listing).join(Want, Want.listing_id == Listing.id).where(Want.member_id == viewer.member_id)
    mine = mine.join(Seller, Seller.id == Listing.seller_id).join(Member, Member.id == Seller.member_id)
    shown = mine.where(shown_to(viewer)).options(joinedload(Listing.seller).joinedload(Seller.member))
    return db.session.scalars(shown.order_by(Want.at.desc(), Want.listing_id.desc())).all()


def sweep() -> None:
    """Forget what was wanted and is gone for good."""
    gone = sa.select(Listing.id).where(Listing.state.in_(("sold", "removed")))
    db.session.execute(sa.delete(Want).where(Want.listing_id.in_(gone)), execution_options=_FAST)


_FAST = {"synchronize_session": False}


def _count(member_id: int) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(Want.member_id == member_id)) or 0
