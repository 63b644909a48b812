"""What shipping costs with a seller, by country."""

from dataclasses import dataclass

from clozette.kernel.database import db
from clozette.shop.sellers.models import Rate
from clozette.shop.sellers.queries import Way


@dataclass(frozen=True, slots=True)
class Shipping:
    """What a parcel costs, in the seller's currency, and in how many days it arrives."""

    minor: int
    days_from: int
    days_to: int


def shipping(seller_id: int, country: str, pieces: int = 1) -> Shipping | None:
    """Return what a parcel of so many pieces costs to a country; nothing where the seller doesn't ship."""
    rate = db.session.get(Rate, (seller_id, country))
    return None if rate is None else of_parcel(rate, pieces)


def of_parcel(rate: Rate | Way, pieces: int) -> Shipping:
    """Return what a parcel costs by a rate: the first piece, and each further one."""
    return Shipping(rate.first_minor + rate.more_minor * (pieces - 1), rate.days_from, rate.days_to)
