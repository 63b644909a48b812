"""Reads of a seller's money for books and drawings: a few statements, however much was sold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.books.lines import THEIRS, Book, Deed, Sold, book
from clozette.shop.books.periods import Period
from clozette.shop.ledger.models import Move
from clozette.shop.orders.models import Order
from clozette.shop.sellers.models import Seller

DAYS = 30
_IN = sa.and_(Move.to_account.in_(THEIRS), Move.from_account.not_in(THEIRS))
_OUT = sa.and_(Move.from_account.in_(THEIRS), Move.to_account.not_in(THEIRS))
_CHANGE = sa.case((_IN, Move.amount_minor), (_OUT, -Move.amount_minor), else_=0)


def book_of(seller: Seller, period: Period) -> Book:
    """Return a seller's book."""
    mine = sa.and_(Move.seller_id == seller.id, Move.currency == seller.currency)
    opening = db.session.scalar(sa.select(sa.func.sum(_CHANGE)).where(mine, Move.at < period.start)) or 0
    deeds = _deeds(mine, period)
    taxed = {deed.order.ref for deed in deeds if deed.order and deed.order.tax and deed.kind != "paid"}
    refunded = _refunded(taxed, period.start) if taxed else {}
    return book(period, seller.currency, int(opening), deeds, refunded)


@dataclass(frozen=True)
class Days:
    """What was sold in the last days: how many orders, and for how much; oldest first."""

    orders: Sequence[tuple[datetime, int]]
    amounts: Sequence[tuple[datetime, int]]

    @property
    def sold(self) -> int:
        """All orders together."""
        return sum(number for _day, number in self.orders)

    @property
    def earned(self) -> int:
        """All amounts together."""
        return sum(amount for _day, amount in self.amounts)


def sales_by_day(seller: Seller, today: date) -> Days:
    """Return what was bought from a seller, and what they have of it after the house's fee."""
    end = datetime(today.year, today.month, today.day, tzinfo=UTC)
    days = [end - timedelta(days=back) for back in reversed(range(DAYS))]
    day = day_of(Move.at)
    paid = sa.select(day, sa.func.count(sa.distinct(Move.deed_id)), sa.func.sum(_CHANGE)).where(
        Move.seller_id == seller.id, Move.currency == seller.currency, Move.deed == "paid", Move.at >= days[0]
    )
    known: dict[str, Any] = {row[0]: row for row in db.session.execute(paid.group_by(day))}
    found = [(one, known.get(one.date().isoformat(), (None, 0, 0))) for one in days]
    return Days([(one, row[1]) for one, row in found], [(one, int(row[2])) for one, row in found])


def day_of(column: Any) -> Any:
    """Write a moment's day (UTC) in the database's own words."""
    if db.session.get_bind().dialect.name == "sqlite":
        return sa.func.substr(sa.type_coerce(column, sa.String), 1, 10)
    return sa.func.to_char(sa.func.timezone("UTC", column), "YYYY-MM-DD")


def _deeds(mine: sa.ColumnElement[bool], period: Period) -> list[Deed]:
    within = (mine, Move.at >= period.start, Move.at < period.end, sa.or_(_IN, _OUT))
    sums = [_between(other) for other in ("buyer", "fees", "paid", "lost")]
    made = sa.select(
        Move.deed, sa.func.min(Move.at).label("at"), sa.func.min(Move.id).label("first"), Move.order_id, *sums
    )
    each = made.where(*within).group_by(Move.deed, Move.deed_id, Move.order_id).subquery()
    rows = sa.select(each, *_SOLD).outerjoin(Order, Order.id == each.c.order_id).order_by(each.c.at, each.c.first)
    return [_deed(row) for row in db.session.execute(rows)]


_SOLD = (
    Order.ref,
    (Order.items_minor + Order.shipping_minor).label("gross"),
    Order.shipping_minor,
    Order.tax_name,
    Order.tax_bp,
    Order.tax_minor,
)


def _between(other: str) -> Any:
    """What went between the seller's accounts and another one."""
    change = sa.case((sa.or_(Move.from_account == other, Move.to_account == other), _CHANGE), else_=0)
    return sa.func.sum(change).label(other)


def _deed(row: Any) -> Deed:
    facts = (row.ref, row.gross, row.shipping_minor, row.tax_name, row.tax_bp, row.tax_minor)
    order = Sold(*facts) if row.ref is not None else None
    return Deed(row.deed, row.at, order, *(int(row._mapping[name]) for name in ("buyer", "fees", "paid", "lost")))


def _refunded(refs: Iterable[str], before: datetime) -> dict[str, int]:
    """Return what buyers and their banks had back of orders before a moment, by their references."""
    back = sa.select(Order.ref, -sa.func.sum(_CHANGE)).join(Order, Order.id == Move.order_id)
    outside = ("buyer", "lost")
    sides = sa.or_(Move.from_account.in_(outside), Move.to_account.in_(outside))
    back = back.where(Order.ref.in_(refs), Move.at < before, Move.deed != "paid", sides)
    return {ref: int(amount) for ref, amount in db.session.execute(back.group_by(Order.ref))}
