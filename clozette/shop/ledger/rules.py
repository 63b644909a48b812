"""Which moves a deed is made of: pure, so that thousands of histories can be played in a second."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.shop.ledger.models import OURS


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount on its way from an account to another."""

    source: str
    target: str
    amount: int


def paid(goods: int, fee: int, seller_fee: int) -> list[Entry]:
    """Return what an order's money does when it is there: ``goods`` are the items with their shipping."""
    return _some(Entry("buyer", "held", goods), Entry("buyer", "fees", fee), Entry("held", "fees", seller_fee))


def completed(rest: int) -> list[Entry]:
    """Return what becomes of what is still held for an order."""
    return _some(Entry("held", "available", rest))


def refunded(amount: int, fee: int, house: int, *, whose: str) -> list[Entry]:
    """Return a refund of ``amount``, of which ``fee`` is the house's fee.

    :param house: what the house gives of its fees, ``fee`` included; the rest of that it gives back to the seller first.
    :param whose: the seller's account that pays: ``held``, or ``available`` once the order is complete.
    """
    return _some(Entry("fees", whose, house - fee), Entry(whose, "buyer", amount - fee), Entry("fees", "buyer", fee))


def disputed(amount: int, **accounts: int) -> list[Entry]:
    """Return what a buyer's bank takes back: from one account after the other, as far as what is there goes."""
    entries: list[Entry] = []
    for account, there in accounts.items():
        taken = min(amount - sum(one.amount for one in entries), max(there, 0))
        entries += _some(Entry(account, "lost", taken))
    return entries


def lost(entries: Iterable[Entry]) -> int:
    """Return what a bank has by these moves."""
    return totals(entries).get("lost", 0)


def returned(amount: int, taken: Sequence[Entry]) -> list[Entry]:
    """Return what becomes of what a bank took and does not keep: what it took last goes back first."""
    there = {account: -change for account, change in totals(taken).items() if account != "lost"}
    return undone(disputed(amount, **dict(reversed(there.items()))))


def owed(amount: int) -> list[Entry]:
    """Return what becomes of a refund that did not reach the buyer: the house has the money, and owes it."""
    return _some(Entry("buyer", "owed", amount))


def paid_out(amount: int) -> list[Entry]:
    """Return what leaves for the seller's bank."""
    return _some(Entry("available", "paid", amount))


def undone(entries: Iterable[Entry]) -> list[Entry]:
    """Return the same the other way round: what did not arrive comes back."""
    return [Entry(one.target, one.source, one.amount) for one in entries]


def totals(entries: Iterable[Entry]) -> dict[str, int]:
    """Return what moves do to each account; together it is nothing."""
    sums: dict[str, int] = {}
    for one in entries:
        sums[one.source] = sums.get(one.source, 0) - one.amount
        sums[one.target] = sums.get(one.target, 0) + one.amount
    return sums


def changes(entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """Return what changes in accounts of ours, always in the same order, so that two deeds don't wait for each other."""
    return sorted((account, change) for account, change in totals(entries).items() if account in OURS and change)


def no_money() -> Refusal:
    """Say that an account has less than that."""
    return Refusal("no_money", _("There is not so much money left there. Look at the page again."))


def _some(*entries: Entry) -> list[Entry]:
    return [one for one in entries if one.amount]
