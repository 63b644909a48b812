"""The photos of an item: more of them, another order, fewer."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from clozette.accounts.access import oneself
from clozette.closets import access, rules, services
from clozette.closets.models import Item
from clozette.closets.schemas import PhotosForm, PositionForm
from clozette.closets.views import choices
from clozette.closets.views.items import edit_page
from clozette.kernel import clock, ids
from clozette.kernel.web import gate
from clozette.kernel.web.edge import keep
from clozette.kernel.web.forms import Form
from clozette.media.services import BadPhoto

blueprint = Blueprint("closets_photos", __name__)


@blueprint.route("/items/<id:item_id>/photos", methods=["POST"])
@gate.members(collects="CP2")
def add(item_id: int) -> ResponseReturnValue:
    """Put more photos on an item: all that are good, up to the limit."""
    form = Form(PhotosForm)
    loaded = form.load()  # decodes the photos, before the first query takes SQLite's one lock
    item = access.own_item(gate.viewer(), item_id)
    if not loaded:
        return edit_page(item, photos_form=form), 422
    room = rules.MAX_PHOTOS - len(item.photos)
    for file in form.data["photos"][: max(room, 0)]:
        try:
            photo = services.upload(oneself(gate.viewer()), file, now=clock.now())
            services.add_photos(item, [photo], now=clock.now())
        except BadPhoto as error:
            form.errors.setdefault("photos", []).append(f"{file.filename}: {error.message}")
    if len(form.data["photos"]) > room:
        refused = rules.why_not_hold(rules.MAX_PHOTOS + 1)
        form.errors.setdefault("photos", []).append(refused.message if refused else "")
    if form.errors:
        keep()
        return edit_page(item, photos_form=form), 422
    return _back(item)


@blueprint.route("/items/<id:item_id>/photos/<id:photo_id>", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def remove(item_id: int, photo_id: int) -> ResponseReturnValue:
    """Delete one photo."""
    choices.require_delete()
    item = access.own_item(gate.viewer(), item_id)
    services.remove_photo(item, access.own_photo(item, photo_id), now=clock.now())
    return _back(item)


@blueprint.route("/items/<id:item_id>/photos/<id:photo_id>/position", methods=["POST"])
@gate.members(collects="CP2")
def move(item_id: int, photo_id: int) -> ResponseReturnValue:
    """Put a photo at another place."""
    item = access.own_item(gate.viewer(), item_id)
    photo = access.own_photo(item, photo_id)
    form = Form(PositionForm)
    if not form.load():
        return edit_page(item, photos_form=form), 422
    services.move_photo(item, photo, form.data["position"], now=clock.now())
    return _back(item)


def _back(item: Item) -> ResponseReturnValue:
    return redirect(f"/items/{ids.encode(item.id)}/edit#photos", 303)
