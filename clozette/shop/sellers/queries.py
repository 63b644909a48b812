"""Reads of sellers."""

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.sellers.models import Seller


def seller_of(member_id: int) -> Seller | None:
    """Return what makes a member a seller, if they are one."""
    return db.session.scalar(sa.select(Seller).where(Seller.member_id == member_id))
