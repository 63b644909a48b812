"""Reads of sellers."""

from collections.abc import Sequence

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.sellers.models import Rate, Seller


def seller_of(member_id: int) -> Seller | None:
    """Return what makes a member a seller, if they are one."""
    return db.session.scalar(sa.select(Seller).where(Seller.member_id == member_id))


def rates_of(seller_id: int) -> Sequence[Rate]:
    """Return what a seller's shipping costs, by country."""
    return db.session.scalars(sa.select(Rate).where(Rate.seller_id == seller_id).order_by(Rate.country)).all()


def ships(seller_id: int) -> bool:
    """Whether a seller ships anywhere."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Rate.seller_id == seller_id))))
