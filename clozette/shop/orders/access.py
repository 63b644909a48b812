"""The only ways to an order for a person: who bought it, and who sells it. For anybody else there is none: 404."""

from typing import Any

import sqlalchemy as sa
from flask import abort

from clozette.kernel.database import db, is_reading
from clozette.kernel.viewer import Viewer
from clozette.shop.orders import queries
from clozette.shop.orders.models import Order
from clozette.shop.orders.queries import WHOLE
from clozette.shop.orders.showing import Side
from clozette.shop.sellers.models import Seller

_ME: sa.BindParameter[Any] = sa.bindparam("me", None, type_=Order.buyer_id.type)
_BOUGHT = sa.select(Order).where(Order.ref == sa.bindparam("ref"), Order.buyer_id == _ME).options(*WHOLE)


def bought(viewer: Viewer, ref: str) -> Order:
    """Return an order of the viewer's, or 404; locked where the transaction may write."""
    asked = {"ref": ref, "me": viewer.member_id}
    return db.session.scalar(_BOUGHT if is_reading() else _locked(_BOUGHT), asked) or abort(404)


def seen(viewer: Viewer, ref: str) -> Any:
    """Return what the page of an order of the viewer's needs to know first (``queries.seen_by``), or 404."""
    return queries.seen_by(viewer.member_id, ref) or abort(404)


def sold(viewer: Viewer, ref: str) -> Order:
    """Return a paid order that the viewer has or had to send, or 404; locked where the transaction may write."""
    mine = sa.select(Order).join(Seller, Seller.id == Order.seller_id)
    return _found(mine.where(Order.ref == ref, Seller.member_id == viewer.member_id, Order.paid_at.is_not(None)))


def either(viewer: Viewer, ref: str) -> tuple[Order, Side]:
    """Return an order that the viewer bought, or sold and was paid for, and which of the two; or 404."""
    is_theirs = sa.and_(Seller.member_id == viewer.member_id, Order.paid_at.is_not(None))
    mine = sa.select(Order).join(Seller, Seller.id == Order.seller_id)
    order = _found(mine.where(Order.ref == ref, sa.or_(Order.buyer_id == viewer.member_id, is_theirs)))
    return order, "bought" if order.buyer_id == viewer.member_id else "sold"


def _found(wanted: sa.Select[Order]) -> Order:
    wanted = wanted.options(*WHOLE)
    return db.session.scalar(wanted if is_reading() else _locked(wanted)) or abort(404)


def _locked(wanted: sa.Select[Order]) -> sa.Select[Order]:
    return wanted.with_for_update(of=Order)
