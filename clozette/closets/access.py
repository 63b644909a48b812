"""The only ways to an item for a person. Absent and hidden look alike: 404.

What a visitor of a publicised item sees is what ``schemas.PublicItemOut`` names, in pages and in the API. Price, day of
buying, size, measurements, notes, state and to whom it is lent say something about the owner rather than the garment; they
are the owner's alone.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import contains_eager, selectinload

from clozette.accounts.access import is_present, not_blocked
from clozette.accounts.models import Member
from clozette.closets import rules
from clozette.closets.models import Item, ItemPhoto, Upload
from clozette.kernel.database import db, is_reading
from clozette.kernel.viewer import Viewer
from clozette.media.models import Photo

_PRODUCT: sa.ColumnElement[str] = sa.literal_column(f"'{rules.PRODUCT}'")
WHOLE = (selectinload(Item.photo_links).joinedload(ItemPhoto.photo), selectinload(Item.labels))
"""Load options for an item with its photos and words; ``Item.owner`` is up to the query."""


def in_closet() -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``Item`` that it is in a closet: what a trader deals in is in none."""
    return Item.kind != _PRODUCT


def shown_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``Item`` joined with its owner (``Member``) that others' items are shown to a viewer."""
    return Item.publicised_at.is_not(None) & in_closet() & is_present() & not_blocked(viewer, Item.member_id)


def visible_to(viewer: Viewer) -> sa.Select[Item]:
    """Return the items that a viewer may see: their own, and what others publicised."""
    seen = shown_to(viewer)
    if viewer.member_id is not None:
        seen = seen | (in_closet() & (Item.member_id == viewer.member_id))
    return sa.select(Item).join(Member, Member.id == Item.member_id).where(seen)


def styleable_by(viewer: Viewer) -> sa.Select[Item]:
    """Return the items that a viewer may put into looks: their own, and what others publicised and opened to styling."""
    open_to_all = shown_to(viewer) & Item.styleable_at.is_not(None)
    if viewer.member_id is not None:
        open_to_all = open_to_all | (in_closet() & (Item.member_id == viewer.member_id))
    return sa.select(Item).join(Member, Member.id == Item.member_id).where(open_to_all)


def item_for(viewer: Viewer, item_id: int) -> Item:
    """Return an item that the viewer may see, with photos, words and owner, or 404."""
    seen = visible_to(viewer).where(Item.id == item_id).options(*WHOLE, contains_eager(Item.owner))
    item = db.session.scalar(seen)
    if item is None:
        abort(404)
    return item


def own_item(viewer: Viewer, item_id: int) -> Item:
    """Return one of the viewer's own items, with photos and words, or 404."""
    return own_items(viewer, [item_id])[0]


def own_items(viewer: Viewer, item_ids: Sequence[int]) -> list[Item]:
    """Return those of the items in the viewer's closet, with photos, words and owner; 404 if one of the ids isn't.

    Where the transaction may write, the rows are locked until its end, always in the order of their ids: two deeds on one
    item follow each other (SQLite has one writer at a time anyway).
    """
    return _own(viewer, item_ids, in_closet())


def own_product(viewer: Viewer, item_id: int) -> Item:
    """Return what the viewer deals in, likewise, or 404."""
    return _own(viewer, [item_id], Item.kind == _PRODUCT)[0]


def _own(viewer: Viewer, item_ids: Sequence[int], where: sa.ColumnElement[bool]) -> list[Item]:
    wanted = set(item_ids)
    mine = sa.select(Item).where(Item.id.in_(wanted), Item.member_id == viewer.member_id, where).order_by(Item.id)
    if not is_reading():
        mine = mine.with_for_update(key_share=True)
    items = list(db.session.scalars(mine.options(*WHOLE, selectinload(Item.owner))))
    if len(items) != len(wanted):
        abort(404)
    return items


def own_photo(item: Item, photo_id: int) -> Photo:
    """Return a photo of an item, or 404."""
    photo = next((photo for photo in item.photos if photo.id == photo_id), None)
    if photo is None:
        abort(404)
    return photo


def own_uploads(viewer: Viewer, photo_ids: Sequence[int]) -> list[Photo]:
    """Return those photos of the viewer's that wait for an item, in the order of ``photo_ids``; others are left out."""
    if not photo_ids:
        return []
    waiting = (
        sa.select(Photo)
        .join(Upload, Upload.photo_id == Photo.id)
        .where(Upload.photo_id.in_(photo_ids), Upload.member_id == viewer.member_id)
    )
    found = {photo.id: photo for photo in db.session.scalars(waiting)}
    return [found[photo_id] for photo_id in dict.fromkeys(photo_ids) if photo_id in found]
