"""Pages that make looks: a new one, the editor, drafts, publication, deletion."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from clozette.kernel import clock, ids
from clozette.kernel.images import BadPhoto
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import errors, gate
from clozette.kernel.web.forms import Form
from clozette.looks import access, editor, queries, throttle
from clozette.looks.models import Look
from clozette.looks.rules import Visibility, why_not_autosave
from clozette.looks.schemas import LookForm
from clozette.looks.services import drafts, publication

blueprint = Blueprint("looks_editing", __name__)


@blueprint.route("/looks")
@gate.members()
def mine() -> str:
    """List the viewer's own looks: what is out, or with ``?show=drafts`` the drafts."""
    viewer = gate.viewer()
    drafts_only = request.args.get("show") == "drafts"
    page = queries.own(viewer, read_cursor(request.args.get("after")), drafts=drafts_only)
    looks = queries.covers(viewer, page.items)
    return render_template("looks/mine.html", page=page, looks=looks, drafts=drafts_only)


@blueprint.route("/looks/new", methods=["GET"])
@gate.members()
def new() -> str:
    """Show the form for a new look; ``?item=`` chooses an item to wear in it."""
    values = {"form_key": secrets.token_urlsafe(16), "new_items": request.args.getlist("item")[:20]}
    if gate.viewer().is_minor:
        values["visibility"] = Visibility.FOLLOWERS
    return editor.new_page(Form(LookForm, values))


@blueprint.route("/looks/new", methods=["POST"])
@gate.members(collects="CP2")
def create() -> ResponseReturnValue:
    """Start a draft from the form, and publish it if asked to."""
    form = Form(LookForm)
    if not form.load():
        return editor.answer_errors(form, editor.new_page)
    viewer, now = gate.viewer(), clock.now()
    try:
        look, is_new = drafts.start_look(viewer, form_key=form.data.get("form_key"), now=now)
        if is_new:
            drafts.save_look(look, {**form.data, "version": look.version}, viewer, now=now)
            _publish_if_asked(look, form)
    except (Refused, BadPhoto) as error:
        return editor.answer_refusal(form, error, editor.new_page)
    return editor.answer_saved(look, form, status=201)


@blueprint.route("/looks/<id:look_id>/edit", methods=["GET"])
@gate.members()
def edit(look_id: int) -> str:
    """Show the editor; ``?revision=`` fills it with what was kept of an overtaken tab, ``?q=`` looks for items."""
    look = access.own_look(gate.viewer(), look_id)
    whole = queries.whole(gate.viewer(), look)
    form = editor.form_of(whole)
    wanted = request.args.get("revision")
    for kept in drafts.revisions_of(look) if wanted else ():
        if ids.encode(kept.id) == wanted:
            form.values.update(kept.content)
    return editor.edit_page(whole, form)


@blueprint.route("/looks/<id:look_id>/edit", methods=["POST"])
@gate.members(collects="CP2")
def save(look_id: int) -> ResponseReturnValue:
    """Save the editor's form, and publish if asked to."""
    form, look = _read(look_id)
    if form.errors:
        return editor.answer_errors(form, editor.edit_again(look_id))
    return _save(look, form)


@blueprint.route("/looks/<id:look_id>/draft", methods=["POST"])
@gate.members(collects="CP2")
def save_draft(look_id: int) -> ResponseReturnValue:
    """Save a draft as it is typed. The version that it was made on must be named."""
    form, look = _read(look_id)
    if not form.errors and "version" not in form.data:
        form.errors["version"], form.status = [_("Say which version this was made on.")], 422
    if form.errors:
        return editor.answer_errors(form, editor.edit_again(look_id))
    refusal = why_not_autosave(is_published=look.is_published)
    if refusal is not None and form.data["version"] == look.version:
        return editor.answer_refusal(form, Refused(refusal), editor.edit_again(look_id))
    return _save(look, form)


@blueprint.route("/looks/<id:look_id>/publication", methods=["POST"])
@gate.members(collects="CP2")
def publish(look_id: int) -> ResponseReturnValue:
    """Publish a look as it is."""
    if request.form.get("_method") == "DELETE":
        return hide(look_id)
    look = access.own_look(gate.viewer(), look_id, to_change=True)
    throttle.publish(look.member_id)
    form = editor.form_of(queries.whole(gate.viewer(), look))
    try:
        publication.publish_look(look, now=clock.now())
    except Refused as error:
        return editor.answer_refusal(form, error, editor.edit_again(look_id))
    flash(_("Your look is out."), "success")
    return redirect(editor.address(look), 303)


@blueprint.route("/looks/<id:look_id>/publication", methods=["DELETE"])
@gate.members()
def hide(look_id: int) -> ResponseReturnValue:
    """Make a look a draft again."""
    look = access.own_look(gate.viewer(), look_id, to_change=True)
    publication.hide_look(look)
    flash(_("Your look is a draft again. Only you can see it."), "success")
    return redirect(editor.address(look), 303)


@blueprint.route("/looks/<id:look_id>", methods=["POST", "DELETE"])
@gate.members()
def delete(look_id: int) -> ResponseReturnValue:
    """Delete a look: a form with ``_method`` DELETE, or DELETE."""
    if not _is_delete():
        return errors.answer(405)
    publication.delete_look(access.own_look(gate.viewer(), look_id, to_change=True))
    flash(_("The look is deleted, with its photos, loves and comments."), "success")
    return redirect("/looks", 303)


@blueprint.route("/looks/<id:look_id>/revisions/<id:revision_id>", methods=["POST", "DELETE"])
@gate.members()
def drop_revision(look_id: int, revision_id: int) -> ResponseReturnValue:
    """Forget what was kept of an overtaken tab: a form with ``_method`` DELETE, or DELETE."""
    if not _is_delete():
        return errors.answer(405)
    look = access.own_look(gate.viewer(), look_id, to_change=True)
    drafts.drop_revision(access.own_revision(look, revision_id))
    return redirect(f"{editor.address(look)}/edit", 303)


def _read(look_id: int) -> tuple[Form, Look]:
    """Read the form, then lock the look: its photos are made ready before a transaction that writes begins."""
    form = Form(LookForm)
    form.load()
    return form, access.own_look(gate.viewer(), look_id, to_change=True)


def _save(look: Look, form: Form) -> ResponseReturnValue:
    look_id = look.id
    try:
        drafts.save_look(look, form.data, gate.viewer(), now=clock.now())
        _publish_if_asked(look, form)
    except drafts.Stale as error:
        return editor.answer_stale(look_id, form, error)
    except (Refused, BadPhoto) as error:
        return editor.answer_refusal(form, error, editor.edit_again(look_id))
    return editor.answer_saved(look, form)


def _publish_if_asked(look: Look, form: Form) -> None:
    if form.data.get("publish"):
        throttle.publish(look.member_id)
        publication.publish_look(look, now=clock.now())


def _is_delete() -> bool:
    return request.method == "DELETE" or request.form.get("_method") == "DELETE"
