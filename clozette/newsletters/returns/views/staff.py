"""Pages of marketing: what came back, and what nobody understood."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.kernel import clock
from clozette.kernel.paging import Page, read_cursor
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.newsletters.returns import queries, services, vault
from clozette.newsletters.returns.models import Return
from clozette.newsletters.returns.schemas import ReturnIn
from clozette.privacy import staff_reads

ROLE = "marketing"
HERE = "/marketing/returns"
SHOWN = 20_000
blueprint = Blueprint("returns", __name__, url_prefix=HERE)
VERDICTS = {
    "hard": _l("the address is dead"),
    "soft": _l("it could not be delivered this time"),
    "policy": _l("its server did not want this mail"),
    "not-spam": _l("its reader says it is no spam"),
}
REASONS = {
    "unreadable": _l("it can’t be read"),
    "bad-proof": _l("its address looks like one of ours and lacks the proof"),
    "bad-case": _l("somebody wishes to leave, but a server on the way changed the letters that say who: ask them"),
    "no-report": _l("it reports nothing in a way that we know"),
    "no-outcome": _l("it is a bounce that names no recipient"),
    "no-recipient": _l("it names a mail of ours as its reader could, and another recipient than that reader"),
    "no-path": _l(
        "it names a mail of ours as whoever was forwarded that mail could: call the address dead only if you believe it"
    ),
    "no-name": _l("it does not say in our own words which mail it is about"),
    "no-status": _l("it is a bounce that does not say why"),
    "no-type": _l("it is a complaint of a kind that we don’t know"),
}


@blueprint.get("")
@gate.staff(ROLE)
def index() -> Any:
    """List what came back; what nobody understood, unless all is asked for."""
    show = "all" if request.args.get("show") == "all" else "open"
    page = queries.returns(only_open=show == "open", after=read_cursor(request.args.get("after")))
    values: dict[str, Any] = {"show": show, "campaigns": queries.campaigns_of(page)}
    return _page("marketing/returns/list.html", page=page, **values)


@blueprint.get("/<id:return_id>")
@gate.staff(ROLE)
def show(return_id: int) -> Any:
    """Show what is known of one; not its text, for that a reason is asked."""
    return _one(queries.one(return_id), Form(ReturnIn))


@blueprint.post("/<id:return_id>")
@gate.staff(ROLE, collects="CP2")
def press(return_id: int) -> Any:
    """Do what a button says; showing the mail is a POST, because the look is written down."""
    row, form = queries.one(return_id), Form(ReturnIn)
    if not form.load():
        return _one(row, form)
    deed = form.data["do"]
    if deed == "read":
        return _read(row, form)
    try:
        flash(_do(row, deed), "success")
    except Refused as refused:
        form.refuse(refused.refusal)
        return _one(row, form)
    return redirect(HERE, 303)


def _do(row: Return, deed: str) -> str:
    now = clock.now()
    if deed == "again":
        services.read_again(row, now)
        return str(_("It was read again."))
    done = services.settle(row, now) if deed == "settle" else services.settle_as(row, deed, now)
    if not done:
        raise Refused(Refusal("settled", _("This is settled already, or it is not certain whose mail it was.")))
    return str(_("Settled."))


def _read(row: Return, form: Form) -> Any:
    """Show the mail itself, and write down who looked, where it is known whose it is."""
    reason, reader = form.data.get("reason"), gate.viewer()
    if not reason:
        form.errors["reason"] = [_("Please say why.")]
        return _one(row, form, 422)
    if row.sealed is None:
        form.refuse(Refusal("gone", _("Its text is not kept any more.")))
        return _one(row, form)
    content, recipients = vault.unseal(row.sealed)
    if row.subject_id is not None and reader.subject_id is not None:
        staff_reads.note(
            subject_id=row.subject_id,
            reader_id=reader.subject_id,
            what="returned-mail",
            reason=reason,
            now=clock.now(),
            fields=("content",),
        )
    text = content[:SHOWN].decode("utf-8", "replace")
    return _one(row, form, text=text, recipients=recipients, is_cut=len(content) > SHOWN)


def _one(row: Return, form: Form, status: int = 0, **values: Any) -> Response:
    known = queries.campaigns_of(Page([row], None))
    return _page("marketing/returns/one.html", status or form.status, row=row, form=form, campaigns=known, **values)


def _page(template: str, status: int = 200, **values: Any) -> Response:
    shown = render_template(template, verdicts=VERDICTS, reasons=REASONS, **values)
    response = make_response(shown, status)
    response.headers["Cache-Control"] = "no-store"
    return response
