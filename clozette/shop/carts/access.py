"""The ways to a line of the viewer's own cart, and to what may become one."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import abort

from clozette.accounts.models import Member
from clozette.kernel import database
from clozette.kernel.database import db
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import Viewer
from clozette.shop.carts.models import CartLine
from clozette.shop.listings.access import seen_by
from clozette.shop.listings.models import Listing
from clozette.shop.sellers.models import Seller


def own_line(viewer: Viewer, listing_id: int) -> CartLine:
    """Return it, or 404."""
    return db.session.get(CartLine, (viewer.member_id, listing_id)) or abort(404)


def wanted(viewer: Viewer, listing_id: int) -> Any:
    """Return a listing that the viewer may see, or 404: its ``id``, ``mode``, ``state`` and the seller's ``member_id``, and how
    many ``lines`` the viewer's cart has.
    """
    asked = {"listing": listing_id, "me": viewer.member_id}
    return next(iter(_wanted(viewer.is_member).rows(database.connection(), asked)), None) or abort(404)


@cache
def _wanted(is_member: bool) -> Prepared:
    me: sa.BindParameter[Any] = sa.bindparam("me", None, type_=CartLine.member_id.type)
    lines = sa.select(sa.func.count()).where(CartLine.member_id == me).scalar_subquery()
    facts = (Listing.id, Listing.mode, Listing.state, Seller.member_id, lines.label("lines"))
    listing = sa.select(*facts).join(Seller, Seller.id == Listing.seller_id).join(Member, Member.id == Seller.member_id)
    return Prepared(listing.where(Listing.id == sa.bindparam("listing", None), seen_by(is_member)))
