"""What waits for the shopper of the demo: an offer for something of theirs, one that they made, and a swap that is proposed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.shop.listings.models import Listing
from clozette.shop.offers import bundles
from clozette.shop.offers import services as offers
from clozette.shop.sellers import queries as sellers
from clozette.shop.sellers.models import Seller
from clozette.shop.swaps import services as swaps
from clozette.shop.swaps.services import Part


def fill(shopper: Member, now: datetime) -> None:
    """Add them, as far as there is something for each."""
    seller = sellers.seller_of(shopper.id)
    if seller is None:
        return
    bundles.set_one(seller, 2, 1000)
    near = sa.select(Seller).where(Seller.currency == seller.currency, Seller.id != seller.id).order_by(Seller.id)
    neighbours = list(db.session.scalars(near))
    mine = _offered(seller)
    for other in neighbours[:1]:
        if mine:
            _offer(db.session.get_one(Member, other.member_id), mine[0], now - timedelta(hours=3))
    for other in neighbours[1:2]:
        for listing in _offered(other)[:1]:
            _offer(shopper, listing, now - timedelta(hours=5))
    for other in neighbours:
        if (theirs := _offered(other, "swap")) and (own := _offered(seller, "swap")):
            _propose(other, theirs[0], seller, own[0], now - timedelta(hours=2))
            break


def _offered(seller: Seller, mode: str = "sale") -> Sequence[Listing]:
    there = sa.select(Listing).where(Listing.seller_id == seller.id, Listing.mode == mode, Listing.state == "active")
    return db.session.scalars(there.order_by(Listing.id.desc())).all()


def _offer(buyer: Member, listing: Listing, now: datetime) -> None:
    """Offer a fifth less than is asked."""
    viewer = Viewer(member_id=buyer.id, subject_id=buyer.subject_id, handle=buyer.handle, is_confirmed=True)
    amount, pieces = (listing.price_minor or 0) * 4 // 5, {listing.id: 1}
    with clock.frozen(now):
        all_in = offers.priced(offers.weigh(buyer, viewer, pieces, buyer.country, now=now), amount).all_in
        assert all_in is not None
        asked = {"pieces": pieces, "form_key": f"demo-{listing.id}", "total": str(all_in.total.amount_minor)}
        offers.make(buyer, viewer, asked, amount, buyer.country, now=now)


def _propose(proposer: Seller, theirs: Listing, other: Seller, own: Listing, now: datetime) -> None:
    """Propose one thing for another, both worth the same."""
    value = max(theirs.price_minor or 0, own.price_minor or 0, 2000)
    member = db.session.get_one(Member, proposer.member_id)
    with clock.frozen(now):
        parts = [Part(proposer, [theirs], value), Part(other, [own], value)]
        swaps.propose(member, parts, form_key=f"demo-{own.id}", now=now)
