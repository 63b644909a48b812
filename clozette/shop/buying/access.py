"""The way to an order of the viewer's own, on its way to be paid."""

from typing import Any

from flask import abort

from clozette.kernel.viewer import Viewer
from clozette.shop.buying import queries
from clozette.shop.orders.models import Order


def own_order(viewer: Viewer, ref: str) -> Order:
    """Return what the viewer bought, with its lines and seller, or 404."""
    return queries.order_of(viewer.member_id, ref) or abort(404)


def own_standing(viewer: Viewer, ref: str) -> Any:
    """Return how far what the viewer bought is, as a row (``queries.standing``), or 404."""
    return queries.standing(viewer.member_id, ref) or abort(404)
