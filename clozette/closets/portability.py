"""A closet in the shapes of the Data Transfer Project, for a member's archive."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from clozette.closets import naming
from clozette.closets.models import Item, ItemPhoto
from clozette.closets.rules import PRODUCT
from clozette.kernel.database import db
from clozette.rights.export import portable

ALBUM, PRODUCTS = "closet", "products"
_AT_ONCE = 200


def models(member_id: int, kind: portable.Kind) -> Iterator[portable.Model]:
    """Yield the album of the closet, and the photos of its items."""
    if kind == "albums":
        yield portable.album(ALBUM, _("My closet"))
        if _deals(member_id):
            yield portable.album(PRODUCTS, _("My products"))
    elif kind == "photos":
        for item in _items(member_id):
            for photo in item.photos:
                yield portable.photo(
                    photo.id,
                    photo.suffix,
                    album=PRODUCTS if item.kind == PRODUCT else ALBUM,
                    title=naming.describe(item),
                    description=item.notes or "",
                    at=photo.created_at,
                )


def _deals(member_id: int) -> bool:
    products = sa.exists().where(Item.member_id == member_id, Item.kind == PRODUCT)
    return bool(db.session.scalar(sa.select(products)))


def _items(member_id: int) -> Iterator[Item]:
    last = 0
    with_photos = (selectinload(Item.labels), selectinload(Item.photo_links).selectinload(ItemPhoto.photo))
    while True:
        following = sa.select(Item).where(Item.member_id == member_id, Item.id > last).order_by(Item.id)
        items = db.session.scalars(following.limit(_AT_ONCE).options(*with_photos)).all()
        yield from items
        if len(items) < _AT_ONCE:
            return
        last = items[-1].id
        db.session.expunge_all()  # none is looked at twice
