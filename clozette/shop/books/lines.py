"""A seller's book: what each deed did to the money that is theirs, and what it comes to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from clozette.shop.books import taxes
from clozette.shop.books.periods import Period

THEIRS = ("held", "available")
"""The accounts of the ledger that are a seller's money; from one to the other nothing changes."""
COLUMNS = ("items", "shipping", "refunds", "fees", "lost", "payouts")
"""What a line's change is made up of; ``tax`` is in it, never besides."""


@dataclass(frozen=True, slots=True)
class Sold:
    """The order that a line is about, as far as books need it."""

    ref: str
    gross: int
    shipping: int
    tax_name: str
    tax_bp: int
    tax: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What the ledger has of one deed: what went between the seller's accounts and each other one, signed."""

    kind: str
    at: datetime
    order: Sold | None
    buyer: int
    fees: int
    paid: int
    lost: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the book. Amounts are signed: what comes in is above nothing. ``balance`` is what there is after it."""

    kind: str
    at: datetime
    order: Sold | None
    items: int
    shipping: int
    refunds: int
    fees: int
    lost: int
    payouts: int
    tax: int
    balance: int

    @property
    def change(self) -> int:
        """What it did to the seller's money."""
        return self.items + self.shipping + self.refunds + self.fees + self.lost + self.payouts


@dataclass
class Sums:
    """What some lines come to, column by column."""

    columns: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*COLUMNS, "tax", "change"), 0))
    sales: int = 0

    def add(self, line: Line) -> None:
        """Count one more."""
        for name in self.columns:
            self.columns[name] += getattr(line, name)
        self.sales += line.kind == "paid"

    def __getitem__(self, name: str) -> int:
        """Return a column's sum."""
        return self.columns[name]


@dataclass(frozen=True)
class Book:
    """A period of a seller's money: ``opening`` and all changes are ``closing``."""

    period: Period
    currency: str
    opening: int
    lines: list[Line]
    sums: Sums
    months: list[tuple[Period, Sums]]

    @property
    def closing(self) -> int:
        """What there was at its end, or is by now."""
        return self.opening + self.sums["change"]


def book(period: Period, currency: str, opening: int, deeds: Iterable[Deed], refunded: Mapping[str, int]) -> Book:
    """Write the book of a period.

    :param deeds: in their order.
    :param refunded: what had left again for buyers before it, by the references of their orders.
    """
    lines, balance, before = [], opening, dict(refunded)
    sums, months = Sums(), {str(month): Sums() for month in period.months()}
    for deed in deeds:
        line = _line(deed, balance, before)
        lines.append(line)
        balance = line.balance
        for each in (sums, months[f"{deed.at:%Y-%m}"]):
            each.add(line)
    return Book(period, currency, opening, lines, sums, [(month, months[str(month)]) for month in period.months()])


def _line(deed: Deed, balance: int, before: dict[str, int]) -> Line:
    is_sale, order = deed.kind == "paid", deed.order
    shipping = order.shipping if is_sale and order else 0
    items, refunds = (deed.buyer - shipping, 0) if is_sale else (0, deed.buyer)
    tax = (order.tax if is_sale else -_tax_back(order, -refunds - deed.lost, before)) if order else 0
    after = balance + deed.buyer + deed.fees + deed.paid + deed.lost
    parts = (items, shipping, refunds, deed.fees, deed.lost, deed.paid)
    return Line(deed.kind, deed.at, order, *parts, tax, after)


def _tax_back(order: Sold, amount: int, before: dict[str, int]) -> int:
    """Return the tax in what left again for the buyer, and count that; below nothing for what came back."""
    known = before.get(order.ref, 0)
    before[order.ref] = known + amount
    return taxes.given_back(order.gross, order.tax_bp, known, amount) if order.tax else 0
