"""What may be offered, and why not: pure decisions."""

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.shop.sellers.models import Seller
from clozette.shop.sellers.rules import why_not_sell

BOUGHT = ("sale", "fee")
"""Modes that are paid for."""
LEAST_MINOR, MOST_MINOR = 50, 99_999_999
"""What the payment service takes, in minor units: it refuses less and more."""
FREE = ("view", "swap")
"""Modes that no money is paid for, so that the payment service has no say in them."""


def gone() -> Refusal:
    """Say that somebody was quicker."""
    return Refusal("gone", _("Somebody was quicker: this is taken. If they don't pay in time, it comes back."))


def why_not_offer(*, kind: str, archived: bool, offered: bool) -> Refusal | None:
    """Say why an item can't be offered."""
    if kind == "wished":
        return Refusal("wished", _("This is a wish: only what you own can be offered."))
    if archived:
        return Refusal("archived", _("This item is archived. Take it out of the archive first."))
    if offered:
        return twice()
    return None


def why_not_turn(mode: str, into: str, *, taken: bool) -> Refusal | None:
    """Say why a listing can't be offered in another way: what somebody bought or holds stays what it was."""
    if taken and mode != into:
        return Refusal("mode", _("Somebody bought or holds it: how it is offered can't change any more."), "mode")
    return None


def twice() -> Refusal:
    """Say that an item is offered by another listing."""
    return Refusal("offered", _("This item is offered already."))


def why_not_price(mode: str, price: int | None, floor: int | None) -> Refusal | None:
    """Say why a price doesn't fit the mode, or the least offer the price."""
    if mode in BOUGHT and not price:
        return Refusal("price", _("Say what you ask for it."), "price")
    if mode in BOUGHT and price is not None and not LEAST_MINOR <= price <= MOST_MINOR:
        return Refusal(
            "price", _("The payment service takes no amounts like that: ask for more, or for less."), "price"
        )
    if floor is not None and (price is None or not 1 <= floor <= price):
        return Refusal("floor", _("The least that you take is more than nothing and no more than the price."), "floor")
    return None


def why_not_publish(mode: str, seller: Seller, *, ships: bool, has_file: bool) -> Refusal | None:
    """Say why something isn't shown in the shop yet; a draft is kept all the same."""
    if mode not in BOUGHT:
        return None
    if mode == "fee" and not has_file:
        return no_file()
    if mode == "sale" and not ships:
        return Refusal("no-rates", _("Say first where you ship to and for how much; until then this is a draft."))
    return why_not_sell(seller)


def no_file() -> Refusal:
    """Say that there is nothing to fetch yet."""
    return Refusal("no-file", _("Choose first the file that buyers get."), "file")


def why_not_save(*, seen: int | None, current: int) -> Refusal | None:
    """Say that a listing was changed elsewhere since the form was opened (``seen``: its version then)."""
    if seen is None or seen == current:
        return None
    text = _("This was changed in another tab or device since you opened it. What you typed is still here: save again.")
    return Refusal("changed-elsewhere", text)


def too_few() -> Refusal:
    """Say that more pieces are taken than a new stock would leave."""
    return Refusal("stock", _("More pieces than that are bought or held for somebody."), "stock")


def not_now() -> Refusal:
    """Say that a listing is in another state by now."""
    return Refusal("state", _("It is in another state by now: look at it again."))


def only_currency(currency: str) -> str:
    """Say which currency a seller's prices are in."""
    return str(_("Everything you sell is priced in %(currency)s.", currency=currency))
