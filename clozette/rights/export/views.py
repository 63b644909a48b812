"""Pages of exports: ask, watch, download, remove."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from clozette.kernel.web import limits
from clozette.kernel.web.gate import everyone
from clozette.rights import person
from clozette.rights.export import queries, rules, services
from clozette.rights.export.models import Export

blueprint = Blueprint("exports", __name__)
limits.declare("export-ask", "6 per day")


@blueprint.get("/privacy/exports")
@everyone()
def exports() -> Any:
    """List the person's exports, and offer to ask for one."""
    who = person.require()
    return _list_page(who)


@blueprint.post("/privacy/exports")
@everyone()
def ask() -> Any:
    """Ask for an export."""
    who = person.require_fresh("/privacy/exports")
    if queries.in_making(who.subject_id) is None:
        limits.check("export-ask", str(who.subject_id))
    export = services.ask(who.subject_id, asked_by="page", locale=str(get_locale() or "en"), now=clock.now())
    return redirect(_path(export), 303)


@blueprint.get("/privacy/exports/<id:export_id>")
@everyone()
def export(export_id: int) -> Any:
    """Show how far an export is, and the button that fetches it."""
    who = person.require()
    return _export_page(queries.own(who.subject_id, export_id))


@blueprint.post("/privacy/exports/<id:export_id>/download")
@everyone()
def download(export_id: int) -> Any:
    """Hand out the archive. It is a deed, and counted: a link that is fetched ahead of time uses nothing up."""
    who = person.require()
    found = queries.own(who.subject_id, export_id)
    person.require_fresh(_path(found))
    try:
        return archive(found)
    except Refused as refused:
        flash(refused.refusal.message, "error")
        return _export_page(found, 409)


@blueprint.route("/privacy/exports/<id:export_id>", methods=["POST", "DELETE"])
@everyone()
def remove(export_id: int) -> Any:
    """Remove an archive before its time."""
    who = person.require()
    found = queries.own(who.subject_id, export_id)
    if request.method == "DELETE" or request.form.get("_method") == "DELETE":
        services.remove(found, now=clock.now())
        flash(_("The archive is removed."), "success")
    return redirect("/privacy/exports", 303)


def archive(export: Export) -> Response:
    """Answer with the archive of an export; the page and the API alike.

    :raises Refused: if it can't be had.
    """
    data = services.fetch(export, now=clock.now())
    assert export.ready_at is not None
    name = f"clozette-{export.ready_at:%Y-%m-%d}-{ids.encode(export.id)}.zip"
    headers = {
        "Content-Length": str(export.bytes),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, mimetype="application/zip", headers=headers)


def _list_page(who: person.Person, status: int = 200) -> Response:
    found = queries.latest(who.subject_id)
    return _page("rights/exports.html", status, exports=found, making=queries.in_making(who.subject_id), states=_state)


def _export_page(export: Export, status: int = 200) -> Response:
    left = max(0, rules.MOST_DOWNLOADS - export.downloads)
    state = _state(export)
    return _page("rights/export.html", status, export=export, state=state, left=left, most=rules.MOST_DOWNLOADS)


def _page(template: str, status: int, **values: Any) -> Response:
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _path(export: Export) -> str:
    return f"/privacy/exports/{ids.encode(export.id)}"


def _state(export: Export) -> str:
    return rules.state_of(export, clock.now())
