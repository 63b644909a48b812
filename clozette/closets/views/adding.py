"""The fast form: photos and a category make an item. Photos that came in well are never asked for twice."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from clozette.accounts.access import oneself
from clozette.accounts.models import Member
from clozette.closets import access, colours, naming, queries, rules, services
from clozette.closets.models import Item
from clozette.closets.queries import Card
from clozette.closets.schemas import NewItemForm, UploadIn, facts_of
from clozette.closets.views import choices
from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.edge import keep
from clozette.kernel.web.forms import Form
from clozette.media.models import Photo
from clozette.media.services import BadPhoto

blueprint = Blueprint("closets_adding", __name__)

_FOLDED = ("size_system", "size", "price", "bought_on", "seasons", "tags", "notes")
"""Fields under "more about it", which is open once one of them has something to show."""


@blueprint.route("/closet/items/new", methods=["GET"])
@gate.members()
def new() -> ResponseReturnValue:
    """Show the empty form; ``?kind=wished`` for a wish."""
    kind = "wished" if request.args.get("kind") == "wished" else "owned"
    start = {"kind": kind, "upload_key": secrets.token_urlsafe(16), "currency": choices.currency()}
    return _page(Form(NewItemForm, start), [])


@blueprint.route("/closet/items/new", methods=["POST"])
@gate.members(collects="CP2")
def create() -> ResponseReturnValue:
    """Add an item. Sent twice, the form leads to the one item; sent with a mistake, it keeps its photos."""
    form = Form(NewItemForm)
    loaded = form.load()  # decodes the photos, before the first query takes SQLite's one lock
    owner = oneself(gate.viewer())
    key = str(form.value("upload_key") or secrets.token_urlsafe(16))
    made_before = queries.item_by_key(owner.id, key[: rules.KEY_LENGTH])
    if made_before is not None:
        return _to(made_before)
    photos = take_photos(owner, form)
    if not loaded or form.errors:
        return _again(form, photos, form.status if form.status == 409 else 422)
    try:
        item = services.add(
            owner, facts_of(form.data), photos, upload_key=key, now=clock.now(), similar_ok=form.data["similar_ok"]
        )
    except Refused as refused:
        form.refuse(refused.refusal)
        similar = queries.similar_items(owner, photos) if refused.refusal.code == "similar" else []
        return _again(form, photos, 409, similar)
    flash(_("It is in your closet now."), "success")
    return _to(item)


@blueprint.route("/closet/photos", methods=["POST"])
@gate.members(collects="CP2")
def upload() -> ResponseReturnValue:
    """Take one photo while the form is still being filled in, and say what it looks like (for the form's script)."""
    form = Form(UploadIn)
    if not form.load():
        return _taken(None, errors=[message for messages in form.errors.values() for message in messages])
    owner = oneself(gate.viewer())
    try:
        photo = services.upload(owner, form.data["photo"], now=clock.now())
    except BadPhoto as error:
        return _taken(None, errors=[error.message])
    return _taken(photo, similar=queries.similar_items(owner, [photo]))


def _taken(photo: Photo | None, *, similar: Sequence[Card] = (), errors: Sequence[str] = ()) -> tuple[str, int]:
    """Answer with a fragment: the photo's tile, and warnings beside it."""
    suggested = colours.families_of(photo.colours) if photo else []
    context = {"photo": photo, "suggested": suggested, "similar": similar, "errors": errors, "naming": naming}
    return render_template("closets/_taken.html", **context), 200 if photo else 422


def take_photos(owner: Member, form: Form, own: Sequence[Photo] = ()) -> list[Photo]:
    """Gather the photos that wait from an earlier try, and take in those that came now; name the bad ones in the form.

    :param own: what the item has already, of which those stay that the form names.
    """
    form.errors.pop("photos", None)  # each file is judged again below, by its name
    named = _ids(request.form.getlist("photo_ids"))
    waiting = [*(photo for photo in own if photo.id in named), *access.own_uploads(gate.viewer(), named)]
    room = rules.MAX_PHOTOS - len(waiting)
    files = [file for file in request.files.getlist("photos") if file.filename]
    taken = [photo for file in files[: max(room, 0)] if (photo := _take(owner, file, form))]
    photos = [*waiting, *taken]
    if len(files) > room:
        _complain(
            form, str(_("An item has at most %(number)s photos; the first ones were kept.", number=rules.MAX_PHOTOS))
        )
    elif not photos and not form.error("photos"):
        _complain(form, _("An item needs at least one photo."))
    return photos


def _take(owner: Member, file: FileStorage, form: Form) -> Photo | None:
    try:
        return services.upload(owner, file, now=clock.now())
    except BadPhoto as error:
        _complain(form, f"{file.filename}: {error.message}")
    except Refused as refused:
        form.refuse(replace(refused.refusal, field="photos"))
    return None


def _complain(form: Form, message: str) -> None:
    form.errors.setdefault("photos", []).append(message)


def _ids(texts: list[str]) -> list[int]:
    found = []
    for text in texts[: rules.MAX_PHOTOS]:
        try:
            found.append(ids.decode(text))
        except ValueError:
            continue
    return found


def _to(item: Item) -> ResponseReturnValue:
    return redirect(f"/items/{ids.encode(item.id)}", 303)


def _again(form: Form, photos: list[Photo], status: int, similar: list[Card] | None = None) -> ResponseReturnValue:
    """Show the form again with the photos that came in, and the colours that they suggest."""
    keep()
    if photos and not form.value("colours"):
        form.values["colours"] = colours.families_of(photos[0].colours)
    page, _status = _page(form, photos, similar)
    return page, status


def _page(form: Form, photos: list[Photo], similar: list[Card] | None = None) -> tuple[str, int]:
    context: dict[str, Any] = choices.for_item_form("")
    context["more_open"] = any(form.value(name) or form.error(name) for name in _FOLDED)
    page = render_template(
        "closets/new.html", form=form, photos=photos, similar=similar or [], naming=naming, **context
    )
    return page, 200
