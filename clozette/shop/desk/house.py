"""The house's books: what every account holds, and every move. Together it is nothing, as each move has two sides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.shop.books import sheets
from clozette.shop.books.periods import Period
from clozette.shop.ledger.models import ACCOUNTS, Move
from clozette.shop.orders.models import Order

HEAD = ("date", "deed", "number", "order", "from", "to", "amount", "currency")
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Account:
    """One account of all sellers together, over a period."""

    name: str
    opening: int = 0
    came: int = 0
    went: int = 0

    @property
    def closing(self) -> int:
        """What is in it at the end, or by now."""
        return self.opening + self.came - self.went


@dataclass(frozen=True)
class Trial:
    """All accounts of a currency: what opened, and what closes, adds up to nothing; as much came as went."""

    currency: str
    accounts: Sequence[Account]

    @property
    def is_even(self) -> bool:
        """Whether that is so."""
        opening, closing = (sum(getattr(one, name) for one in self.accounts) for name in ("opening", "closing"))
        return opening == closing == 0 and sum(one.came - one.went for one in self.accounts) == 0


@dataclass(frozen=True, slots=True)
class Way:
    """How often and how much went from one account to another by one kind of deed."""

    currency: str
    deed: str
    source: str
    target: str
    number: int
    amount: int


def trials(period: Period) -> list[Trial]:
    """Return the accounts of each currency."""
    sides = sa.union_all(_side(Move.to_account, 1), _side(Move.from_account, -1)).subquery()
    before, amount = sides.c.at < period.start, sides.c.amount
    sums = (
        sa.func.sum(sa.case((before, amount), else_=0)),
        sa.func.sum(sa.case((sa.and_(~before, amount > 0), amount), else_=0)),
        sa.func.sum(sa.case((sa.and_(~before, amount < 0), -amount), else_=0)),
    )
    each = sa.select(sides.c.currency, sides.c.account, *sums).where(sides.c.at < period.end)
    found: dict[str, dict[str, Account]] = {}
    for currency, name, *numbers in db.session.execute(each.group_by(sides.c.currency, sides.c.account)):
        found.setdefault(currency, {})[name] = Account(name, *map(int, numbers))
    return [
        Trial(currency, [accounts.get(name, Account(name)) for name in ACCOUNTS])
        for currency, accounts in sorted(found.items())
    ]


def ways(period: Period) -> list[Way]:
    """Return what was moved in a period, deed by deed."""
    key = (Move.currency, Move.deed, Move.from_account, Move.to_account)
    sums = (sa.func.count(), sa.func.sum(Move.amount_minor))
    within = (Move.at >= period.start, Move.at < period.end)
    rows = db.session.execute(sa.select(*key, *sums).where(*within).group_by(*key).order_by(*key))
    return [Way(*row[:-1], int(row[-1])) for row in rows]


def sheet(period: Period) -> str:
    """Return every move of a period as CSV: numbers of deeds and orders, and nobody's name."""
    return sheets.written([HEAD, *_moves(period)])


def _moves(period: Period) -> Iterator[tuple[str, ...]]:
    wanted = sa.select(Move, Order.ref).outerjoin(Order, Order.id == Move.order_id)
    wanted = wanted.where(Move.at >= period.start, Move.at < period.end).order_by(Move.at, Move.id)
    for move, ref in db.session.execute(wanted, execution_options={"yield_per": _AT_ONCE}):
        named = (sheets.moment(move.at), move.deed, ids.encode(move.deed_id), ref or "")
        amount = sheets.amount(move.amount_minor, move.currency)
        yield (*named, move.from_account, move.to_account, amount, move.currency)


def _side(account: Any, sign: int) -> Any:
    amount = (Move.amount_minor * sign).label("amount")
    return sa.select(Move.currency, account.label("account"), Move.at, amount)
