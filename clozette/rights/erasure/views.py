"""Pages of erasure: ask, undo, and the receipt."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web.gate import everyone, viewer
from clozette.rights import person
from clozette.rights.erasure import rules, services
from clozette.rights.erasure.models import Erasure, Receipt

blueprint = Blueprint("erasure", __name__)


@blueprint.get("/privacy/erasure")
@everyone()
def page() -> Any:
    """Say what an erasure does, or how far the one that was asked for is."""
    who = person.require()
    return _page(who)


@blueprint.route("/privacy/erasure", methods=["POST", "DELETE"])
@everyone(collects="CP2")
def ask() -> Any:
    """Ask for it, or undo it (``DELETE``, or ``_method=DELETE``)."""
    if request.method == "DELETE" or request.form.get("_method") == "DELETE":
        return _undo(person.require())
    who = person.require_fresh("/privacy/erasure")
    try:
        services.ask(who.subject_id, via="page", now=clock.now(), session_id=viewer().session_id)
    except Refused as refused:
        flash(refused.refusal.message, "error")
        return _page(who, 409)
    return redirect("/privacy/erasure", 303)


@blueprint.get("/privacy/erasure/receipts/<string(length=32):code>")
@everyone()
def receipt(code: str) -> Any:
    """Show an erasure to whoever holds its code: dates and counts, and nothing about the person."""
    erasure = db.session.scalar(sa.select(Erasure).where(Erasure.code == code)) or abort(404)
    given = db.session.scalar(sa.select(Receipt).where(Receipt.erasure_id == erasure.id))
    return render_template("rights/erasure_receipt.html", erasure=erasure, receipt=given)


def _undo(who: person.Person) -> Any:
    try:
        services.undo(who.subject_id, now=clock.now())
    except Refused as refused:
        flash(refused.refusal.message, "error")
        return _page(who, 409)
    flash(_("Everything is back as it was."), "success")
    return redirect("/privacy", 303)


def _page(who: person.Person, status: int = 200) -> Any:
    erasure = services.standing(who.subject_id)
    return render_template("rights/erasure.html", who=who, erasure=erasure, days=rules.GRACE.days), status
