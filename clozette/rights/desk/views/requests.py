"""A person's own requests: to ask, to follow, to take back."""

from typing import Any

from flask import abort, redirect, request
from flask_babel import gettext as _

from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices
from clozette.rights import person
from clozette.rights.desk import queries, rules, services
from clozette.rights.desk.schemas import RequestIn
from clozette.rights.desk.views.blueprint import blueprint, page


@blueprint.get("/privacy/requests")
@gate.everyone()
def requests() -> Any:
    """List a person's requests, and the form for a new one."""
    kind = request.args.get("kind", "")
    return _page(person.require(), Form(RequestIn, {"kind": kind if kind in rules.KINDS else "correction"}))


@blueprint.post("/privacy/requests")
@gate.everyone(collects=services.POINT)
def ask() -> Any:
    """Take a request of somebody whom we know: its clock runs from now."""
    who = person.require()
    form = Form(RequestIn)
    if not form.load():
        return _page(who, form)
    made = services.receive(
        subject_id=who.subject_id,
        kind=form.data["kind"],
        text=form.data["text"],
        address=who.email,
        name=who.name,
        country=who.country,
        identified_how=who.how,
        shown=notices.answered(services.POINT),
        now=clock.now(),
    )
    return redirect(f"/privacy/requests/{ids.encode(made.id)}", 303)


@blueprint.get("/privacy/requests/<id:request_id>")
@gate.everyone()
def one_request(request_id: int) -> Any:
    """Show the course of one request."""
    found = _own(request_id)
    return page("rights/request.html", one=found, events=queries.told(found), **_words(found))


@blueprint.post("/privacy/requests/<id:request_id>")
@gate.everyone()
def take_back(request_id: int) -> Any:
    """Take a request back (``_method=DELETE``)."""
    found = _own(request_id)
    if request.form.get("_method") != "DELETE":
        abort(422)
    try:
        services.close(found, outcome="taken-back", text="", actor_id=found.subject_id, now=clock.now())
    except Refused as refused:
        detail = refused.refusal.message
        return page("rights/request.html", 409, one=found, events=queries.told(found), wrong=detail, **_words(found))
    return redirect(f"/privacy/requests/{ids.encode(found.id)}", 303)


def _own(request_id: int) -> Any:
    return queries.request_of(person.require().subject_id, request_id) or abort(404)


def _page(who: person.Person, form: Form) -> Any:
    mine = [(one, _words(one)) for one in queries.requests_of(who.subject_id)]
    return page(
        "rights/requests.html",
        form.status,
        form=form,
        who=who,
        mine=mine,
        kinds=[(name, str(title)) for name, title in rules.KINDS.items()],
    )


def _words(one: Any) -> dict[str, Any]:
    happened = {
        "received": _("We received it"),
        "proof-asked": _("We asked for a proof that it is you; the clock stands still"),
        "identified": _("It is certain that it is you"),
        "extended": _("We need more time"),
        "replied": _("We wrote to you"),
        "closed": _("Answered"),
    }
    return {
        "kind": rules.KINDS[one.kind],
        "law": rules.LAWS[one.law],
        "outcome": rules.OUTCOMES.get(one.outcome or ""),
        "standing": queries.standing(one),
        "happened": happened,
    }
