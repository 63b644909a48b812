"""What a buyer pays in the end: the items, the house's fee and the shipping, never a price that grows later."""

from dataclasses import dataclass

from clozette.kernel.money import Money
from clozette.shop.listings import rules
from clozette.shop.listings.models import Listing
from clozette.shop.sellers import fees as schedule
from clozette.shop.sellers.fees import Taken

DIGITAL = "fee"
"""Listings of this mode are not sent anywhere."""


@dataclass(frozen=True, slots=True)
class AllIn:
    """What an order comes to, and its parts."""

    items: Money
    fee: Money
    shipping: Money

    @property
    def total(self) -> Money:
        """All of it."""
        return self.items + self.fee + self.shipping


def of_one(listing: Listing, shipping_minor: int | None, fees: Taken | None) -> AllIn | None:
    """Return what one piece comes to; nothing if it has no price or the seller doesn't ship there (no ``shipping_minor``). What
    is digital goes by wire for nothing.
    """
    if listing.mode not in rules.BOUGHT or listing.price_minor is None:
        return None
    shipping = 0 if listing.mode == DIGITAL else shipping_minor
    return None if shipping is None else sum_up(listing.price_minor, shipping, listing.currency, fees)


def sum_up(items_minor: int, shipping_minor: int, currency: str, fees: Taken | None) -> AllIn:
    """Return what an order with items and shipping of so much comes to."""
    fee = schedule.of_buyer(fees, items_minor)
    return AllIn(*(Money(minor, currency) for minor in (items_minor, fee, shipping_minor)))
