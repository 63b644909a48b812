"""The way to what makes the viewer a seller."""

from flask import abort

from clozette.kernel.viewer import Viewer
from clozette.shop.sellers import queries
from clozette.shop.sellers.models import Seller


def own_seller(viewer: Viewer) -> Seller:
    """Return it, or 404."""
    assert viewer.member_id is not None
    return queries.seller_of(viewer.member_id) or abort(404)
