"""Reads of offers. Nobody but the two sides gets any of it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from clozette.accounts.access import not_blocked
from clozette.kernel.database import db
from clozette.kernel.money import Money
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer
from clozette.shop.carts import queries as carts
from clozette.shop.carts.queries import Parcel
from clozette.shop.listings.models import Listing
from clozette.shop.offers import rules
from clozette.shop.offers.models import LIVE, Offer, OfferLine
from clozette.shop.sellers.models import Seller

WHOLE = (
    selectinload(Offer.lines).joinedload(OfferLine.listing),
    selectinload(Offer.steps),
    joinedload(Offer.seller).joinedload(Seller.member),
    joinedload(Offer.buyer),
    joinedload(Offer.order),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a buyer has going: how many open or accepted offers, and what all of them come to, by currency."""

    opened: int
    totals: Sequence[Money]


def whole(offer_id: int) -> Offer | None:
    """Return an offer with all that belongs to it, as it is now."""
    wanted = sa.select(Offer).where(Offer.id == offer_id).options(*WHOLE)
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def by_key(buyer_id: int, form_key: str) -> Offer | None:
    """Return the offer that a form already made."""
    return db.session.scalar(sa.select(Offer).where(Offer.buyer_id == buyer_id, Offer.form_key == form_key))


def made_by(viewer: Viewer, after: int | None) -> Page[Offer]:
    """Return one page of what the viewer offered, newest first; nothing behind a block, as its own page."""
    mine = sa.select(Offer).join(Seller, Seller.id == Offer.seller_id).where(Offer.buyer_id == viewer.member_id)
    return _page(mine.where(not_blocked(viewer, Seller.member_id)), after)


def made_to(viewer: Viewer, seller_id: int, after: int | None) -> Page[Offer]:
    """Return one page of what was offered to the viewer, who is this seller, newest first; nothing behind a block."""
    return _page(sa.select(Offer).where(Offer.seller_id == seller_id, not_blocked(viewer, Offer.buyer_id)), after)


def standing_of(member_id: int) -> Standing:
    """Return what a buyer has going."""
    live = sa.select(Offer.currency, sa.func.count(), sa.func.sum(Offer.total_minor))
    live = live.where(Offer.buyer_id == member_id, Offer.state.in_(LIVE)).group_by(Offer.currency)
    rows = db.session.execute(live.order_by(Offer.currency)).all()
    return Standing(sum(row[1] for row in rows), [Money(int(row[2]), row[0]) for row in rows])


def waiting_for(seller_id: int) -> int:
    """Return how many offers a seller has to answer."""
    waiting = sa.select(sa.func.count()).where(
        Offer.seller_id == seller_id, Offer.state == "open", Offer.turn == "seller"
    )
    return db.session.scalar(waiting) or 0


def digest_of(listing_ids: Iterable[int]) -> str:
    """Return what offers for the same things have in common."""
    return hashlib.sha256(",".join(map(str, sorted(listing_ids))).encode()).hexdigest()


def live_for(buyer_id: int, listing_ids: Iterable[int]) -> Offer | None:
    """Return a buyer's offer for these very things that is open or accepted."""
    same = sa.select(Offer).where(Offer.buyer_id == buyer_id, Offer.wanted == digest_of(listing_ids))
    return db.session.scalar(same.where(Offer.state.in_(LIVE)))


def live_of(member_id: int, other_id: int | None = None) -> Sequence[int]:
    """Return the offers that a member has going, as buyer or seller; those with one other member."""
    buys, sells = Offer.buyer_id == member_id, Seller.member_id == member_id
    if other_id is not None:
        buys, sells = sa.and_(buys, Seller.member_id == other_id), sa.and_(sells, Offer.buyer_id == other_id)
    wanted = sa.select(Offer.id).join(Seller, Seller.id == Offer.seller_id).where(Offer.state.in_(LIVE))
    return db.session.scalars(wanted.where(sa.or_(buys, sells)).order_by(Offer.id)).all()


def tries(buyer_id: int, listing_ids: Iterable[int], now: datetime) -> int:
    """Return how often a buyer has offered something for these things lately."""
    lately = sa.select(sa.func.count()).where(Offer.buyer_id == buyer_id, Offer.wanted == digest_of(listing_ids))
    return db.session.scalar(lately.where(Offer.made_at > now - rules.TRIES_WITHIN)) or 0


def accepted_for(viewer: Viewer, offer_id: int, now: datetime) -> Offer | None:
    """Return an accepted offer of the viewer's whose pieces are still held for them."""
    held = sa.select(Offer).where(Offer.id == offer_id, Offer.buyer_id == viewer.member_id)
    return db.session.scalar(held.where(Offer.state == "accepted", Offer.until > now).options(*WHOLE))


def parcel_of(viewer: Viewer, offer_id: int, country: str, *, now: datetime) -> Parcel | None:
    """Return what an accepted offer holds for the viewer, at the agreed prices; nothing once its time is over."""
    offer = accepted_for(viewer, offer_id, now)
    if offer is None:
        return None
    pieces = {line.listing_id: line.quantity for line in offer.lines}
    parcel = carts.parcel_of_pieces(viewer, pieces, country, now=now, held=True)
    return parcel and parcel.at({line.listing_id: line.price_minor for line in offer.lines})


def due(now: datetime) -> Sequence[int]:
    """Return the offers whose time is over, the oldest first."""
    late = sa.select(Offer.id).where(Offer.state.in_(LIVE), Offer.until <= now)
    return db.session.scalars(late.order_by(Offer.until).limit(500)).all()


def without_things() -> Sequence[int]:
    """Return the open offers for something that is sold or was taken down."""
    gone = sa.exists().where(OfferLine.offer_id == Offer.id, Listing.id == OfferLine.listing_id)
    gone = gone.where(Listing.state.in_(("sold", "removed")))
    return db.session.scalars(sa.select(Offer.id).where(Offer.state == "open", gone).limit(500)).all()


def _page(wanted: sa.Select[Offer], after: int | None) -> Page[Offer]:
    wanted = wanted.order_by(Offer.id.desc()).limit(PAGE_SIZE + 1).options(*WHOLE)
    found = db.session.scalars(wanted if after is None else wanted.where(Offer.id < after)).all()
    return page_of(found, lambda offer: offer.id)
