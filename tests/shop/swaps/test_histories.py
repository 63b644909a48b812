"""A thousand random swaps, played with the rules alone: each side ends with the swap or with its money, and the books balance.

What the database does (of two at once one is first) is a random order of deeds here; the driver comes when it comes.
"""

import random
from collections import Counter
from dataclasses import dataclass, field

from clozette.shop.ledger import rules as books
from clozette.shop.ledger.rules import Entry
from clozette.shop.orders import states
from clozette.shop.orders.models import HELD
from clozette.shop.payments import rules as money
from clozette.shop.payments.rules import Charged, Split
from clozette.shop.swaps import rules
from clozette.shop.swaps.rules import Parcel

HISTORIES, MOST_STEPS = 1_000, 80
OFF = ("expired", "cancelled", "refunded")


@dataclass
class Leg:
    """One parcel with its order, its money, and where the thing is."""

    values: dict[str, int]
    topup: int
    state: str = "reserved"
    over: bool = False
    moved: bool = False
    entries: list[Entry] = field(default_factory=list)
    given_back: list[Split] = field(default_factory=list)

    @property
    def value(self) -> int:
        return sum(self.values.values())

    @property
    def back(self) -> int:
        return sum(one.amount for one in self.given_back)

    def move(self, to: str) -> None:
        assert to in states.MOVES[self.state], (self.state, to)
        self.state = to

    def pay(self) -> None:
        self.entries += books.paid(self.value, 0, 0)

    def refund(self, asked: dict[str, int]) -> None:
        charged = Charged(self.values, 0, 0, 0)
        assert money.why_not_refund(charged, self.given_back, asked) is None
        made = money.split(charged, self.given_back, asked)
        self.given_back.append(made)
        self.entries += books.refunded(made.amount, 0, 0, whose="held")

    def left(self) -> dict[str, int]:
        before = Counter[str]()
        for one in self.given_back:
            before.update(one.parts)
        return {line: value - before[line] for line, value in self.values.items() if value > before[line]}

    def complete(self) -> None:
        self.move("complete")
        self.entries += books.completed(books.totals(self.entries).get("held", 0))

    def call_off(self) -> None:
        self.move("cancelled")
        self.refund(self.left())


class History:
    """A swap on its way, after everybody has said yes."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.state = dice, "agreed"
        self.legs = [self._leg() for _ in range(dice.choice((2, 2, 3, 4)))]

    def _leg(self) -> Leg:
        total = self.dice.randint(100, 20_000)
        parts = rules.share_out(total, [self.dice.randint(0, 5_000) for _ in range(self.dice.randint(1, 5))])
        return Leg({str(line): part for line, part in enumerate(parts)}, self.dice.choice((0, total // 7)))

    def step(self) -> None:
        """Let something happen, or let the driver come."""
        if self.dice.random() < 0.4:
            self.drive()
        else:
            self._happen(self.dice.choice(self.legs))
        for leg in self.legs:
            balance = books.totals(leg.entries)
            assert sum(balance.values()) == 0
            assert balance.get("held", 0) >= 0

    def _happen(self, leg: Leg) -> None:
        match leg.state:
            case "reserved" | "paying":
                self._before_money(leg)
            case "expired" | "cancelled" if not leg.entries and self.dice.random() < 0.1:
                leg.pay()  # the money of a page that was open at the end comes late
                leg.move("refunded")
                leg.refund(leg.left())
            case "paid" if self.dice.random() < 0.15:
                leg.call_off()  # by its giver, or by the clock because it was not sent
            case "paid" if self.state == "running":
                leg.move("shipped")
            case "shipped":
                leg.move("received")
                leg.moved = True
            case "received":
                self._complain(leg)

    def _before_money(self, leg: Leg) -> None:
        luck = self.dice.random()
        if luck < 0.85:
            leg.move("paid")
            leg.pay()
        elif luck < 0.95:
            leg.move("expired")
        elif self.state == "agreed":
            self.state = "failed"  # somebody steps back

    def _complain(self, leg: Leg) -> None:
        luck = self.dice.random()
        if luck < 0.06 and not leg.over:
            leg.move("returned")
            leg.moved = False
            leg.refund(leg.left())
        elif luck < 0.12 and not leg.over and leg.left():
            line, most = self.dice.choice(sorted(leg.left().items()))
            leg.refund({line: self.dice.randint(1, most)})
        elif luck > 0.4:
            leg.over = True

    def drive(self) -> None:
        """Do what ``driving.tend`` does."""
        step = rules.next_step(self.state, [Parcel(leg.state, leg.over, leg.back > 0) for leg in self.legs])
        if step == "run":
            self.state = "running"
        elif step == "fail":
            self.state = "failed"
        elif step == "settle":
            self._settle()
        if self.state == "failed":
            self._unwind(self.dice.choice(self.legs))

    def _settle(self) -> None:
        self.state = "done"
        for leg in self.legs:
            leg.refund(rules.deposit_back(leg.values, leg.topup))
            leg.complete()

    def _unwind(self, leg: Leg) -> None:
        if leg.state in HELD:
            leg.move("cancelled")
        elif leg.state == "paid":
            leg.call_off()
        elif leg.state == "received" and leg.over:
            leg.complete()

    def is_over(self) -> bool:
        """Whether nothing is on its way any more."""
        return self.state in ("done", "failed") and all(
            leg.state in (*OFF, "returned", "complete") for leg in self.legs
        )

    def finish(self) -> None:
        """Let time pass until it is over."""
        for _ in range(100_000):
            if self.is_over():
                return
            self.step()
        raise AssertionError("it never ends", self.state, [leg.state for leg in self.legs])


def test_each_side_ends_with_the_swap_or_its_money() -> None:
    ends: Counter[str] = Counter()
    for seed in range(HISTORIES):
        history = History(random.Random(seed))
        for _ in range(MOST_STEPS):
            history.step()
        history.finish()
        ends[_checked(history)] += 1
    assert min(ends[one] for one in ("swapped", "nothing", "sold", "less")) > 20, ends


def _checked(history: History) -> str:
    """Look at what every member ends with; say how it ended."""
    for giving, getting in zip(history.legs, [history.legs[-1], *history.legs[:-1]], strict=True):
        earned, spent = books.totals(giving.entries), -books.totals(getting.entries).get("buyer", 0)
        assert earned.get("held", 0) == 0  # nothing stays behind
        if history.state == "done":
            assert giving.moved and getting.moved
            assert (earned["available"] if giving.topup else 0, spent) == (giving.topup, getting.topup)
        else:
            assert earned.get("available", 0) == (giving.value - giving.back if giving.moved else 0)
            assert spent == (getting.value - getting.back if getting.moved else 0)
    return _end_of(history)


def _end_of(history: History) -> str:
    if history.state == "done":
        return "swapped"
    moved = [leg for leg in history.legs if leg.moved]
    return "nothing" if not moved else "less" if any(leg.back for leg in moved) else "sold"
