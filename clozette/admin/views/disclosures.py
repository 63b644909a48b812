"""The disclosure log for the staff: what was handed over, what left, who is still to be told; and orders of authorities."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.admin import access, handovers, rules, silences
from clozette.admin.schemas import HANDED_OVER, HandoverIn, SilenceIn, TellingIn
from clozette.admin.views.blueprint import blueprint
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.privacy.disclosures import BeingErased, departures, queries, telling
from clozette.privacy.disclosures import silences as disclosed
from clozette.privacy.disclosures.models import Telling
from clozette.privacy.disclosures.silences import Order


@blueprint.get("/disclosures")
@staff("admin")
def disclosures() -> str:
    """Show the log, what is amiss in it, and which recipients have not confirmed yet."""
    return render_template(
        "admin/disclosures/log.html",
        page=queries.log(read_cursor(request.args.get("after"))),
        faults=departures.faults(),
        tellings=queries.open_tellings(),
        now=clock.now(),
    )


@blueprint.post("/disclosures/tellings/<id:telling_id>")
@staff("admin", collects="CP2")
def tell(telling_id: int) -> Any:
    """Note that a recipient was told, or has confirmed."""
    row = db.session.get(Telling, telling_id) or abort(404)
    form = Form(TellingIn)
    if not form.load():
        abort(422)
    step = telling.confirm if form.data["step"] == "confirmed" else telling.mark_told
    step(row, now=clock.now())
    return redirect("/admin/disclosures", 303)


@blueprint.get("/silences")
@staff("admin")
def standing_silences() -> str:
    """List what the law forbids to tell people now."""
    orders = disclosed.standing(clock.now())
    return render_template("admin/disclosures/silences.html", orders=[(one, silences.kept_by(one)) for one in orders])


@blueprint.get("/silences/<id:silence_id>")
@staff("admin")
def silence(silence_id: int) -> str:
    """Show one of them, how it came about, and the form that changes it."""
    order = disclosed.order_of(silence_id, clock.now()) or abort(404)
    return _silence(order, Form(SilenceIn))


@blueprint.post("/silences/<id:silence_id>")
@staff("admin", collects="CP2")
def change_silence(silence_id: int) -> Any:
    """Make it longer, or lift it."""
    order, form = disclosed.order_of(silence_id, clock.now()), Form(SilenceIn)
    if order is None:
        abort(404)
    if not form.load():
        return _silence(order, form), 422
    try:
        silences.change(viewer(), silence_id, said=form.data, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _silence(order, form), 409
    told = _("The silence is lifted.") if form.data["step"] == "lift" else _("The silence goes on.")
    flash(told, "success")
    return redirect("/admin/silences", 303)


def _silence(order: Order, form: Form) -> str:
    values = {"order": order, "kept": silences.kept_by(order), "course": silences.course_of(order)}
    return render_template("admin/disclosures/silence.html", form=form, **values)


@blueprint.get("/members/<handle>/disclosure")
@staff("admin")
def handover(handle: str) -> str:
    """Ask who wants what by which order."""
    return _ask(access.any_member(handle), Form(HandoverIn))


@blueprint.post("/members/<handle>/disclosure")
@staff("admin", collects="CP2")
def hand_over(handle: str) -> Any:
    """Log it and answer with the file to take there."""
    found, form = access.any_member(handle), Form(HandoverIn)
    if not form.load():
        return _ask(found, form), 422
    try:
        payload = handovers.to_authority(viewer(), found, said=form.data, now=clock.now())
    except BeingErased:
        form.refuse(rules.being_erased())
        return _ask(found, form), 409
    headers = {"Content-Disposition": 'attachment; filename="disclosure.json"', "Cache-Control": "no-store"}
    return Response(payload, mimetype="application/json", headers=headers)


def _ask(found: Member, form: Form) -> str:
    return render_template("admin/disclosures/handover.html", member=found, form=form, fields=HANDED_OVER.items())
