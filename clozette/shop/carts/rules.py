"""What may be put into a cart, and why not: pure decisions."""

from typing import Literal

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.shop.carts.rows import Piece
from clozette.shop.listings import rules as listings

MOST_LINES, MOST_PIECES = 50, 99
Trouble = Literal["gone", "held", "few"]
"""Why a line can't be bought now: it is offered no more, somebody holds it, or there are fewer pieces than wanted."""


def why_not_put(mode: str, state: str, *, own: bool, full: bool) -> Refusal | None:
    """Say why something doesn't go into somebody's cart. What is held for another does: it may come back."""
    if own:
        return Refusal("own", _("This is yours."))
    if mode not in listings.BOUGHT:
        return Refusal("not-sold", _("This is not for sale."))
    if state != "active":
        return Refusal("gone", _("This is not offered any more."))
    if full:
        return Refusal("full", _("Your cart is full. Buy something first, or take something out."))
    return None


def trouble_of(listing: Piece, quantity: int, *, shown: bool, held: bool = False) -> Trouble | None:
    """Return why a line can't be bought now. ``held``: the pieces are held for who asks, so that stock has no say."""
    if not shown or listing.mode not in listings.BOUGHT:
        return "gone"
    if held:
        return None
    if not listing.remaining:
        return "held"
    return "few" if listing.remaining < quantity else None
