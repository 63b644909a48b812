"""What reviews and parcels come to for one seller: kept on the seller's own row, reckoned anew each time."""

from datetime import timedelta

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.orders.events import OrderMoved
from clozette.shop.orders.models import Order
from clozette.shop.reviews.models import Review
from clozette.shop.sellers.models import Seller

LAST = 20
"""So many parcels count for how quickly a seller sends."""
_HOUR = timedelta(hours=1)


def reckon(seller_id: int) -> None:
    """Count a seller's shown reviews by buyers."""
    _hold(seller_id)
    sums = (
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(Review.stars), 0),
        sa.func.count().filter(Review.as_described.is_(True)),
    )
    theirs = sa.select(*sums).join(Order, Order.id == Review.order_id).where(Order.seller_id == seller_id)
    counted = theirs.where(Review.side == "buyer", Review.shown_at.is_not(None), Review.hidden_at.is_(None))
    reviewed, stars, described = db.session.execute(counted).one()
    _keep(seller_id, reviewed=reviewed, stars_sum=stars, described=described)


def sent(event: OrderMoved) -> None:
    """Reckon how quickly a seller sends, when one parcel more is on its way."""
    if event.state != "shipped":
        return
    seller_id = db.session.scalars(sa.select(Order.seller_id).where(Order.id == event.order_id)).one()
    _hold(seller_id)
    parcels = sa.select(Order.paid_at, Order.shipped_at).where(Order.seller_id == seller_id)
    last = parcels.where(Order.shipped_at.is_not(None)).order_by(Order.shipped_at.desc()).limit(LAST)
    took = [shipped - paid for paid, shipped in db.session.execute(last) if paid is not None and shipped is not None]
    if took:
        _keep(seller_id, sends_hours=max(sum(took, timedelta()) // len(took) // _HOUR, 1))


def _hold(seller_id: int) -> None:
    """Let two who reckon at once do it one after the other, the second with what the first one saw and more."""
    db.session.execute(sa.select(Seller.id).where(Seller.id == seller_id).with_for_update())


def _keep(seller_id: int, **values: int) -> None:
    mine = sa.update(Seller).where(Seller.id == seller_id).values(**values)
    db.session.execute(mine.execution_options(synchronize_session=False))
