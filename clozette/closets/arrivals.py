"""After a member's rows came in from an archive: what is derived from them, and so is in no archive."""

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from clozette.closets import services
from clozette.closets.models import Item
from clozette.kernel.database import db

_AT_ONCE = 500


def settle(member_id: int) -> None:
    """Fold the words of every item for comparing and for the search."""
    last = 0
    while True:
        following = sa.select(Item).where(Item.member_id == member_id, Item.id > last).order_by(Item.id)
        items = db.session.scalars(following.limit(_AT_ONCE).options(selectinload(Item.labels))).all()
        for item in items:
            services.fold_words(item)
            last = item.id
        db.session.flush()
        if len(items) < _AT_ONCE:
            return
