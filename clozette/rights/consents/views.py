"""Pages of consents: what stands, one button each to agree or take back, and the receipts."""

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import browser
from clozette.kernel import clock, ids
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import consents, notices, purposes, receipts
from clozette.privacy.models import LedgerEntry
from clozette.privacy.points import POINTS
from clozette.rights import person
from clozette.rights.consents import queries
from clozette.rights.consents.schemas import AnswerIn
from clozette.rights.guardians import services as guardians

blueprint = Blueprint("consents", __name__)
HERE = "/privacy/consents"


@blueprint.get(HERE)
@gate.everyone()
def overview() -> Any:
    """Show what the person agreed to, and what they were shown and answered."""
    return _page(person.require(), Form(AnswerIn))


@blueprint.post(HERE)
@gate.everyone(collects="CP5")
def answer() -> Any:
    """Record an answer. Taking back is as easy as giving: the same button, at once."""
    who = person.require()
    form = Form(AnswerIn)
    if not form.load():
        return _page(who, form)
    try:
        record(who, form.data, request.form.get(notices.FIELD), method="form:consents", surface=HERE)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(who, form)
    flash(_told(form.data["action"]), "success")
    return redirect(HERE, 303)


@blueprint.get(f"{HERE}/<id:entry_id>")
@gate.everyone()
def receipt(entry_id: int) -> Any:
    """Show the receipt of one answer: the words, the circumstances and the proof."""
    who = person.require()
    entry = queries.own(who.subject_id, entry_id)
    return render_template("rights/consent.html", entry=entry, receipt=receipts.of(entry))


@blueprint.get(f"{HERE}/<id:entry_id>/receipt.json")
@gate.everyone()
def receipt_file(entry_id: int) -> Response:
    """Hand out the same as a file that proves itself."""
    who = person.require()
    made = receipts.of(queries.own(who.subject_id, entry_id))
    answer = Response(json.dumps(made, ensure_ascii=False, indent=1), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{ids.encode(entry_id)}.json"'
    return answer


def record(who: person.Person, data: dict[str, Any], stamp: str | None, *, method: str, surface: str) -> None:
    """Record one answer of a person with where it came from; the API's way too.

    :param stamp: the notice that came back with it.
    :raises Refused: if it can't count.
    """
    if not queries.is_asked(who.subject_id, data["purpose"], data["channel"]):
        raise Refused(Refusal("unknown_purpose", _("We don't ask for this."), "purpose"))
    shown = _shown(who, data, stamp) if data["action"] == "given" else None
    came = browser.circumstances()
    consents.answer(
        who.subject_id,
        data["purpose"],
        data["channel"],
        data["action"],
        now=clock.now(),
        method=method,
        surface=surface,
        shown=shown,
        circumstances={"address": came.address, "agent": came.agent, "jurisdiction": who.country},
    )


def _shown(who: person.Person, data: dict[str, Any], stamp: str | None) -> notices.Shown:
    """Return what was shown with a yes; a no and taking back need nothing.

    :raises Refused: for a yes to words that nobody can show, or of somebody who isn't asked.
    """
    if queries.switch(who.subject_id, data["purpose"], data["channel"]).needs_guardian:
        raise Refused(consents.guardian_needed())
    if page := purposes.asked_at(data["channel"]):
        raise Refused(Refusal("asked_elsewhere", _("Please agree to this at %(page)s.", page=page), "channel"))
    shown = notices.read(purposes.point_of(data["purpose"], data["channel"]), stamp)
    if shown is None:
        raise Refused(Refusal("not_shown", _("Please answer on the page that explains what you agree to.")))
    return shown


def _page(who: person.Person, form: Form) -> Any:
    switches = queries.switches(who.subject_id)
    page = queries.answers(who.subject_id, read_cursor(request.args.get("after")))
    asks = guardians.asks_of(who.subject_id)
    values = {"who": who, "form": form, "switches": switches, "page": page, "asks": asks}
    return render_template("rights/consents.html", **values, now=clock.now), form.status


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"action_name": _action_name, "subject_of": _subject_of, "channel_names": purposes.CHANNEL_NAMES}


def _action_name(action: str) -> str:
    names: dict[str, str] = {
        "served": _("You were shown"),
        "acknowledged": _("You took note"),
        "given": _("You agreed"),
        "refused": _("You said no"),
        "withdrawn": _("You took back"),
        "expired": _("Lapsed without an answer"),
        "superseded": _("Asked anew, in other words"),
    }
    return names[action]


def _subject_of(entry: LedgerEntry) -> str:
    """Return what an entry is about: the purpose, or the collection point."""
    if entry.purpose is None:
        return str(POINTS[entry.point].title)
    try:
        return purposes.title(entry.purpose)
    except KeyError:
        return entry.purpose


def _told(action: str) -> str:
    words: dict[str, str] = {
        "given": _("Thank you. You can take it back here at any time."),
        "withdrawn": _("Taken back. It counts from now on."),
        "refused": _("Noted: no."),
    }
    return words[action]
