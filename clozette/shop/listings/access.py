"""The only ways to a listing for a person. Absent, paused, hidden and blocked look alike: 404."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from clozette.accounts.access import is_present, not_blocked, unblocked
from clozette.accounts.models import Member
from clozette.closets.models import Item, ItemPhoto
from clozette.kernel.database import db, is_reading
from clozette.kernel.viewer import Viewer
from clozette.shop.listings import rules
from clozette.shop.listings.models import Listing
from clozette.shop.sellers.models import Seller

WHOLE = joinedload(Listing.item).options(
    selectinload(Item.photo_links).joinedload(ItemPhoto.photo), selectinload(Item.labels)
)
"""Load options for a listing with its item, that item's photos and words."""
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_ACTIVE: sa.ColumnElement[str] = sa.literal_column("'active'")
"""Written out: SQLite uses an index of the shown ones for nothing else."""


def shown_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``Listing`` joined with ``Seller`` and ``Member`` that it is offered to a viewer."""
    return sa.and_(offered(), not_blocked(viewer, Seller.member_id))


def offered() -> sa.ColumnElement[bool]:
    """Return the SQL condition on the same that it is offered to everybody whom no block keeps from it."""
    return sa.and_(Listing.state == _ACTIVE, sells())


def stands() -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``Listing`` that it stands for itself, or for all sizes of a product."""
    return Listing.variant <= _ONE


def sells() -> sa.ColumnElement[bool]:
    """Return the SQL condition on the same that its seller still sells, whatever became of the listing."""
    return sa.and_(sa.or_(Listing.mode.in_(rules.FREE), Seller.state == "active"), is_present())


def listing_for(viewer: Viewer, listing_id: int) -> Listing:
    """Return a listing that the viewer may see, with its seller, or 404: what is offered or sold, and all their own."""
    found = db.session.scalar(_seen(viewer.is_member), {"listing": listing_id, "me": viewer.member_id})
    return found or abort(404)


@cache
def _seen(is_member: bool) -> sa.Select[Listing]:
    """Return the statement for that, made once."""
    return _joined().where(Listing.id == sa.bindparam("listing"), seen_by(is_member))


def seen_by(is_member: bool) -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``Listing`` joined with ``Seller`` and ``Member`` that the viewer ``:me`` may see it."""
    me: sa.BindParameter[Any] = sa.bindparam("me", None, type_=Seller.member_id.type)
    free = unblocked(me, Seller.member_id) if is_member else sa.true()
    sold = sa.and_(Listing.state == "sold", is_present())
    seen = sa.and_(sa.or_(offered(), sold), free)
    if is_member:
        seen = sa.or_(seen, sa.and_(Seller.member_id == me, Listing.state != "removed"))
    return seen


def own_listing(viewer: Viewer, listing_id: int) -> Listing:
    """Return one of the viewer's listings of their closet that is not removed, or 404; locked where it may be written."""
    if not is_reading():
        _lock_item(viewer, listing_id)
    mine = _joined().where(Listing.id == listing_id, Seller.member_id == viewer.member_id, Listing.state != "removed")
    mine = mine.where(Listing.variant == 0).options(WHOLE)
    found = db.session.scalar(mine if is_reading() else mine.with_for_update(of=Listing, key_share=True))
    return found or abort(404)


def _lock_item(viewer: Viewer, listing_id: int) -> None:
    """Lock the item before its listing, as deeds on items do: so two deeds of one seller take turns."""
    offered = sa.select(Listing.item_id).where(Listing.id == listing_id).scalar_subquery()
    mine = sa.select(Item.id).where(Item.id == offered, Item.member_id == viewer.member_id)
    db.session.execute(mine.with_for_update(key_share=True))


def _joined() -> sa.Select[Listing]:
    joined = sa.select(Listing).join(Seller, Seller.id == Listing.seller_id)
    joined = joined.join(Member, Member.id == Seller.member_id)
    return joined.options(contains_eager(Listing.seller).contains_eager(Seller.member))
