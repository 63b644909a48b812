"""What may be bought, and why not: pure decisions."""

from datetime import timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.shop.ages import why_not_trade
from clozette.shop.carts.queries import Parcel
from clozette.shop.listings.prices import AllIn

HOLD = timedelta(minutes=30)
"""How long pieces are held without a payment."""


MOST_HELD = 5
"""So many orders one member may hold without having paid; nobody empties the shop for nothing."""
AGAIN, AGAIN_WITHIN = 3, timedelta(days=1)
"""So often within that time one member may let the same piece go unpaid."""


def why_not_order(*, is_on: bool, is_minor: bool, held: int = 0) -> Refusal | None:
    """Say why somebody can't order anything, whatever it is. ``is_on``: whether this site takes payments; ``held``: how many
    orders they hold unpaid.
    """
    if refusal := why_not_trade(is_minor=is_minor) or (None if is_on else off()):
        return refusal
    if held >= MOST_HELD:
        return Refusal("held", _("You hold several orders without having paid: pay one of them first, or call it off."))
    return None


def why_not_again(times: int) -> Refusal | None:
    """Say why a piece is not held for somebody who let it go unpaid so many times."""
    if times < AGAIN:
        return None
    return Refusal("again", _("You held this several times without paying. It can be held for you again tomorrow."))


def why_not_buy(parcel: Parcel, all_in: AllIn | None, seen: str, *, own: bool) -> Refusal | None:
    """Say why what a cart has of a seller can't be bought. ``seen``: the total, in minor units, that the form showed."""
    if own:
        return Refusal("own", _("This is yours."))
    if len(parcel.ready) < len(parcel.lines):
        return gone()
    if all_in is None:
        return Refusal("no-shipping", _("The seller doesn't ship there."), "shipping_country")
    if str(all_in.total.amount_minor) != seen:
        return Refusal(
            "total", _("What it comes to has changed. The new total stands below: look at it, and press again.")
        )
    return None


def gone() -> Refusal:
    """Say that somebody was quicker."""
    return Refusal("gone", _("Somebody was quicker. Nothing was ordered, and nothing was charged."))


def why_not_at_once(parcel: Parcel, *, agreed: bool) -> Refusal | None:
    """Say why files can't be had yet: nobody loses the right to withdraw without having said so."""
    if not parcel.has_files or agreed:
        return None
    return Refusal("at-once", _("Files are delivered at once or not at all: tick the box if you want that."), "at_once")


def other_form() -> Refusal:
    """Say that another form is wanted by now: with an address for a parcel, or without."""
    return Refusal(
        "other-form", _("What you buy has changed meanwhile. Look at it again, and fill in what is missing.")
    )


def empty() -> Refusal:
    """Say that there is nothing to buy."""
    return Refusal("empty", _("There is nothing of this seller in your cart any more."))


def off() -> Refusal:
    """Say that this site takes no payments."""
    return Refusal(
        "off", _("Nothing can be paid on this site at the moment, so nothing can be bought. Your cart stays.")
    )


def leaving() -> Refusal:
    """Say that somebody who is being erased can't order."""
    return Refusal("leaving", _("Your account is being deleted: nothing can be ordered with it any more."))
