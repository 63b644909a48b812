"""Who may sell, and why not: pure decisions."""

from flask_babel import gettext as _

from clozette.kernel.money import CURRENCIES
from clozette.kernel.refusal import Refusal
from clozette.shop.sellers.models import Seller

SELDOM = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", "MGA", "MRU"})
"""Currencies that nothing is priced in here: the payment service counts them otherwise than ISO 4217 does, or takes only some
of their amounts.
"""
SOLD_IN = CURRENCIES - SELDOM


def why_not_start(*, is_minor: bool) -> Refusal | None:
    """Say why somebody can't become a seller: who sells makes contracts and is paid out, which takes an adult."""
    if not is_minor:
        return None
    return Refusal("adults-only", _("Selling is for adults: money is paid out to people of 18 years and more alone."))


def why_not_move(*, moved: bool, account: bool, listings: bool) -> Refusal | None:
    """Say why a seller's country or currency stays."""
    if not moved or not (account or listings):
        return None
    return Refusal("fixed", _("Country and currency stay: your prices and your payouts rest on them."), "country")


def why_not_become_private(*, products: bool) -> Refusal | None:
    """Say why a trader stays one: what they deal in is sold under a trader's name."""
    if not products:
        return None
    return Refusal("products", _("You have products: take them down first. Only traders sell some."), "kind")


def why_not_sell(seller: Seller | None) -> Refusal | None:
    """Say why somebody can't take money now. ``state`` is the payment service's word, kept by ``payments``."""
    if seller is None:
        return Refusal("no-seller", _("Become a seller first: it takes two minutes."))
    if seller.state == "active":
        return None
    if seller.state == "stopped":
        return Refusal("stopped", _("Money does not reach you at the moment, so nothing can be bought from you."))
    return Refusal("not-paid-out", _("Say first where your money goes: nothing can be bought from you before."))
