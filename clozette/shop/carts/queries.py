"""Reads of carts: by seller, as each is an order of its own, with what it comes to, in one statement."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clozette.accounts.access import unblocked
from clozette.accounts.models import Member
from clozette.closets.models import ItemPhoto
from clozette.kernel import database
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import Viewer
from clozette.media import addresses
from clozette.media.models import Photo
from clozette.shop.carts import rules
from clozette.shop.carts.models import CartLine
from clozette.shop.carts.rows import COLUMNS, Cover, Piece, Stall, split
from clozette.shop.carts.rules import Trouble
from clozette.shop.listings import prices
from clozette.shop.listings.access import offered, sells
from clozette.shop.listings.models import Listing
from clozette.shop.listings.prices import AllIn
from clozette.shop.offers import bundles
from clozette.shop.offers.models import Bundle
from clozette.shop.sellers import fees, rates
from clozette.shop.sellers.fees import Taken
from clozette.shop.sellers.models import Rate, Seller
from clozette.shop.sellers.queries import Way


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart.

    :ivar price_minor: what one piece costs the viewer here, in the seller's currency.
    :ivar others: how many other people have it in their carts; who they are nobody learns.
    :ivar trouble: why it can't be bought now, if so.
    """

    listing: Piece
    quantity: int
    price_minor: int
    cover: Cover | None
    others: int
    trouble: Trouble | None

    @property
    def sum_minor(self) -> int:
        """What all its pieces cost."""
        return self.price_minor * self.quantity

    def said(self) -> Hashable:
        """Return all that a page can say of it: how many are left only where there are too few, for it changes with every sale."""
        left = self.listing.remaining if self.trouble else 0
        cover = addresses.key_of(self.cover) if self.cover else None
        return (
            self.listing._replace(remaining=left),
            self.quantity,
            self.price_minor,
            cover,
            self.others,
            self.trouble,
        )


@dataclass
class Parcel:
    """What a cart has of one seller.

    :ivar rate: what shipping to the buyer's country costs; none where the seller doesn't ship.
    :ivar fees: what the house takes.
    :ivar off_bp: what is taken off each piece because there are several, in hundredths of a percent.
    :ivar further: what the seller takes off for still more pieces.
    """

    seller: Stall
    handle: str
    name: str
    rate: Way | None
    fees: Taken | None
    lines: list[Line] = field(default_factory=list)
    off_bp: int = 0
    further: Bundle | None = None

    @property
    def ready(self) -> list[Line]:
        """The lines that can be bought now."""
        return [line for line in self.lines if line.trouble is None]

    @property
    def has_files(self) -> bool:
        """Whether something of it is fetched."""
        return any(line.listing.mode == prices.DIGITAL for line in self.lines)

    @property
    def is_digital(self) -> bool:
        """Whether nothing of it is sent by post."""
        return all(line.listing.mode == prices.DIGITAL for line in self.lines)

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is offered to the viewer any more: then its seller's name is not said either."""
        return all(line.trouble == "gone" for line in self.lines)

    @property
    def items_minor(self) -> int:
        """What these cost, without fee and shipping."""
        return sum(line.sum_minor for line in self.ready)

    @property
    def all_in(self) -> AllIn | None:
        """What these come to; nothing if there are none, or if the seller doesn't ship to the country."""
        pieces = self.pieces
        if not self.ready or (pieces and self.rate is None):
            return None
        shipping = rates.of_parcel(self.rate, pieces).minor if self.rate is not None and pieces else 0
        return prices.sum_up(self.items_minor, shipping, self.seller.currency, self.fees)

    def said(self) -> Hashable:
        """Return all that a page can say of it; what is kept of it is kept under that."""
        further = self.further and (self.further.pieces, self.further.off_bp)
        lines = tuple([line.said() for line in self.lines])
        return (self.seller, self.handle, self.name, self.rate, self.fees, lines, self.off_bp, further)

    @property
    def pieces(self) -> int:
        """How many pieces are sent."""
        return sum(line.quantity for line in self.ready if line.listing.mode != prices.DIGITAL)

    def at(self, agreed: Mapping[int, int]) -> "Parcel":
        """Return the same at the prices that were agreed on: listing id to what one piece costs."""
        lines = [replace(line, price_minor=agreed[line.listing.id]) for line in self.lines]
        return replace(self, lines=lines, off_bp=0, further=None)

    def bundled(self, rules: Sequence[Bundle]) -> "Parcel":
        """Return the same with what its seller takes off for several pieces; files are no pieces."""
        off_bp = bundles.off(rules, self.pieces)
        lower = {
            line.listing.id: bundles.lowered(line.price_minor, off_bp if line.listing.mode != prices.DIGITAL else 0)
            for line in self.lines
        }
        return replace(self.at(lower), off_bp=off_bp, further=bundles.further(rules, self.pieces))


def cart_of(viewer: Viewer, country: str, *, now: datetime) -> Sequence[Parcel]:
    """Return the viewer's cart, sent to a country: the seller of what was put in last comes first."""
    asked = {"me": viewer.member_id, "country": country}
    found = _parcels(_cart(viewer.is_member).rows(_connection(), asked), now)
    return _bundled(found, _BUNDLES.rows(_connection(), asked) if found else ())


def parcel_of(viewer: Viewer, seller_id: int, country: str, *, now: datetime) -> Parcel | None:
    """Return what the viewer's cart has of one seller; nothing if it has none of theirs."""
    asked = {"me": viewer.member_id, "country": country, "seller": seller_id}
    found = _parcels(_cart_of_one(viewer.is_member).rows(_connection(), asked), now)
    return _bundled(found, _BUNDLES_OF_ONE.rows(_connection(), asked))[0] if found else None


def parcel_of_pieces(
    viewer: Viewer, pieces: Mapping[int, int], country: str, *, now: datetime, held: bool = False
) -> Parcel | None:
    """Return so many pieces of listings (id → number), whether in the cart or not; nothing unless one seller has them all.

    :param held: they are held for the viewer, so that nothing but the seller's standing keeps them from being bought.
    """
    wanted = _lines(viewer.is_member, sa.case(dict(pieces), value=Listing.id), held=held)
    wanted = wanted.where(Listing.id.in_(pieces)).order_by(Listing.id)
    rows = _connection().execute(wanted, {"me": viewer.member_id, "country": country})
    found = _parcels([tuple(row) for row in rows], now, held=held)
    if len(found) != 1 or len(found[0].lines) != len(pieces):
        return None
    return _bundled(found, _BUNDLES_OF_ONE.rows(_connection(), {"seller": found[0].seller.id}))[0]


_OTHERS = Prepared(
    sa.select(sa.func.count().label("number"))
    .select_from(CartLine)
    .where(CartLine.listing_id == sa.bindparam("listing"), CartLine.member_id != sa.bindparam("me"))
)


def others(listing_id: int, viewer: Viewer) -> int:
    """Return how many people besides the viewer have a listing in their carts."""
    found = _OTHERS.rows(database.connection(), {"listing": listing_id, "me": viewer.member_id or 0})
    return int(found[0].number)


# Whose cart it is and where it goes are parameters: the statements of a whole cart are made once.
_ME: sa.BindParameter[Any] = sa.bindparam("me", None, type_=CartLine.member_id.type)
_COUNTRY: sa.BindParameter[Any] = sa.bindparam("country", None, type_=Rate.country.type)
_SELLER: sa.BindParameter[Any] = sa.bindparam("seller", None, type_=Seller.id.type)


_BUNDLE = sa.select(Bundle.seller_id, Bundle.pieces, Bundle.off_bp).order_by(Bundle.pieces)
_BUNDLES_OF_ONE = Prepared(_BUNDLE.where(Bundle.seller_id == _SELLER))
_MINE = sa.select(Listing.seller_id).join(CartLine, CartLine.listing_id == Listing.id).where(CartLine.member_id == _ME)
_BUNDLES = Prepared(_BUNDLE.where(Bundle.seller_id.in_(_MINE)))


@cache
def _cart_of_one(is_member: bool) -> Prepared:
    return Prepared(_in_cart(is_member).where(Listing.seller_id == _SELLER))


@cache
def _cart(is_member: bool) -> Prepared:
    return Prepared(_in_cart(is_member))


def _in_cart(is_member: bool) -> sa.Select[Any]:
    lines = _lines(is_member, CartLine.quantity).join(CartLine, CartLine.listing_id == Listing.id)
    return lines.where(CartLine.member_id == _ME).order_by(CartLine.at.desc(), CartLine.listing_id)


def _lines(is_member: bool, quantity: Any, *, held: bool = False) -> sa.Select[Any]:
    theirs = aliased(CartLine)
    besides = sa.select(sa.func.count()).where(theirs.listing_id == Listing.id, theirs.member_id != _ME)
    cover = sa.and_(ItemPhoto.item_id == Listing.item_id, ItemPhoto.position == 0)
    rate = sa.and_(Rate.seller_id == Listing.seller_id, Rate.country == _COUNTRY)
    free = unblocked(_ME, Seller.member_id) if is_member else sa.true()
    shown = sa.func.coalesce(sa.case((sa.and_(sells() if held else offered(), free), 1), else_=0), 0)
    facts = (Member.handle, Member.display_name, shown.label("shown"), besides.scalar_subquery().label("besides"))
    lines: Any = sa.select(quantity.label("quantity"), *facts, *COLUMNS)
    lines = lines.join_from(Listing, Seller, Seller.id == Listing.seller_id)
    lines = lines.outerjoin(Member, Member.id == Seller.member_id).outerjoin(ItemPhoto, cover)
    joined: sa.Select[Any] = lines.outerjoin(Photo, Photo.id == ItemPhoto.photo_id).outerjoin(Rate, rate)
    return joined


def _connection() -> sa.Connection:
    if not database.is_reading():
        database.flush()  # what this request changed is read too
    return database.connection()


def _parcels(rows: Iterable[Any], now: datetime, *, held: bool = False) -> list[Parcel]:
    found: dict[int, Parcel] = {}
    known = fees.all_current(now)
    for quantity, handle, name, shown, besides, *rest in rows:
        listing, seller, cover, rate = split(rest)
        parcel = found.setdefault(seller.id, Parcel(seller, handle or "", name or "", rate, known.get(seller.currency)))
        trouble = rules.trouble_of(listing, quantity, shown=bool(shown), held=held)
        price = listing.price_minor or 0
        parcel.lines.append(Line(listing, quantity, price, cover if shown else None, besides, trouble))
    return list(found.values())


def _bundled(parcels: Sequence[Parcel], known: Iterable[Any]) -> list[Parcel]:
    theirs: dict[int, list[Any]] = {}
    for one in known:
        theirs.setdefault(one.seller_id, []).append(one)
    return [parcel.bundled(theirs[parcel.seller.id]) if parcel.seller.id in theirs else parcel for parcel in parcels]
