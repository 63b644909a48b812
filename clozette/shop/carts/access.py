"""The way to a line of the viewer's own cart."""

from flask import abort

from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.shop.carts.models import CartLine


def own_line(viewer: Viewer, listing_id: int) -> CartLine:
    """Return it, or 404."""
    return db.session.get(CartLine, (viewer.member_id, listing_id)) or abort(404)
