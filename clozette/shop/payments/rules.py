"""Pure decisions about money: how a refund is made up, and why not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

SHIPPING, FEE = "shipping", "fee"
Parts = Mapping[str, int]


@dataclass(frozen=True)
class Charged:
    """What an order was charged with: what its lines came to, by the id of each, shipping, and the house's fees."""

    lines: Parts
    shipping: int
    fee: int
    seller_fee: int


@dataclass(frozen=True)
class Split:
    """A refund: what goes back for what, and what the house gives of its fees."""

    parts: Parts
    house: int

    @property
    def amount(self) -> int:
        """What the buyer gets."""
        return sum(self.parts.values())


def split(charged: Charged, before: Collection[Split], asked: Parts) -> Split:
    """Return a refund of ``asked`` with the fees that belong to it.

    Fees go back in proportion, reckoned over all refunds together: once all is refunded they are back to the last coin.
    """
    items = sum(charged.lines.values())
    goods = sum(asked.values()) + sum(one.amount - one.parts.get(FEE, 0) for one in before)
    sold = goods - asked.get(SHIPPING, 0) - sum(one.parts.get(SHIPPING, 0) for one in before)
    fees_back = sum(one.parts.get(FEE, 0) for one in before)
    sellers_back = sum(one.house - one.parts.get(FEE, 0) for one in before)
    fee = charged.fee * goods // (items + charged.shipping) - fees_back
    sellers = charged.seller_fee * sold // items - sellers_back
    return Split({**asked, FEE: fee} if fee else dict(asked), fee + sellers)


def rest(charged: Charged, before: Collection[Split], *, theirs: int, fees: int) -> Split:
    """Return a refund of all that is left, where a bank took a part: of the seller's money here, and of the house's.

    The bank does not say for what it took its part: that counts as taken from shipping first, and from the last lines.
    """
    fee = min(charged.fee - sum(one.parts.get(FEE, 0) for one in before), fees)
    goods, parts = theirs + fees - fee, dict[str, int]()
    for part, most in {**charged.lines, SHIPPING: charged.shipping}.items():
        parts[part] = min(goods, most - sum(one.parts.get(part, 0) for one in before))
        goods -= parts[part]
    return Split({part: amount for part, amount in (*parts.items(), (FEE, fee)) if amount}, fees)


def within(asked: Parts, most: int) -> dict[str, int]:
    """Return what of it can be given back of so much, the first parts first."""
    given: dict[str, int] = {}
    for part, amount in asked.items():
        given[part] = min(amount, most - sum(given.values()))
    return {part: amount for part, amount in given.items() if amount > 0}


def why_not_refund(charged: Charged, before: Collection[Split], asked: Parts) -> Refusal | None:
    """Return why so much can't be given back for a line or for shipping."""
    most = {**charged.lines, SHIPPING: charged.shipping}
    if not asked or any(amount <= 0 or part not in most for part, amount in asked.items()):
        return Refusal("nothing", _("Choose what is paid back, and how much."))
    for part, amount in asked.items():
        if amount + sum(one.parts.get(part, 0) for one in before) > most[part]:
            return Refusal("too_much", _("That is more than was paid for it, or than is left of that."))
    return None


def why_not_beside(asked: Parts, theirs: int) -> Refusal | None:
    """Return why so much can't be given back beside what a bank took: the rest of it is less."""
    if not theirs:
        return taken_back()
    if sum(asked.values()) > theirs:
        return Refusal("too_much", _("The buyer's bank took a part of the money: less than that is left."))
    return None


def other_amount() -> Refusal:
    """Say that a form came twice with two amounts."""
    return Refusal("other_amount", _("Another amount goes back already by this form. Load the page again."))


def taken_back() -> Refusal:
    """Say that the buyer's bank has the money, or decides about it."""
    return Refusal("taken_back", _("The buyer asked their bank for this money: nothing can be paid back beside that."))


def not_paid() -> Refusal:
    """Say that there is no money to give back."""
    return Refusal("not_paid", _("This order was not paid, so there is nothing to pay back."))
