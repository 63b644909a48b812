"""Fetching what was paid for, and the seller's own look at what is sold."""

import io
from typing import Any

from flask import Blueprint, abort, send_file

from clozette.kernel import clock
from clozette.kernel.web import edge, gate
from clozette.shop.files import kinds, queries, services, store
from clozette.shop.files.models import GoodsFile
from clozette.shop.listings.access import own_listing
from clozette.shop.orders import access

blueprint = Blueprint("shop_files", __name__)


@blueprint.post("/orders/<ref>/files/<id:line_id>")
@gate.members(collects="CP2")
def fetch(ref: str, line_id: int) -> Any:
    """Give the buyer the file that a line of their order is for, as it was when they bought it.

    A deed, as it ends the right to withdraw. The bytes are read before the order is locked.
    """
    viewer = gate.viewer()
    file = queries.bought_by(viewer.member_id, ref, line_id) or abort(404)
    kept = (file.name, file.kind, file.folder)
    edge.let_go()
    data = store.get(kept[2])
    services.count_fetch(access.bought(viewer, ref), line_id, clock.now())
    return _answer(kept[0], kept[1], data)


@blueprint.get("/selling/listings/<id:listing_id>/file")
@gate.members()
def look(listing_id: int) -> Any:
    """Give the seller what a listing of theirs sells now."""
    listing = own_listing(gate.viewer(), listing_id)
    file: GoodsFile = queries.current_of(listing.id) or abort(404)
    return _answer(file.name, file.kind, store.get(file.folder))


def _answer(name: str, kind: str, data: bytes) -> Any:
    """Answer with a file to be saved: never shown here, whatever it says that it is."""
    media_type = kinds.KINDS[kind].media_type
    answer = send_file(io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name, max_age=0)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
