"""Reads of listings: pages of the shop with prices as the viewer pays them, in the same few statements whatever there is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clozette.accounts.models import Member
from clozette.closets import categories
from clozette.closets.models import Item, ItemPhoto, Label
from clozette.closets.rules import fold
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer
from clozette.media.models import Photo
from clozette.shop.listings import prices
from clozette.shop.listings.access import shown_to, stands
from clozette.shop.listings.models import Listing
from clozette.shop.listings.prices import AllIn
from clozette.shop.offers.models import Offer, OfferLine
from clozette.shop.orders.models import HELD, Order, OrderLine
from clozette.shop.sellers import fees
from clozette.shop.sellers.models import Rate, Seller

OPEN = ("draft", "active", "paused")
IN_CLOSETS, PRODUCTS = 0, 1
MOST_WORDS = 8


@dataclass(frozen=True)
class Filters:
    """What the shop is narrowed to. Values of one filter widen each other, the filters together narrow.

    :ivar country: where the seller is; ``ships``: only what comes to the viewer's country.
    :ivar price_from: the seller's price in minor units of ``currency``; so is ``price_to``.
    """

    q: str | None = None
    category: Sequence[str] = ()
    size: Sequence[str] = ()
    brand: Sequence[str] = ()
    colour: Sequence[str] = ()
    condition: Sequence[str] = ()
    mode: Sequence[str] = ()
    country: Sequence[str] = ()
    ships: bool = False
    currency: str | None = None
    price_from: int | None = None
    price_to: int | None = None

    def any(self) -> bool:
        """Whether anything is asked for; a currency alone narrows nothing."""
        return self != Filters(currency=self.currency)


@dataclass(frozen=True, slots=True)
class Card:
    """A listing as a grid shows it, and what one piece comes to for the viewer (nothing: not sold, or not sent there).

    :ivar sizes: of a product, whichever of its sizes it is.
    """

    listing: Listing
    cover: Photo | None
    handle: str
    name: str
    all_in: AllIn | None
    sizes: Sequence[Listing] = ()


def shop(viewer: Viewer, filters: Filters, country: str, after: int | None, *, now: datetime) -> Page[Card]:
    """Return a page of what is offered, newest first."""
    return _page(_cards(country).where(shown_to(viewer), stands(), *narrowed(filters)), after, now)


def offers_of(
    seller: Seller, states: Sequence[str], after: int | None, *, now: datetime, what: int = IN_CLOSETS
) -> Page[Card]:
    """Return a page of a seller's own listings in some states: of their closet, or of products one each."""
    mine = Listing.seller_id == seller.id, Listing.variant == what
    return _page(_cards(seller.country, own=True).where(*mine, Listing.state.in_(states)), after, now)


def sizes_of(item_ids: Sequence[int | None]) -> Mapping[int, Sequence[Listing]]:
    """Return the sizes of products that are not taken down, in their order, by the product's item."""
    found: dict[int, list[Listing]] = {}
    if item_ids:
        those = Listing.item_id.in_(item_ids), Listing.variant > 0, Listing.state != "removed"
        for size in db.session.scalars(sa.select(Listing).where(*those).order_by(Listing.variant)):
            found.setdefault(size.item_id or 0, []).append(size)
    return found


def covered(listing_ids: Sequence[int], country: str) -> Mapping[int, tuple[Listing, Photo | None]]:
    """Return listings that the viewer was let to, with the covers that everybody may see."""
    rows = db.session.execute(_cards(country).where(Listing.id.in_(listing_ids)))
    return {row[0].id: (row[0], row[1]) for row in rows}


def card_of(listing: Listing, country: str, *, now: datetime) -> Card:
    """Return a listing that the viewer was let to, as a grid shows it."""
    db.session.flush()
    row = db.session.execute(_cards(country).where(Listing.id == listing.id)).one()
    return _sized([_card(*row, fees=fees.current(listing.currency, now))])[0]


def counts_of(seller_id: int, what: Sequence[int] = (IN_CLOSETS, PRODUCTS)) -> Mapping[str, int]:
    """Return how many listings of a seller are in each state that has any; a product counts once."""
    counted = sa.select(Listing.state, sa.func.count()).where(Listing.seller_id == seller_id, Listing.variant.in_(what))
    rows: list[Any] = list(db.session.execute(counted.group_by(Listing.state)))
    return dict(rows)


def count_shown(viewer: Viewer, member_id: int) -> int:
    """Return how many of a member's listings a viewer sees."""
    shown = sa.select(sa.func.count()).select_from(Listing).join(Seller).join(Member)
    return db.session.scalar(shown.where(shown_to(viewer), stands(), Seller.member_id == member_id)) or 0


def by_key(seller_id: int, form_key: str) -> Listing | None:
    """Return the listing that a form already made."""
    return db.session.scalar(sa.select(Listing).where(Listing.seller_id == seller_id, Listing.form_key == form_key))


def open_of(item_id: int) -> Listing | None:
    """Return what is offered of an item, or was begun to be."""
    return db.session.scalar(sa.select(Listing).where(Listing.item_id == item_id, Listing.state.in_(OPEN)))


def shown_of(viewer: Viewer, item_id: int) -> Listing | None:
    """Return what is offered of an item, if the viewer sees it."""
    joined = sa.select(Listing).join(Seller, Seller.id == Listing.seller_id).join(Member, Member.id == Seller.member_id)
    return db.session.scalar(joined.where(Listing.item_id == item_id, shown_to(viewer)))


def held_until(listing_ids: Collection[int]) -> Mapping[int, datetime]:
    """Return until when the last of the pieces that somebody holds without having paid is held, of the listings that are."""
    ordered: Any = sa.select(OrderLine.listing_id, Order.hold_until).join(Order, Order.id == OrderLine.order_id)
    ordered = ordered.where(OrderLine.listing_id.in_(listing_ids), Order.state.in_(HELD))
    agreed = sa.select(OfferLine.listing_id, Offer.until).join(Offer, Offer.id == OfferLine.offer_id)
    agreed = agreed.where(OfferLine.listing_id.in_(listing_ids), Offer.state == "accepted")
    either = sa.union_all(ordered, agreed).subquery()
    last: Any = sa.select(either.c.listing_id, sa.func.max(either.c.hold_until)).group_by(either.c.listing_id)
    rows: list[Any] = list(db.session.execute(last))
    return dict(rows)


def _cards(country: str, *, own: bool = False) -> sa.Select[Any]:
    """Return cards with covers: those of the seller's items that are public, and to the seller all of theirs.

    What was sold may be somebody else's item by now.
    """
    still = sa.and_(Item.id == Listing.item_id, Item.member_id == Seller.member_id)
    cover = sa.and_(ItemPhoto.item_id == Item.id, ItemPhoto.position == 0)
    photo = sa.and_(Photo.id == ItemPhoto.photo_id, sa.true() if own else Photo.public_token.is_not(None))
    rate = sa.and_(Rate.seller_id == Listing.seller_id, Rate.country == country)
    cards: Any = sa.select(Listing, Photo, Member.handle, Member.display_name, Rate.first_minor)
    cards = cards.join(Seller, Seller.id == Listing.seller_id).join(Member, Member.id == Seller.member_id)
    cards = cards.outerjoin(Item, still).outerjoin(ItemPhoto, cover).outerjoin(Photo, photo)
    joined: sa.Select[Any] = cards.outerjoin(Rate, rate)
    return joined


def _page(cards: sa.Select[Any], after: int | None, now: datetime) -> Page[Card]:
    if after is not None:
        cards = cards.where(Listing.id < after)
    rows = db.session.execute(cards.order_by(Listing.id.desc()).limit(PAGE_SIZE + 1)).all()
    known = fees.all_current(now)
    made = [_card(*row, fees=known.get(row[0].currency)) for row in rows]
    return page_of(_sized(made), lambda card: card.listing.id)


def _sized(cards: list[Card]) -> list[Card]:
    """Add the sizes to the cards of products."""
    sizes = sizes_of([card.listing.item_id for card in cards if card.listing.variant])
    return [replace(card, sizes=sizes.get(card.listing.item_id or 0, ())) if sizes else card for card in cards]


def _card(listing: Listing, cover: Photo | None, handle: str, name: str, first: int | None, *, fees: Any) -> Card:
    return Card(listing, cover, handle, name, prices.of_one(listing, first, fees))


# Filters: each makes conditions on Listing joined with Seller.


def narrowed(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Return what filters ask of ``Listing`` joined with ``Seller``, its item and its rate."""
    conditions = [_has_word(word) for word in fold(filters.q or "").split()[:MOST_WORDS]]
    for name, make in _CONDITIONS.items():
        values = getattr(filters, name)
        if values:
            conditions.append(make(values))
    if filters.ships:
        conditions.append(sa.or_(Rate.country.is_not(None), Listing.mode != "sale"))
    return conditions + _priced(filters)


def _has_word(word: str) -> sa.ColumnElement[bool]:
    """A word is found in title, brand, words or tags, or in the name of the category."""
    groups, kinds = categories.matching(word)
    codes = [*groups, *(categories.join(*kind) for kind in kinds)]
    found = Listing.search_text.contains(word, autoescape=True)
    return sa.or_(found, _in_category(codes)) if codes else found


def _in_category(codes: Sequence[str]) -> sa.ColumnElement[bool]:
    """A group's code stands for its kinds too: ``tops.`` begins each, and ``/`` comes after the dot."""
    ways: list[sa.ColumnElement[bool]] = [Listing.category.in_(codes)]
    for code in codes:
        if "." not in code:
            ways.append(sa.and_(Listing.category > f"{code}.", Listing.category < f"{code}/"))
    return sa.or_(*ways)


def _in_brand(brands: Sequence[str]) -> sa.ColumnElement[bool]:
    return Item.brand_key.in_([fold(brand) for brand in brands])


def _in_colour(codes: Sequence[str]) -> sa.ColumnElement[bool]:
    word = aliased(Label)
    return sa.exists().where(word.item_id == Listing.item_id, word.kind == "colour", word.value.in_(codes))


def _in_size(sizes: Sequence[str]) -> sa.ColumnElement[bool]:
    """A product is found by each size of which there is any."""
    wanted = [size.lower() for size in sizes]
    other = aliased(Listing)
    there = sa.exists().where(other.item_id == Listing.item_id, other.variant > 0, other.state == "active")
    fits = there.where(other.remaining > 0, sa.func.lower(other.size).in_(wanted))
    own = sa.and_(Listing.variant == 0, sa.func.lower(Listing.size).in_(wanted))
    return sa.or_(own, sa.and_(Listing.variant > 0, fits))


_CONDITIONS: Mapping[str, Any] = {
    "category": _in_category,
    "size": _in_size,
    "brand": _in_brand,
    "colour": _in_colour,
    "condition": Listing.condition.in_,
    "mode": Listing.mode.in_,
    "country": Seller.country.in_,
}


def _priced(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """The seller's price, in one currency: amounts of two can't be compared."""
    if filters.price_from is None and filters.price_to is None:
        return []
    conditions = [Listing.currency == filters.currency]
    if filters.price_from is not None:
        conditions.append(Listing.price_minor >= filters.price_from)
    if filters.price_to is not None:
        conditions.append(Listing.price_minor <= filters.price_to)
    return conditions
