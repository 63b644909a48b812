"""One item: its page, the edit form, and the deeds that its owner does to it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.closets import access, colours, measures, naming, services, words
from clozette.closets.models import Item
from clozette.closets.schemas import ArchiveForm, EditItemForm, StateForm, facts_of, form_values
from clozette.closets.views import choices
from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

blueprint = Blueprint("closets_items", __name__)


@blueprint.route("/items/<id:item_id>", methods=["GET"])
@gate.everyone()
def item_page(item_id: int) -> str:
    """Show an item: everything to its owner, to others what ``schemas.PublicItemOut`` names."""
    viewer = gate.viewer()
    item = access.item_for(viewer, item_id)
    if item.member_id != viewer.member_id:
        return render_template("closets/item_public.html", item=item, naming=naming, words=words, colours=colours)
    return _own_page(item, Form(StateForm))


@blueprint.route("/items/<id:item_id>", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def remove(item_id: int) -> ResponseReturnValue:
    """Delete an item."""
    choices.require_delete()
    services.remove(access.own_item(gate.viewer(), item_id))
    flash(_("The item and its photos are deleted."), "success")
    return redirect("/closet", 303)


@blueprint.route("/items/<id:item_id>/edit", methods=["GET"])
@gate.members()
def edit(item_id: int) -> str:
    """Show the edit form."""
    return edit_page(access.own_item(gate.viewer(), item_id))


@blueprint.route("/items/<id:item_id>/edit", methods=["POST"])
@gate.members(collects="CP2")
def save(item_id: int) -> ResponseReturnValue:
    """Save the edit form. If the item was changed elsewhere meanwhile, say so, keep what was typed and show both."""
    item = access.own_item(gate.viewer(), item_id)
    form = Form(EditItemForm)
    if not form.load():
        return edit_page(item, form), 422
    try:
        services.save(item, facts_of(form.data), seen=form.data["version"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        form.values["version"] = item.version  # having been told, the member may save over it
        return edit_page(item, form, others=_differences(item, form)), 409
    flash(_("Saved."), "success")
    return _back(item)


@blueprint.route("/items/<id:item_id>/publication", methods=["POST"])
@gate.members(collects="CP2")
def publicise(item_id: int) -> ResponseReturnValue:
    """Show an item to everybody."""
    if choices.means_delete():
        return hide(item_id)
    item = access.own_item(gate.viewer(), item_id)
    services.publicise(item, now=clock.now())
    flash(_("Everybody can see this item now."), "success")
    return _back(item)


@blueprint.route("/items/<id:item_id>/publication", methods=["DELETE"])
@gate.members(collects="CP2")
def hide(item_id: int) -> ResponseReturnValue:
    """Make an item private again."""
    item = access.own_item(gate.viewer(), item_id)
    services.hide(item)
    flash(_("This item is private again."), "success")
    return _back(item)


@blueprint.route("/items/<id:item_id>/styling", methods=["POST"])
@gate.members(collects="CP2")
def open_to_styling(item_id: int) -> ResponseReturnValue:
    """Let others put an item into their looks."""
    if choices.means_delete():
        return close_to_styling(item_id)
    item = access.own_item(gate.viewer(), item_id)
    services.open_to_styling(item, now=clock.now())
    return _back(item)


@blueprint.route("/items/<id:item_id>/styling", methods=["DELETE"])
@gate.members(collects="CP2")
def close_to_styling(item_id: int) -> ResponseReturnValue:
    """Keep an item out of others' new looks."""
    item = access.own_item(gate.viewer(), item_id)
    services.close_to_styling(item)
    return _back(item)


@blueprint.route("/items/<id:item_id>/state", methods=["POST"])
@gate.members(collects="CP2")
def set_state(item_id: int) -> ResponseReturnValue:
    """Say where an item is."""
    item = access.own_item(gate.viewer(), item_id)
    form = Form(StateForm)
    if not form.load():
        return _own_page(item, form), 422
    services.set_state(item, form.data["state"], lent_to=form.data["lent_to"], now=clock.now())
    return _back(item)


@blueprint.route("/items/<id:item_id>/archive", methods=["POST"])
@gate.members(collects="CP2")
def archive(item_id: int) -> ResponseReturnValue:
    """Archive an item with a reason."""
    if choices.means_delete():
        return unarchive(item_id)
    item = access.own_item(gate.viewer(), item_id)
    form = Form(ArchiveForm)
    if not form.load():
        return _own_page(item, form), 422
    services.archive(item, form.data["reason"], now=clock.now())
    flash(_("Archived. You find it in your closet under “Archived”."), "success")
    return _back(item)


@blueprint.route("/items/<id:item_id>/archive", methods=["DELETE"])
@gate.members(collects="CP2")
def unarchive(item_id: int) -> ResponseReturnValue:
    """Take an item out of the archive."""
    item = access.own_item(gate.viewer(), item_id)
    services.unarchive(item)
    return _back(item)


@blueprint.route("/items/<id:item_id>/acquisition", methods=["POST"])
@gate.members(collects="CP2")
def acquire(item_id: int) -> ResponseReturnValue:
    """Turn a wish into something owned."""
    item = access.own_item(gate.viewer(), item_id)
    services.acquire(item, now=clock.now())
    flash(_("It is yours now."), "success")
    return _back(item)


def edit_page(
    item: Item,
    form: Form | None = None,
    *,
    photos_form: Form | None = None,
    others: list[tuple[str, str]] | None = None,
) -> str:
    """Render the edit page: as it is kept, or as it was typed; ``others`` is what was changed elsewhere meanwhile."""
    form = form or Form(EditItemForm, form_values(item, choices.unit()))
    context = choices.for_item_form(str(form.value("category", item.category_code)))
    return render_template(
        "closets/edit.html", item=item, form=form, photos_form=photos_form, others=others, naming=naming, **context
    )


def _back(item: Item) -> ResponseReturnValue:
    return redirect(f"/items/{ids.encode(item.id)}", 303)


def _own_page(item: Item, form: Form) -> str:
    context: dict[str, Any] = {"naming": naming, "words": words, "colours": colours, "measures": measures}
    return render_template("closets/item.html", item=item, form=form, locale=get_locale() or "en", **context)


def _differences(item: Item, form: Form) -> list[tuple[str, str]]:
    """Return (field, what it is now) wherever what was typed differs from what is kept."""
    kept = form_values(item, str(form.value("unit", "cm")))
    shown = {
        "category": naming.title(item),
        "colours": ", ".join(colours.label(one) for one in item.colours),
        "seasons": ", ".join(str(words.SEASONS[one]) for one in item.seasons),
        "kind": str(words.KINDS[item.kind]),
        "size_system": str(measures.SIZE_SYSTEMS.get(item.size_system or "", "")),
    }
    names = [name for name in kept if name not in ("version", "unit")]
    changed = [name for name in names if (kept[name] or None) != (form.values.get(name) or None)]
    return [(name, str(shown.get(name, kept[name]) or "")) for name in changed]
