"""Receipt and slip as PDF, for those who may see the order."""

from typing import Any

from flask import Blueprint, Response, abort, current_app

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.web import gate
from clozette.privacy.controller import controller
from clozette.settings import Settings
from clozette.shop.orders import access, handing, queries
from clozette.shop.orders.models import OrderAddress
from clozette.shop.papers import receipt, slip

blueprint = Blueprint("shop_papers", __name__)


@blueprint.get("/orders/<ref>/receipt.pdf")
@gate.members()
def receipt_of(ref: str) -> Any:
    """Give the buyer the receipt of a paid order."""
    order = access.bought(gate.viewer(), ref)
    if order.paid_at is None:
        abort(404)
    bill = db.session.get(OrderAddress, (order.id, "billing"))
    data = receipt.write(order, bill, queries.refunds_of(order.id), controller())
    return _pdf(data, f"receipt-{order.ref}.pdf")


@blueprint.get("/selling/orders/<ref>/slip.pdf")
@gate.members()
def slip_of(ref: str) -> Any:
    """Give the seller the slip, from the hand-over on, as long as the address is shown."""
    order = access.sold(gate.viewer(), ref)
    address = handing.address_of(order) if handing.is_seen(order, clock.now()) else None
    if address is None:
        abort(404)
    settings: Settings = current_app.extensions["clozette.settings"]
    link = f"{settings.base_url.rstrip('/')}/orders/{order.ref}"
    return _pdf(slip.write(order, address, link), f"slip-{order.ref}.pdf")


def _pdf(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(data, mimetype="application/pdf", headers=headers)
