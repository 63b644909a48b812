"""Pages for admins: exports of many members' data, asked for, decided on by a second person, and downloaded."""

from typing import Any

from babel import Locale
from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from clozette.accounts import countries
from clozette.accounts.fresh import proved_recently
from clozette.accounts.schemas import languages
from clozette.admin.views.blueprint import blueprint
from clozette.kernel import clock
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.rights.bulk import queries, reads, rules, services, stream
from clozette.rights.bulk.models import APPROVED, BulkExport
from clozette.rights.bulk.schemas import RECIPIENT, DecisionIn, ExportIn
from clozette.rights.bulk.selection import Filter
from clozette.rights.bulk.uses import COLUMNS, USES, Use

_LIST = "/admin/exports"


@blueprint.get("/exports")
@staff("admin")
def exports() -> str:
    """List exports; a mark that somebody found in a file leads to the download it comes from."""
    mark = request.args.get("mark", "").strip()[:32]
    found = queries.marked(mark) if mark else None
    page = queries.exports(read_cursor(request.args.get("after")))
    return render_template("admin/exports/list.html", page=page, uses=USES, mark=mark, found=found)


@blueprint.get("/exports/new")
@staff("admin")
def new_export() -> str:
    """Ask first what for, then the rest: the use says which columns there are."""
    use = USES.get(request.args.get("use", ""))
    if use is None:
        return render_template("admin/exports/uses.html", uses=USES.values())
    return _form(use, Form(ExportIn, {"use": use.id, "format": "csv", "state": "active"}))


@blueprint.post("/exports")
@staff("admin", collects="CP2")
def ask_for_export() -> Any:
    """Write an export down; above the set size it waits for somebody else."""
    form = Form(ExportIn)
    if not form.load():
        return _refused(form, 422)
    wish = services.Wish(
        use=form.data["use"],
        reason=form.data["reason"],
        format=form.data["format"],
        columns=form.data["columns"],
        filter=Filter.of(form.data),
        recipient=services.Outsider(*(form.data[name] for name in RECIPIENT)) if form.data[RECIPIENT[0]] else None,
    )
    try:
        export = services.ask(wish, by_id=_me(), now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _refused(form, 409)
    return redirect(url_for(".export", export_id=export.id), 303)


@blueprint.get("/exports/<id:export_id>")
@staff("admin")
def export(export_id: int) -> str:
    """Show what was asked for, what was decided, and every download."""
    return _page(queries.export(export_id), Form(DecisionIn))


@blueprint.post("/exports/<id:export_id>/decision")
@staff("admin", collects="CP2")
@proved_recently(_LIST)
def decide_on_export(export_id: int) -> Any:
    """Approve or refuse an export that somebody else asked for."""
    found, form = queries.export(export_id), Form(DecisionIn)
    if not form.load():
        return _page(found, form), 422
    verdict = form.data["verdict"]
    try:
        services.decide(found, by_id=_me(), verdict=verdict, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, form), 409
    flash(_("The export is approved.") if verdict == APPROVED else _("The export is refused."), "success")
    return redirect(url_for(".export", export_id=found.id), 303)


@blueprint.post("/exports/<id:export_id>/file")
@staff("admin")
@proved_recently(_LIST)
def export_file(export_id: int) -> Any:
    """Write a download down and send it, row by row, straight from the database."""
    found = queries.export(export_id)
    try:
        order = services.download(found, by_id=_me(), now=clock.now())
    except Refused as refused:
        form = Form(DecisionIn)
        form.refuse(refused.refusal)
        return _page(found, form), 409
    response = Response(stream.pieces(order), mimetype=stream.TYPES[order.format])
    response.headers["Content-Disposition"] = f'attachment; filename="{order.file_name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _me() -> int:
    subject_id = viewer().subject_id
    assert subject_id is not None
    return subject_id


def _form(use: Use, form: Form) -> str:
    columns = [(name, COLUMNS[name].title) for name in use.columns]
    spoken = [(code, Locale.parse(code).get_display_name() or code) for code in languages()]
    places = {"countries": countries.choices(), "languages": spoken}
    return render_template("admin/exports/new.html", use=use, form=form, columns=columns, **places)


def _refused(form: Form, status: int) -> Any:
    use = USES.get(str(form.value("use")))
    if use is None:
        return render_template("admin/exports/uses.html", uses=USES.values()), status
    return _form(use, form), status


def _page(found: BulkExport, form: Form) -> str:
    decision, me, now = found.decision, _me(), clock.now()
    concerned = {found.asked_by_id, *([decision.by_id] if decision else []), *(one.by_id for one in found.downloads)}
    may_decide = rules.why_not_decide(found, me, now) is None
    may_download = rules.why_not_download(found, me, fit_now=0, downloads=len(found.downloads), now=now) is None
    facts = {"use": USES[found.use], "columns": [COLUMNS[name].title for name in found.columns]}
    return render_template(
        "admin/exports/one.html",
        export=found,
        form=form,
        names=queries.names(concerned),
        being_noted=reads.being_noted([one.id for one in found.downloads]),
        may_decide=may_decide,
        may_download=may_download,
        **facts,
    )
