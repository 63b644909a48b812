"""What the house takes: the newest line of a currency that has begun; orders copy it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from clozette.kernel import database
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Prepared
from clozette.shop.sellers.models import Fees

_WHOLE = 10_000


class Taken(NamedTuple):
    """What the house takes, as a row of ``Fees`` says it."""

    id: int
    currency: str
    since: datetime
    buyer_bp: int
    buyer_fixed_minor: int
    seller_bp: int


_SCHEDULE = Prepared(sa.select(*(getattr(Fees, name) for name in Taken._fields)).order_by(Fees.since))


def current(currency: str, now: datetime) -> Taken | None:
    """Return what the house takes now in a currency; nothing where it takes nothing."""
    return all_current(now).get(currency)


def all_current(now: datetime) -> Mapping[str, Taken]:
    """Return what the house takes now, by currency: for pages of prices in several."""
    lines = [Taken._make(row) for row in _SCHEDULE.rows(database.connection(), {})]
    return {line.currency: line for line in lines if line.since <= now}  # the newest comes last and stays


def announce(currency: str, since: datetime, *, buyer_bp: int, buyer_fixed_minor: int, seller_bp: int) -> bool:
    """Let the house take so much from a moment on; say whether that moment was free. Orders keep the fees of their day."""
    shares = {"buyer_bp": buyer_bp, "buyer_fixed_minor": buyer_fixed_minor, "seller_bp": seller_bp}
    return insert_once(Fees, id=new_id(), currency=currency, since=since, **shares)


def schedule() -> Sequence[Fees]:
    """Return every line, the newest of each currency first."""
    return db.session.scalars(sa.select(Fees).order_by(Fees.currency, Fees.since.desc())).all()


def of_buyer(fees: Taken | None, items_minor: int) -> int:
    """Return what a buyer pays the house for an order with items of so much, rounded half up."""
    return 0 if fees is None else _share(items_minor, fees.buyer_bp) + fees.buyer_fixed_minor


def of_seller(fees: Taken | None, items_minor: int) -> int:
    """Return what is taken from the seller's part of an order with items of so much, rounded half up."""
    return 0 if fees is None else _share(items_minor, fees.seller_bp)


def _share(minor: int, hundredths_of_a_percent: int) -> int:
    return (minor * hundredths_of_a_percent + _WHOLE // 2) // _WHOLE
