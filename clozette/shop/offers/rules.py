"""What may be offered and answered, and why not: pure decisions."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.shop.listings.rules import LEAST_MINOR
from clozette.shop.offers.models import MOST_ROUNDS

ANSWER_WITHIN = timedelta(hours=24)
HELD_FOR: Mapping[str, timedelta] = {"seller": timedelta(hours=24), "buyer": timedelta(hours=1)}
"""So long an accepted offer holds the pieces, by who accepted it: a buyer who says yes is about to buy."""
MOST_LINES, MOST_OPEN, MOST_TRIES = 10, 20, 3
"""Listings in one offer, open offers of one buyer, and a buyer's offers for the same things in a day."""
TRIES_WITHIN = timedelta(hours=24)
KEPT = timedelta(days=182)
"""So long offers that came to nothing are kept."""
OTHER: Mapping[str, str] = {"buyer": "seller", "seller": "buyer"}


def split(amount: int, lines: Sequence[tuple[int, int]]) -> list[int]:
    """Share a sum out among lines (price of one piece, number) as their prices stand to each other.

    Returns what one piece of each costs, never more than its price. Together that is the sum, or a little less where
    no line has a single piece to take the last cents.
    """
    whole = sum(price * number for price, number in lines)
    shares = [amount * price // whole for price, _number in lines]
    rest = amount - sum(share * number for share, (_price, number) in zip(shares, lines, strict=True))
    for place in sorted(range(len(lines)), key=lambda place: lines[place][1]):
        price, number = lines[place]
        more = min(rest // number, price - shares[place])
        shares[place] += more
        rest -= more * number
    return shares


def why_not_begin(*, own: bool, lines: int, standing: bool, opened: int, tries: int) -> Refusal | None:
    """Say why somebody can't offer anything for these things now, whatever the sum."""
    if own:
        return Refusal("own", _("This is yours."))
    if lines > MOST_LINES:
        return Refusal("lines", _("An offer is for %(most)s things at most.", most=MOST_LINES))
    if standing:
        return Refusal("standing", _("You have an open offer for this already."))
    if opened >= MOST_OPEN:
        return Refusal(
            "opened", _("You have %(most)s open offers: wait for an answer, or take one back.", most=MOST_OPEN)
        )
    if tries >= MOST_TRIES:
        return Refusal("tries", _("You made %(most)s offers for this in a day. Try again tomorrow.", most=MOST_TRIES))
    return None


def why_not_offer(amount: int, price: int, shares: Sequence[int]) -> Refusal | None:
    """Say why a sum is no offer for what costs ``price``. ``shares``: what ``split`` made of it."""
    if amount >= price:
        return Refusal("price", _("That is its price already: put it into the cart and buy it."), "amount")
    if min(shares) < 1 or amount < LEAST_MINOR:
        return Refusal("little", _("That is too little."), "amount")
    return None


def why_not_answer(*, seen: bool, turn: str, side: str) -> Refusal | None:
    """Say why a side can't answer. ``seen``: whether it has seen the sum that was named last."""
    if not seen:
        return late()
    return None if turn == side else Refusal("turn", _("It is the other side's turn to answer."))


def why_not_counter(amount: int, *, least: int, most: int, rounds: int, shares: Sequence[int]) -> Refusal | None:
    """Say why a sum is no answer. ``least``: what the buyer named last, ``most`` what the seller did; it lies between."""
    if rounds >= MOST_ROUNDS:
        return Refusal("rounds", _("Enough sums were named: say yes or no."))
    if not least < amount < most or min(shares) < 1:
        return Refusal("between", _("Name a sum between the two that were named last."), "amount")
    return None


def why_not_accept(amount: int, price: int) -> Refusal | None:
    """Say that the things cost no more than the sum by now."""
    if price > amount:
        return None
    return Refusal("cheaper", _("By now this costs no more than that anyway, so there is nothing to agree on."))


def is_too_low(amount: int, floor: int, sellers_last: int | None) -> bool:
    """Whether an offer is declined by itself: below what the seller takes, unless they named something lower since."""
    return amount < min(floor, floor if sellers_last is None else sellers_last)


def late() -> Refusal:
    """Say that an offer moved on, or its time is over."""
    return Refusal("offer_state", _("This offer has moved on meanwhile, or its time is over: look at it again."))


def gone() -> Refusal:
    """Say that the things can't be had now."""
    return Refusal("gone", _("This can't be had at the moment: somebody was quicker, or it is not offered any more."))


def no_shipping() -> Refusal:
    """Say that the seller doesn't ship to the buyer."""
    return Refusal("no-shipping", _("The seller doesn't ship to your country."))


def total() -> Refusal:
    """Say that a sum comes to something else than the page showed."""
    return Refusal("total", _("What it comes to has changed. The new total stands below: look at it, and send again."))
