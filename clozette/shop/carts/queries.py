"""Reads of carts: by seller, as each is an order of its own, with what it comes to, in one statement."""

from collections.abc import Mapping, Sequence
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
from clozette.kernel.database import db
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import Viewer
from clozette.media.models import Photo
from clozette.shop.carts import rules
from clozette.shop.carts.models import CartLine
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


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart.

    :ivar price_minor: what one piece costs the viewer here, in the seller's currency.
    :ivar others: how many other people have it in their carts; who they are nobody learns.
    :ivar trouble: why it can't be bought now, if so.
    """

    listing: Listing
    quantity: int
    price_minor: int
    cover: Photo | None
    others: int
    trouble: Trouble | None

    @property
    def sum_minor(self) -> int:
        """What all its pieces cost."""
        return self.price_minor * self.quantity


@dataclass
class Parcel:
    """What a cart has of one seller.

    :ivar rate: what shipping to the buyer's country costs; none where the seller doesn't ship.
    :ivar fees: what the house takes.
    :ivar off_bp: what is taken off each piece because there are several, in hundredths of a percent.
    :ivar further: what the seller takes off for still more pieces.
    """

    seller: Seller
    handle: str
    name: str
    rate: Rate | None
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
    return _parcels(_cart(viewer.is_member), {"me": viewer.member_id, "country": country}, now)


def parcel_of(viewer: Viewer, seller_id: int, country: str, *, now: datetime) -> Parcel | None:
    """Return what the viewer's cart has of one seller; nothing if it has none of theirs."""
    asked = {"me": viewer.member_id, "country": country, "seller": seller_id}
    found = _parcels(_cart_of_one(viewer.is_member), asked, now)
    return found[0] if found else None


def parcel_of_pieces(
    viewer: Viewer, pieces: Mapping[int, int], country: str, *, now: datetime, held: bool = False
) -> Parcel | None:
    """Return so many pieces of listings (id → number), whether in the cart or not; nothing unless one seller has them all.

    :param held: they are held for the viewer, so that nothing but the seller's standing keeps them from being bought.
    """
    wanted = _lines(viewer.is_member, sa.case(dict(pieces), value=Listing.id), held=held)
    wanted = wanted.where(Listing.id.in_(pieces)).order_by(Listing.id)
    found = _parcels(wanted, {"me": viewer.member_id, "country": country}, now, held=held)
    return found[0] if len(found) == 1 and len(found[0].lines) == len(pieces) else None


def count(member_id: int) -> int:
    """Return how many lines a cart has."""
    return db.session.scalar(sa.select(sa.func.count()).where(CartLine.member_id == member_id)) or 0


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


@cache
def _cart_of_one(is_member: bool) -> sa.Select[Any]:
    return _cart(is_member).where(Listing.seller_id == _SELLER)


@cache
def _cart(is_member: bool) -> sa.Select[Any]:
    lines = _lines(is_member, CartLine.quantity).join(CartLine, CartLine.listing_id == Listing.id)
    return lines.where(CartLine.member_id == _ME).order_by(CartLine.at.desc(), CartLine.listing_id)


def _lines(is_member: bool, quantity: Any, *, held: bool = False) -> sa.Select[Any]:
    theirs = aliased(CartLine)
    besides = sa.select(sa.func.count()).where(theirs.listing_id == Listing.id, theirs.member_id != _ME)
    cover = sa.and_(ItemPhoto.item_id == Listing.item_id, ItemPhoto.position == 0)
    rate = sa.and_(Rate.seller_id == Listing.seller_id, Rate.country == _COUNTRY)
    free = unblocked(_ME, Seller.member_id) if is_member else sa.true()
    shown = sa.func.coalesce(sa.case((sa.and_(sells() if held else offered(), free), 1), else_=0), 0)
    names = (Member.handle, Member.display_name)
    lines: Any = sa.select(quantity, Listing, Photo, Seller, Rate, *names, shown, besides.scalar_subquery())
    lines = lines.join_from(Listing, Seller, Seller.id == Listing.seller_id)
    lines = lines.outerjoin(Member, Member.id == Seller.member_id).outerjoin(ItemPhoto, cover)
    joined: sa.Select[Any] = lines.outerjoin(Photo, Photo.id == ItemPhoto.photo_id).outerjoin(Rate, rate)
    return joined


def _parcels(lines: sa.Select[Any], given: Mapping[str, Any], now: datetime, *, held: bool = False) -> list[Parcel]:
    found: dict[int, Parcel] = {}
    db.session.flush()
    known = fees.all_current(now)
    fresh = {"populate_existing": True}  # stock changes by statements that the session doesn't see
    for quantity, listing, cover, seller, rate, handle, name, shown, besides in db.session.execute(
        lines, given, execution_options=fresh
    ):
        parcel = found.setdefault(seller.id, Parcel(seller, handle or "", name or "", rate, known.get(seller.currency)))
        trouble = rules.trouble_of(listing, quantity, shown=bool(shown), held=held)
        price = listing.price_minor or 0
        parcel.lines.append(Line(listing, quantity, price, cover if shown else None, besides, trouble))
    theirs = bundles.of_sellers(found) if found else {}
    return [parcel.bundled(theirs[seller_id]) if seller_id in theirs else parcel for seller_id, parcel in found.items()]
