"""What becomes of a swap, and why something is not done: pure decisions, so that thousands of histories can be played."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.shop.listings.rules import LEAST_MINOR, MOST_MINOR

ANSWER_WITHIN = timedelta(days=3)
PAY_WITHIN = timedelta(hours=22)
"""So long everybody has to pay their deposit; the payment service keeps a page open for no more than a day."""
MODES = ("swap", "sale")
"""What may be given: what is offered to swap, and what its owner would sell anyway."""
MOST_PIECES, MOST_OPEN, MOST_WANTS = 5, 20, 200
MOVES: Mapping[str, frozenset[str]] = {
    "proposed": frozenset({"agreed", "declined", "expired"}),
    "agreed": frozenset({"running", "failed"}),
    "running": frozenset({"done", "failed"}),
    "done": frozenset(),
    "failed": frozenset(),
    "declined": frozenset(),
    "expired": frozenset(),
}
ENDED = ("expired", "cancelled", "returned", "refunded")
"""States of an order in which its parcel is not going to be there, or went back."""
Step = Literal["run", "settle", "fail"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """How far one leg is.

    :ivar state: its order's.
    :ivar is_over: the receiver has it, and may complain no more.
    :ivar is_less: the receiver got a part of the money back because something was wrong.
    """

    state: str
    is_over: bool = False
    is_less: bool = False


def next_step(state: str, parcels: Sequence[Parcel]) -> Step | None:
    """Say what is to be done about a swap now.

    A part that was given back undoes the swap too: then each side keeps what it got and owes its price, less that part.
    """
    if state not in ("agreed", "running"):
        return None
    if any(parcel.state in ENDED for parcel in parcels):
        return "fail"
    if state == "agreed":
        return "run" if all(parcel.state == "paid" for parcel in parcels) else None
    if not all(parcel.state == "received" and parcel.is_over for parcel in parcels):
        return None
    return "fail" if any(parcel.is_less for parcel in parcels) else "settle"


def deposit_back(values: Mapping[str, int], topup: int) -> dict[str, int]:
    """Return what of a deposit goes back, by line: all but the top-up, which is taken from the first lines on."""
    back = {}
    for line, value in values.items():
        kept = min(topup, value)
        topup -= kept
        if value > kept:
            back[line] = value - kept
    return back


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Share an amount out by weights, evenly where one is unknown: at least a coin each, and together all of it."""
    known = weights if all(weights) else [1] * len(weights)
    left, so_far = total - len(known), 0
    shares: list[int] = []
    for weight in known:
        before, so_far = left * so_far // sum(known), so_far + weight
        shares.append(1 + left * so_far // sum(known) - before)
    return shares


def why_not_move(state: str, to: str) -> Refusal | None:
    """Say why a swap can't get from a state to another."""
    return None if to in MOVES[state] else elsewhere()


def why_not_answer(state: str, answer: str, expires_at: datetime, now: datetime) -> Refusal | None:
    """Say why somebody can't say yes."""
    if state != "proposed" or answer == "no":
        return elsewhere()
    return too_late() if expires_at <= now else None


def elsewhere() -> Refusal:
    """Say that a swap is in another state by now."""
    return Refusal("swap_state", _("This swap is in another state by now: look at it again."))


def too_late() -> Refusal:
    """Say that nobody can say yes any more."""
    return Refusal("too_late", _("This proposal has run out. You can propose it anew."))


def gone() -> Refusal:
    """Say that something of a swap can't be had now."""
    return Refusal(
        "gone",
        _(
            "Something of this swap is taken or held for somebody at the moment. Nothing was agreed, and nothing is paid."
        ),
    )


def not_swapped() -> Refusal:
    """Say that something can't be swapped."""
    return Refusal("not_swapped", _("Something of this can't be swapped any more. Look at it again."))


def which(field: str) -> Refusal:
    """Say that nothing was chosen, or too much."""
    return Refusal("which", _("Choose from one to %(most)s things.", most=MOST_PIECES), field)


def other_currency() -> Refusal:
    """Say that deposits in two currencies can't be held against each other."""
    return Refusal("currency", _("You reckon in another currency than they do, so your deposits can't cancel out."))


def blocked() -> Refusal:
    """Say that two who would send each other something don't want to do with each other."""
    return Refusal("not_possible", _("This swap isn't possible."))


def too_many() -> Refusal:
    """Say that somebody proposes too much at once."""
    return Refusal("too_many", _("You have many proposals open. Wait for an answer, or take one back."))


def too_many_wants() -> Refusal:
    """Say that somebody wants too much to be searched through."""
    return Refusal("too_many_wants", _("You have marked %(most)s things. Take one back first.", most=MOST_WANTS))


def no_way() -> Refusal:
    """Say that a parcel can't get to where somebody wants it."""
    return Refusal("no_way", _("Who sends it to you doesn't ship there."), "shipping_country")


def not_ready() -> Refusal:
    """Say that one of the others can't take part now."""
    return Refusal("not_ready", _("One of the others can't take payments at the moment, so the swap has to wait."))


def why_not_value(value: int, topup: int) -> Refusal | None:
    """Say why a parcel can't be worth so much."""
    if not LEAST_MINOR <= value <= MOST_MINOR:
        return Refusal("value", _("The payment service takes no deposits like that: agree on more, or on less."))
    if topup >= value:
        return Refusal("topup", _("What is added is less than the deposit: otherwise it is a purchase."), "topup")
    return None
