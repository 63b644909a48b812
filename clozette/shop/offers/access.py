"""The only way to an offer for a person: who made it, and who sells. For anybody else, and behind a block, there is none."""

from typing import Literal

import sqlalchemy as sa
from flask import abort

from clozette.accounts.access import not_blocked
from clozette.kernel.database import db, is_reading
from clozette.kernel.viewer import Viewer
from clozette.shop.offers.models import Offer
from clozette.shop.offers.queries import WHOLE
from clozette.shop.sellers.models import Seller

Side = Literal["buyer", "seller"]


def offer_for(viewer: Viewer, offer_id: int) -> tuple[Offer, Side]:
    """Return an offer and which side of it the viewer is, or 404; locked where the transaction may write."""
    mine = sa.and_(Offer.buyer_id == viewer.member_id, not_blocked(viewer, Seller.member_id))
    made_to_me = sa.and_(Seller.member_id == viewer.member_id, not_blocked(viewer, Offer.buyer_id))
    wanted = sa.select(Offer).join(Seller, Seller.id == Offer.seller_id).options(*WHOLE)
    wanted = wanted.where(Offer.id == offer_id, sa.or_(mine, made_to_me))
    offer = db.session.scalar(wanted if is_reading() else wanted.with_for_update(of=Offer))
    if offer is None:
        abort(404)
    return offer, "buyer" if offer.buyer_id == viewer.member_id else "seller"
