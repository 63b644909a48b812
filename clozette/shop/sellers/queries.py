"""Reads of sellers."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from clozette.kernel import database
from clozette.kernel.database import db
from clozette.kernel.prepared import Prepared
from clozette.shop.sellers.models import Rate, Seller


def seller_of(member_id: int) -> Seller | None:
    """Return what makes a member a seller, if they are one."""
    return db.session.scalar(sa.select(Seller).where(Seller.member_id == member_id))


class Way(NamedTuple):
    """What a seller's shipping to a country costs."""

    country: str
    first_minor: int
    more_minor: int
    days_from: int
    days_to: int


_WAYS = Prepared(
    sa.select(*(getattr(Rate, name) for name in Way._fields))
    .where(Rate.seller_id == sa.bindparam("seller"))
    .order_by(Rate.country)
)


def rates_of(seller_id: int) -> Sequence[Way]:
    """Return what a seller's shipping costs, by country."""
    return [Way._make(row) for row in _WAYS.rows(database.connection(), {"seller": seller_id})]


def ships(seller_id: int) -> bool:
    """Whether a seller ships anywhere."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Rate.seller_id == seller_id))))
