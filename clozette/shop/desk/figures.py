"""How the bazaar goes: money by the day out of the ledger, and how many there are of what. Few statements, whatever is sold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.books.queries import day_of
from clozette.shop.cases.models import Case
from clozette.shop.ledger.models import Move
from clozette.shop.listings.access import stands
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Heard, Payout, Refund
from clozette.shop.sellers.models import Seller

DAYS = 30
Days = Sequence[tuple[datetime, int]]


@dataclass(frozen=True)
class Money:
    """One currency's last days, oldest first: orders that were paid, what buyers paid, what the house took, what went back."""

    currency: str
    orders: Days
    turnover: Days
    fees: Days
    refunds: Days


@dataclass(frozen=True)
class Figures:
    """All that the first page shows. ``waiting``: what the payment service has yet to hear or to answer."""

    money: list[Money]
    orders: Mapping[str, int]
    sellers: Mapping[str, int]
    listings: Mapping[str, int]
    cases: Days
    waiting: Mapping[str, int]


def figures(today: date) -> Figures:
    """Count."""
    orders, sellers = (_by_state(model.state) for model in (Order, Seller))
    listings = _by_state(Listing.state, stands())
    days = _days_to(today)
    return Figures(_money(days), orders, sellers, listings, _cases(days), _waiting())


def _days_to(today: date) -> list[datetime]:
    end = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return [end - timedelta(days=back) for back in reversed(range(DAYS))]


def _cases(days: Sequence[datetime]) -> Days:
    """Count the cases of each day, by when they were opened."""
    day = day_of(Case.opened_at)
    rows = db.session.execute(sa.select(day, sa.func.count()).where(Case.opened_at >= days[0]).group_by(day))
    counted = {row[0]: row[1] for row in rows}
    return [(one, counted.get(one.date().isoformat(), 0)) for one in days]


def _money(days: Sequence[datetime]) -> list[Money]:
    rows = _moved(days[0])
    currencies = sorted({row.currency for row in rows}, key=lambda currency: (-_turnover(rows, currency), currency))
    return [_of(currency, [row for row in rows if row.currency == currency], days) for currency in currencies]


def _moved(since: datetime) -> Sequence[Any]:
    """Return what was moved, by day, currency, deed and accounts."""
    day = day_of(Move.at).label("day")
    key = (day, Move.currency, Move.deed, Move.from_account, Move.to_account)
    sums = (sa.func.sum(Move.amount_minor).label("amount"), sa.func.count().label("number"))
    return db.session.execute(sa.select(*key, *sums).where(Move.at >= since).group_by(*key)).all()


def _of(currency: str, rows: Iterable[Any], days: Sequence[datetime]) -> Money:
    by_day: dict[str, list[Any]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)

    def each(ask: Callable[[Any], int]) -> Days:
        return [(day, sum(ask(row) for row in by_day.get(day.date().isoformat(), ()))) for day in days]

    return Money(currency, each(_orders), each(_paid), each(_fees), each(_given_back))


def _turnover(rows: Iterable[Any], currency: str) -> int:
    return sum(_paid(row) for row in rows if row.currency == currency)


def _orders(row: Any) -> int:
    return int(row.number) if row.deed == "paid" and (row.from_account, row.to_account) == ("buyer", "held") else 0


def _paid(row: Any) -> int:
    return int(row.amount) if row.deed == "paid" and row.from_account == "buyer" else 0


def _fees(row: Any) -> int:
    return _into("fees", row)


def _given_back(row: Any) -> int:
    return _into("buyer", row) if row.deed != "paid" else 0


def _into(account: str, row: Any) -> int:
    """Return what went into an account, below nothing if it went out of it."""
    amount = int(row.amount)
    return amount if row.to_account == account else -amount if row.from_account == account else 0


def _by_state(state: Any, *which: sa.ColumnElement[bool]) -> dict[str, int]:
    rows = db.session.execute(sa.select(state, sa.func.count()).where(*which).group_by(state))
    return {row[0]: row[1] for row in rows}


def _waiting() -> dict[str, int]:
    conditions: dict[str, sa.ColumnElement[bool]] = {
        "news": Heard.done_at.is_(None),
        "refunds": Refund.state == "asked",
        "payouts": Payout.state == "asked",
        "failed": Refund.state == "failed",
    }
    counts = [sa.select(sa.func.count()).where(one).scalar_subquery().label(name) for name, one in conditions.items()]
    return dict(db.session.execute(sa.select(*counts)).one()._mapping)
