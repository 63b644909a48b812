"""Ten thousand random histories of sales: the books add up to nothing at each step, no account and no stock goes below it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from clozette.kernel.refusal import Refused, refuse
from clozette.shop.ledger import rules
from clozette.shop.ledger.models import ACCOUNTS, OURS
from clozette.shop.ledger.rules import Entry
from clozette.shop.orders import states
from clozette.shop.payments.rules import Charged, Split, split, why_not_refund

HISTORIES, STEPS = 10_000, 30


@dataclass
class Sale:
    """An order as the pure rules see it."""

    charged: Charged
    state: str = "reserved"
    refunds: list[Split] = field(default_factory=list)
    taken: list[Entry] | None = None

    def to(self, state: str) -> None:
        refuse(states.why_not_move(self.state, state))
        self.state = state


@dataclass
class Books:
    """A seller with some pieces, their orders, and all moves of money."""

    dice: random.Random
    stock: int
    remaining: int
    orders: list[Sale] = field(default_factory=list)
    accounts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 0))
    sums: dict[int, dict[str, int]] = field(default_factory=dict)

    def book(self, sale: Sale | None, entries: list[Entry]) -> None:
        for account, change in rules.changes(entries):
            assert self.accounts[account] + change >= 0, (account, change)
        for account, change in rules.totals(entries).items():
            self.accounts[account] += change
            of_sale = self.sums.setdefault(id(sale), {})
            of_sale[account] = of_sale.get(account, 0) + change

    def buy(self) -> None:
        if self.remaining:
            self.remaining -= 1
            prices = {str(line): self.dice.randint(1, 9_999) for line in range(self.dice.randint(1, 3))}
            fee, of_seller = self.dice.randint(0, 500), self.dice.randint(0, min(400, sum(prices.values())))
            self.orders.append(Sale(Charged(prices, self.dice.choice((0, 450)), fee, of_seller)))

    def pay(self, sale: Sale) -> None:
        late = sale.state in ("expired", "cancelled") and not sale.refunds
        if late and not self.remaining:
            return
        if sale.refunds:
            raise Refused(states.elsewhere())
        sale.to("paid")
        self.remaining -= late
        goods = sum(sale.charged.lines.values()) + sale.charged.shipping
        self.book(sale, rules.paid(goods, sale.charged.fee, sale.charged.seller_fee))

    def expire(self, sale: Sale) -> None:
        sale.to("expired")
        self.remaining += 1

    def ship(self, sale: Sale) -> None:
        sale.to("shipped")

    def receive(self, sale: Sale) -> None:
        sale.to("received")

    def complete(self, sale: Sale) -> None:
        if sale.taken:
            raise Refused(states.elsewhere())
        sale.to("complete")
        self.book(sale, rules.completed(self.sums[id(sale)]["held"]))

    def cancel(self, sale: Sale) -> None:
        was_paid = sale.state == "paid"
        sale.to("cancelled")
        self.remaining += 1
        if was_paid:
            whole = {**sale.charged.lines, "shipping": sale.charged.shipping}
            left = {part: most - sum(one.parts.get(part, 0) for one in sale.refunds) for part, most in whole.items()}
            self._give(sale, {part: amount for part, amount in left.items() if amount})

    def refund(self, sale: Sale) -> None:
        if sale.state in ("paid", "shipped", "received", "complete"):
            line = self.dice.choice(list(sale.charged.lines))
            asked = {line: self.dice.randint(1, sale.charged.lines[line])}
            refuse(why_not_refund(sale.charged, sale.refunds, asked))
            self._give(sale, asked)

    def dispute(self, sale: Sale) -> None:
        has = self.sums.get(id(sale), {})
        if sale.taken is None and sale.state in ("shipped", "received", "complete"):
            theirs = {"held": has["held"], "available": min(has.get("available", 0), self.accounts["available"])}
            sale.taken = rules.disputed(self.dice.randint(1, 12_000), **theirs, fees=has.get("fees", 0))
            self.book(sale, sale.taken)

    def win(self, sale: Sale) -> None:
        if sale.taken:
            self.book(sale, rules.undone(sale.taken))
            sale.taken = []

    def pay_out(self, _sale: Sale) -> None:
        if self.accounts["available"]:
            self.book(None, rules.paid_out(self.dice.randint(1, self.accounts["available"])))

    def _give(self, sale: Sale, asked: dict[str, int]) -> None:
        if sale.taken:
            raise Refused(states.elsewhere())
        if asked:
            made = split(sale.charged, sale.refunds, asked)
            whose = "available" if sale.state == "complete" else "held"
            if made.amount - made.house > self.accounts[whose]:
                raise Refused(rules.no_money())
            sale.refunds.append(made)
            self.book(sale, rules.refunded(made.amount, made.parts.get("fee", 0), made.house, whose=whose))

    def check(self) -> None:
        assert sum(self.accounts.values()) == 0
        assert all(self.accounts[name] >= 0 for name in OURS)
        assert 0 <= self.remaining <= self.stock
        for sale in self.orders:
            goods = sum(one.amount - one.parts.get("fee", 0) for one in sale.refunds)
            assert goods <= sum(sale.charged.lines.values()) + sale.charged.shipping


DEEDS: tuple[Callable[[Books, Sale], None], ...] = (
    Books.pay,
    Books.pay,
    Books.ship,
    Books.receive,
    Books.complete,
    Books.cancel,
    Books.refund,
    Books.expire,
    Books.dispute,
    Books.win,
    Books.pay_out,
)


def play(seed: int) -> Books:
    dice = random.Random(seed)
    stock = dice.randint(1, 3)
    books = Books(dice, stock, stock)
    for _step in range(STEPS):
        if not books.orders or dice.random() < 0.2:
            books.buy()
            continue
        try:
            dice.choice(DEEDS)(books, dice.choice(books.orders))
        except Refused:
            continue  # an unknown move, or more than there was: nothing happened
        books.check()
    return books


def test_ten_thousand_histories_balance_at_each_step() -> None:
    """#must-show: buy, cancel, refund, dispute, ship, in any order and too often."""
    ended = [sale.state for seed in range(HISTORIES) for sale in play(seed).orders]
    assert {"complete", "cancelled", "expired", "shipped", "received"} <= set(ended)


@pytest.mark.parametrize("fee", [0, 7, 200])
def test_a_whole_refund_leaves_nothing_behind(fee: int) -> None:
    charged = Charged({"1": 4000, "2": 333}, 500, fee, 41)
    entries = rules.paid(4833, fee, 41)
    before: list[Split] = []
    for asked in ({"1": 1999}, {"shipping": 500}, {"1": 2001, "2": 333}):
        made = split(charged, before, asked)
        before.append(made)
        entries += rules.refunded(made.amount, made.parts.get("fee", 0), made.house, whose="held")
    assert {name: amount for name, amount in rules.totals(entries).items() if amount} == {}


def test_what_is_undone_is_as_if_it_had_not_been() -> None:
    entries = rules.refunded(1000, 30, 50, whose="available")
    assert set(rules.totals([*entries, *rules.undone(entries)]).values()) == {0}
    assert rules.changes([*entries, *rules.undone(entries)]) == []
