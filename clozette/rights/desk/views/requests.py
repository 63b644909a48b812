"""A person's own requests: to ask, to follow, to take back."""

from typing import Any

from flask import abort, redirect, request
from flask_babel import gettext as _

from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import consents, notices
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
def change(request_id: int) -> Any:
    """Take a request back (``_method=DELETE``), or say whether it was oneself who asked (``mine``: yes or no)."""
    who, found = person.require(), _own(request_id)
    mine = request.form.get("mine")
    try:
        if request.form.get("_method") == "DELETE":
            services.close(found, outcome="taken-back", text="", actor_id=who.subject_id, now=clock.now())
        elif mine in {"yes", "no"} and queries.is_in_doubt(found, who.subject_id):
            services.claim(found, subject_id=who.subject_id, how=who.how, mine=mine == "yes", now=clock.now())
        else:
            abort(409 if mine in {"yes", "no"} else 422)
    except Refused as refused:
        detail = refused.refusal.message
        return page("rights/request.html", 409, one=found, events=queries.told(found), wrong=detail, **_words(found))
    return redirect(f"/privacy/requests/{ids.encode(found.id)}", 303)


@blueprint.post("/privacy/earlier-consents")
@gate.everyone()
def end_earlier() -> Any:
    """End what was agreed from a member's address without the account."""
    who = person.require()
    earlier = queries.earlier(who.member_id) or abort(404)
    for (purpose, channel), state in consents.current(earlier).items():
        if state.stands:
            consents.answer(earlier, purpose, channel, "withdrawn", now=clock.now(), method="form:earlier-consents")
    return redirect("/privacy/requests", 303)


def _own(request_id: int) -> Any:
    return queries.request_of(_subjects(person.require()), request_id) or abort(404)


def _subjects(who: person.Person) -> list[int]:
    return [one for one in (who.subject_id, queries.earlier(who.member_id)) if one is not None]


def _earlier_consents(who: person.Person) -> list[str]:
    earlier = queries.earlier(who.member_id)
    standing = consents.current(earlier).items() if earlier is not None else ()
    return [
        f"{consents.purpose_of(purpose).title} ({consents.CHANNEL_NAMES[channel]})"
        for (purpose, channel), state in standing
        if state.stands
    ]


def _page(who: person.Person, form: Form) -> Any:
    mine = [(one, _words(one)) for one in queries.requests_of(_subjects(who))]
    return page(
        "rights/requests.html",
        form.status,
        form=form,
        who=who,
        mine=mine,
        earlier=_earlier_consents(who),
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
        "doubt": queries.is_in_doubt(one, person.require().subject_id),
        "kind": rules.KINDS[one.kind],
        "law": rules.LAWS[one.law],
        "outcome": rules.OUTCOMES.get(one.outcome or ""),
        "standing": queries.standing(one),
        "happened": happened,
    }
