"""The disclosure log for the staff: what was handed over, what left, who is still to be told; and orders of authorities."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from marshmallow import ValidationError

from clozette.accounts.models import Member
from clozette.admin import access, disclosure_log, handovers, rules, silences
from clozette.admin.schemas import HANDED_OVER, HandoverIn, LogIn, SilenceIn, TellingIn
from clozette.admin.views.blueprint import blueprint
from clozette.contests.sponsors import queries as sponsors
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.privacy.disclosures import BeingErased, departures, queries, telling
from clozette.privacy.disclosures import silences as disclosed
from clozette.privacy.disclosures.models import Disclosure, Telling
from clozette.privacy.disclosures.silences import Order
from clozette.privacy.ledger import audit
from clozette.rights.disclosures.views import purpose_name

_SHOWN = 200
"""How many of those that have not left are listed."""


@blueprint.get("/disclosures")
@staff("admin")
def disclosures() -> Any:
    """Show the log, what is amiss in it, and which recipients have not confirmed yet."""
    form, wanted = _wanted()
    mark = request.args.get("mark", "").strip()[:32]
    page = render_template(
        "admin/disclosures/log.html",
        page=queries.log(wanted, read_cursor(request.args.get("after"))),
        faults=departures.faults(),
        tellings=queries.open_tellings(),
        now=clock.now(),
        form=form,
        kinds=_choices(),
        purpose_name=purpose_name,
        query=urlencode({name: text for name, text in form.values.items() if text}),
        mark=mark,
        found=sponsors.marked(mark) if mark else None,
    )
    return page, form.status


@blueprint.get("/disclosures.csv")
@staff("admin")
def disclosures_file() -> Response:
    """Hand out the log as a table: hand-overs, and no people."""
    _form, wanted = _wanted()
    payload = disclosure_log.sheet(queries.whole_log(wanted))
    return _file(payload, "text/csv", "disclosures.csv")


@blueprint.get("/disclosures/<id:handover_id>")
@staff("admin")
def disclosure(handover_id: int) -> str:
    """Show one entry: what went out, by which right, of how many, and the proof that it stands in the tree."""
    found = queries.logged(handover_id) or abort(404)
    rows = queries.persons_in(handover_id, read_cursor(request.args.get("after")))
    return render_template(
        "admin/disclosures/entry.html",
        row=found,
        people=[(one, disclosure_log.reference_of(one)) for one in rows.items],
        page=rows,
        left=departures.of(handover_id),
        proof=audit.prove("handover", handover_id),
        purpose_name=purpose_name,
        now=clock.now(),
    )


@blueprint.get("/disclosures/<id:handover_id>/proof.json")
@staff("admin")
def disclosure_proof(handover_id: int) -> Response:
    """Hand out the proof of an entry; ``tools/verify_ledger.py`` checks it."""
    return _proof("handover", handover_id)


@blueprint.get("/disclosures/<id:handover_id>/people/<id:disclosure_id>/proof.json")
@staff("admin")
def person_proof(handover_id: int, disclosure_id: int) -> Response:
    """Hand out the proof of one person in it."""
    row = db.session.get(Disclosure, disclosure_id)
    if row is None or row.handover_id != handover_id:
        abort(404)
    return _proof("disclosure", disclosure_id)


@blueprint.get("/reconciliation")
@staff("admin")
def reconciliation() -> str:
    """Hold what left by each port against the log (requirement 79)."""
    waiting = departures.waiting()
    return render_template(
        "admin/disclosures/reconciliation.html",
        faults=departures.faults(),
        sums=departures.sums(),
        waiting=[found for one in waiting[-_SHOWN:] if (found := queries.logged(one))],
        waiting_count=len(waiting),
    )


def _wanted() -> tuple[Form, queries.Wanted]:
    """Read what is looked for from the address; what makes no sense is said and looks for nothing special."""
    given = {name: request.args[name] for name in LogIn().fields if request.args.get(name)}
    form = Form(LogIn, given)
    try:
        return form, queries.Wanted(**form.schema.load(given))
    except ValidationError as error:
        form.errors, form.status = error.messages_dict, 422
        return form, queries.Wanted()


def _choices() -> dict[str, list[tuple[str, str]]]:
    """Return what the log can be narrowed down by, in plain words."""
    known = queries.kinds_of_log()
    plain = {name: [(word, word) for word in words] for name, words in known.items()}
    return {**plain, "purpose": [(word, purpose_name(word)) for word in known["purpose"]]}


def _proof(kind: str, row_id: int) -> Response:
    proof = audit.prove(kind, row_id)
    if proof is None:
        abort(404)
    return _file(json.dumps(proof, indent=1).encode(), "application/json", f"proof-{ids.encode(row_id)}.json")


def _file(payload: bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(payload, mimetype=mimetype, headers=headers)


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
