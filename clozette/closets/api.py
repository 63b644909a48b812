"""Closets for programs: the same schemas, access and services as the pages."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from flask import Response, jsonify, request
from flask_babel import gettext as _
from werkzeug.exceptions import UnprocessableEntity

from clozette.accounts.access import member_by_handle, oneself
from clozette.closets import access, queries, services
from clozette.closets.models import Item
from clozette.closets.schemas import (
    FiltersIn,
    ItemIn,
    ItemOut,
    ItemPatch,
    ItemUpload,
    PublicItemOut,
    UploadIn,
    UploadOut,
    facts_of,
)
from clozette.kernel import clock
from clozette.kernel.paging import Page
from clozette.kernel.web import api, errors, gate
from clozette.kernel.web.forms import Form
from clozette.media.models import Photo
from clozette.media.services import BadPhoto

blueprint = api.Blueprint("closets_api", __name__, description="Closets")

_PARSER = api.Parser()


def _body(**contents: Any) -> dict[str, Any]:
    types = {"json": "application/json", "multipart": "multipart/form-data"}
    return {"required": True, "content": {types[name]: {"schema": schema} for name, schema in contents.items()}}


@blueprint.route("/items")
@gate.members(scope="closet:read")
@blueprint.page(ItemOut, FiltersIn)
def items(query: dict[str, Any]) -> Page[Item]:
    """Your items, newest first, narrowed by filters (each may be given several times). Archived ones only if asked for."""
    return queries.whole_items(gate.viewer(), query["filters"], query["after"])


@blueprint.route("/items", methods=["POST"])
@gate.members(scope="closet:write", collects="CP2")
@blueprint.doc(requestBody=_body(json=ItemIn, multipart=ItemUpload))
@blueprint.response(201, ItemOut)
def add() -> Item | Response:
    """Add an item: as JSON with the ids of photos sent to `/photos` before, or as a form with the photos themselves.

    A photo that looks like one of your items is refused (409, code `similar`) unless `similar_ok` is true. The same
    `upload_key` again answers with the item that it made.
    """
    data = _sent(Form(ItemUpload)) if request.mimetype == "multipart/form-data" else _PARSER.parse(ItemIn(), request)
    if isinstance(data, Response):
        return data
    owner = oneself(gate.viewer())
    key = data["upload_key"] or secrets.token_urlsafe(16)
    made_before = queries.item_by_key(owner.id, key)
    if made_before is not None:
        return access.own_item(gate.viewer(), made_before.id)
    try:
        photos = _photos(data)
    except BadPhoto as error:
        return errors.answer(422, errors={"photos": [error.message]})
    ok = data["similar_ok"]
    return services.add(owner, facts_of(data), photos, upload_key=key, now=clock.now(), similar_ok=ok)


@blueprint.route("/items/<id:item_id>")
@gate.members(scope="closet:read")
@blueprint.response(200, ItemOut)
def item(item_id: int) -> Item | Response:
    """One item: everything about your own, the public part of what others publicised."""
    viewer = gate.viewer()
    found = access.item_for(viewer, item_id)
    return found if found.member_id == viewer.member_id else jsonify(PublicItemOut().dump(found))


@blueprint.route("/items/<id:item_id>", methods=["PATCH"])
@gate.members(scope="closet:write", collects="CP2")
@blueprint.arguments(ItemPatch(partial=True))
@blueprint.response(200, ItemOut)
def change(data: dict[str, Any], item_id: int) -> Item | Response:
    """Change one of your items; what is absent stays. With `version`, only if nobody changed it since (else 409)."""
    found = access.own_item(gate.viewer(), item_id)
    _change(found, data)
    return found


@blueprint.route("/items/<id:item_id>", methods=["DELETE"])
@gate.members(scope="closet:write", collects="CP2")
@blueprint.response(204)
def remove(item_id: int) -> None:
    """Delete one of your items with its photos."""
    services.remove(access.own_item(gate.viewer(), item_id))


@blueprint.route("/items/<id:item_id>/publication", methods=["POST"])
@gate.members(scope="closet:write", collects="CP2")
@blueprint.response(200, ItemOut)
def publicise(item_id: int) -> Item:
    """Show one of your items to everybody; doing it twice changes nothing."""
    found = access.own_item(gate.viewer(), item_id)
    services.publicise(found, now=clock.now())
    return found


@blueprint.route("/items/<id:item_id>/publication", methods=["DELETE"])
@gate.members(scope="closet:write", collects="CP2")
@blueprint.response(200, ItemOut)
def hide(item_id: int) -> Item:
    """Make one of your items private again."""
    found = access.own_item(gate.viewer(), item_id)
    services.hide(found)
    return found


@blueprint.route("/photos", methods=["POST"])
@gate.members(scope="closet:write", collects="CP2")
@blueprint.doc(requestBody=_body(multipart=UploadIn))
@blueprint.response(201, UploadOut)
def upload() -> dict[str, Any] | Response:
    """Send one photo. Give its id to a new item within two days, or it is deleted."""
    data = _sent(Form(UploadIn))
    if isinstance(data, Response):
        return data
    owner = oneself(gate.viewer())
    try:
        photo = services.upload(owner, data["photo"], now=clock.now())
    except BadPhoto as error:
        return errors.answer(422, errors={"photo": [error.message]})
    similar = [card.item.id for card in queries.similar_items(owner, [photo])]
    return {"photo": photo, "similar": similar}


@blueprint.route("/members/<handle>/items")
@gate.members(scope="closet:read")
@blueprint.page(PublicItemOut)
def items_of(query: dict[str, Any], handle: str) -> Page[Item]:
    """What a member publicised, newest first."""
    viewer = gate.viewer()
    return queries.whole_public_items(viewer, member_by_handle(viewer, handle), query["after"])


def _sent(form: Form) -> dict[str, Any] | Response:
    """Read a form; a bad one is answered with its messages."""
    if form.load():
        return form.data
    return errors.answer(422, errors=form.errors)


def _photos(data: Mapping[str, Any]) -> Sequence[Photo]:
    """Take in the photos of a form, or find those that were sent before."""
    if "photos" in data:
        owner = oneself(gate.viewer())
        return [services.upload(owner, file, now=clock.now()) for file in data["photos"]]
    found = access.own_uploads(gate.viewer(), data["photo_ids"])
    if len(found) != len(set(data["photo_ids"])):
        _refuse_photo_ids()
    return found


def _change(item: Item, data: Mapping[str, Any]) -> None:
    now = clock.now()
    services.save(item, facts_of(data), seen=data.get("version"), now=now)
    if "photo_ids" in data:
        services.set_photos(item, _chosen(item, data["photo_ids"]), now=now)
    if "state" in data:
        services.set_state(item, data["state"], lent_to=data.get("lent_to"), now=now)
    if data.get("archived_reason"):
        services.archive(item, data["archived_reason"], now=now)
    elif "archived_reason" in data:
        services.unarchive(item)
    if data.get("styleable"):
        services.open_to_styling(item, now=now)
    elif "styleable" in data:
        services.close_to_styling(item)


def _chosen(item: Item, photo_ids: Sequence[int]) -> list[Photo]:
    """Find photos among the item's own and those that wait."""
    known = {photo.id: photo for photo in [*item.photos, *access.own_uploads(gate.viewer(), photo_ids)]}
    if not set(photo_ids) <= set(known):
        _refuse_photo_ids()
    return [known[photo_id] for photo_id in dict.fromkeys(photo_ids)]


def _refuse_photo_ids() -> NoReturn:
    """Answer 422, whether the photo is somebody else's, taken or never was."""
    error = UnprocessableEntity()
    error.data = {"messages": {"json": {"photo_ids": [_("These are not photos of yours that wait for an item.")]}}}  # type: ignore[attr-defined]
    raise error
