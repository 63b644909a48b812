"""What a cart knows of things and of who sells them, as rows: it is read for every step of a checkout."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from clozette.kernel.money import Money
from clozette.media.models import Photo
from clozette.shop.listings.models import Listing
from clozette.shop.sellers.models import Rate, Seller
from clozette.shop.sellers.queries import Way


class Piece(NamedTuple):
    """A listing."""

    id: int
    mode: str
    variant: int
    title: str
    category: str
    size: str | None
    price_minor: int | None
    currency: str
    stock: int
    remaining: int

    @property
    def name(self) -> str:
        """The title, and of a product which of its sizes it is."""
        return f"{self.title}, {self.size}" if self.variant and self.size else self.title

    @property
    def price(self) -> Money | None:
        """What the seller asks, without the house's fee and the shipping."""
        return None if self.price_minor is None else Money(self.price_minor, self.currency)


class Stall(NamedTuple):
    """A seller."""

    id: int
    member_id: int | None
    kind: str
    country: str
    currency: str
    legal_name: str
    address: str
    contact: str
    tax_number: str
    tax_bp: int


class Cover(NamedTuple):
    """A photo, as pages show it."""

    id: int
    public_token: str | None
    width: int
    height: int
    placeholder: str
    variants: Sequence[int]
    avif: Sequence[int]


_KINDS: tuple[tuple[Any, Any], ...] = ((Listing, Piece), (Seller, Stall), (Photo, Cover), (Rate, Way))
COLUMNS = [getattr(model, name).label(f"{kind.__name__}_{name}") for model, kind in _KINDS for name in kind._fields]
"""What ``split`` makes rows of."""
_ENDS = tuple(accumulate((len(kind._fields) for _model, kind in _KINDS), initial=0))


def split(values: Sequence[Any]) -> tuple[Piece, Stall, Cover | None, Way | None]:
    """Return the rows that are in the values of those columns; no photo or rate where there was none."""
    piece, stall, cover, way = (values[start:end] for start, end in pairwise(_ENDS))
    return Piece._make(piece), Stall._make(stall), _cover(cover), None if way[0] is None else Way._make(way)


def _cover(values: Sequence[Any]) -> Cover | None:
    if values[0] is None:
        return None
    found = Cover._make(values)
    return found._replace(variants=tuple(found.variants), avif=tuple(found.avif))
