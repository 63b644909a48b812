"""Pages of entries: the form, the receipt, everybody's entries, one's own."""

import secrets
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import browser
from clozette.accounts.access import oneself
from clozette.contests.entering import access, asking, eligibility, queries, rules, services, throttle, wording
from clozette.contests.entering.asking import Answer
from clozette.contests.entering.models import Entry, Snapshot
from clozette.contests.entering.schemas import AcceptIn, EntryIn
from clozette.contests.planning import queries as contests
from clozette.contests.planning.access import contest_for
from clozette.contests.planning.models import Contest, Rules
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.images import BadPhoto
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.looks import access as looks
from clozette.privacy import notices

blueprint = Blueprint("contest_entries", __name__)
HERE = "/contests/<slug>/entries"
_ONE = f"{HERE}/<id:entry_id>"


@blueprint.get("/contests/mine")
@gate.members()
def mine() -> Any:
    """List the viewer's own entries."""
    page = queries.own(gate.viewer(), read_cursor(request.args.get("after")))
    return render_template("contests/mine.html", page=page, states=wording.STATES)


@blueprint.get(HERE)
@gate.everyone()
def entries(slug: str) -> Any:
    """List the entries of a contest."""
    contest = contest_for(gate.viewer(), slug)
    page = queries.cards(gate.viewer(), contest, read_cursor(request.args.get("after")))
    return render_template("contests/entries.html", contest=contest, page=page, label=wording.label(contest))


@blueprint.get(f"{HERE}/new")
@gate.members()
def new(slug: str) -> Any:
    """Show what entering takes, and who would get what; ``?look=`` chooses a look."""
    contest = contest_for(gate.viewer(), slug)
    before = queries.own_in(gate.viewer(), contest)
    if before is not None:
        return redirect(address(contest, before), 303)
    values = {"form_key": secrets.token_urlsafe(16), "look": request.args.get("look", "")}
    return _form_page(contest, Form(EntryIn, values))


@blueprint.post(HERE)
@gate.members(collects=asking.POINT)
def enter(slug: str) -> Any:
    """Enter."""
    form = Form(EntryIn)
    form.load()  # photos are made ready before a transaction that writes begins
    viewer, now = gate.viewer(), clock.now()
    contest = contest_for(viewer, slug)
    if form.errors:
        return _form_page(contest, form)
    throttle.enter(looks.own_id(viewer))
    try:
        entry = services.enter(contest, oneself(viewer), _sent(form.data), now=now)
    except BadPhoto as error:
        form.errors["photos"], form.status = [error.message], 422
        return _form_page(contest, form)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _form_page(contest, form)
    flash(_("You entered. Your number is %(number)d.", number=entry.number), "success")
    return redirect(address(contest, entry), 303)


@blueprint.get(_ONE)
@gate.everyone()
def entry(slug: str, entry_id: int) -> Any:
    """Show an entry; to whom it belongs, its receipt."""
    contest = contest_for(gate.viewer(), slug)
    return _entry_page(contest, access.entry_for(gate.viewer(), contest, entry_id), Form(AcceptIn))


@blueprint.post(_ONE)
@gate.members()
def change(slug: str, entry_id: int) -> Any:
    """With ``_method`` DELETE, take it back."""
    if request.form.get("_method") != "DELETE":
        contest = contest_for(gate.viewer(), slug)
        return redirect(address(contest, access.own_entry(gate.viewer(), contest, entry_id)), 303)
    return withdraw(slug, entry_id)


@blueprint.delete(_ONE)
@gate.members()
def withdraw(slug: str, entry_id: int) -> Any:
    """Take it back."""
    contest = contest_for(gate.viewer(), slug)
    found, form = access.own_entry(gate.viewer(), contest, entry_id), Form(AcceptIn)
    try:
        services.withdraw(found, method="form:contest", now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _entry_page(contest, found, form)
    flash(_("You took your entry back. Nothing of it is handed over any more."), "success")
    return redirect(address(contest, found), 303)


@blueprint.post(f"{_ONE}/rules")
@gate.members(collects=asking.POINT)
def accept(slug: str, entry_id: int) -> Any:
    """Agree to the rules that hold now."""
    viewer, form = gate.viewer(), Form(AcceptIn)
    contest = contest_for(viewer, slug)
    found = access.own_entry(viewer, contest, entry_id)
    if not form.load():
        return _entry_page(contest, found, form)
    try:
        accepted, answer = form.data["rules"], _answer(form.data, "form:contest-rules")
        services.accept_rules(found, contest, oneself(viewer), accepted, answer, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _entry_page(contest, found, form)
    flash(_("Your entry stands under the new rules."), "success")
    return redirect(address(contest, found), 303)


def address(contest: Contest, entry: Entry) -> str:
    """Return where an entry is."""
    return f"/contests/{contest.slug}/entries/{ids.encode(entry.id)}"


def came_from() -> dict[str, str]:
    """Return where an answer comes from, as far as the ledger keeps it."""
    came = browser.circumstances()
    return {"address": came.address, "agent": came.agent}


def _sent(data: dict[str, Any]) -> services.Sent:
    return services.Sent(
        accepted=data["rules"],
        form_key=data["form_key"],
        look=looks.own_look(gate.viewer(), data["look"], to_change=True) if "look" in data else None,
        uploads=data["photos"],
        alts=data["alts"],
        statement=data["statement"],
        answer=_answer(data, "form:contest"),
    )


def _answer(data: dict[str, Any], method: str) -> Answer:
    shown = notices.answered(asking.POINT)
    if shown is None:  # the record of what was shown is the point of it
        raise Refused(notices.stale())
    return Answer(frozenset(data["share"]), shown, method, came_from())


def _form_page(contest: Contest, form: Form) -> Response:
    member, now = oneself(gate.viewer()), clock.now()
    refusal = rules.why_not_enter(eligibility.of(contest, member, now))
    agreed = contests.rules_of(contest) or abort(404)
    values: dict[str, Any] = {"form": form, "refusal": refusal, **_asked(contest, agreed)}
    if refusal is None and contest.entry_kind == "look":
        values["looks"], values["page"] = queries.enterable(gate.viewer(), read_cursor(request.args.get("after")))
    return _private("contests/enter.html", form.status, contest=contest, **values)


def _asked(contest: Contest, agreed: Rules | None) -> dict[str, Any]:
    """Return what a form for somebody who is not in yet asks."""
    member, now = oneself(gate.viewer()), clock.now()
    asked = asking.of(contest, member, now)
    return {
        "rules": agreed,
        "asked": asking.shown(asked),
        "offers": asking.offers(asked),
        "is_minor": gate.viewer().is_minor and bool(asking.hidden(contest)),
        "label": wording.label(contest),
        "max_photos": rules.MAX_PHOTOS,
    }


def _entry_page(contest: Contest, found: Entry, form: Form) -> Response:
    if not access.is_own(gate.viewer(), found):
        card = queries.card(found, is_blind=access.is_blind(gate.viewer(), contest))
        values: dict[str, Any] = {"card": card, "label": wording.label(contest)}
        return make_response(render_template("contests/entry.html", contest=contest, entry=found, **values))
    member, now = oneself(gate.viewer()), clock.now()
    agreed = contests.rules_of(contest)
    asked = asking.unanswered(contest, member, now) if found.state == "asked" else []
    values = {
        "form": form,
        "card": queries.card(found),
        "snapshot": db.session.get(Snapshot, found.id),
        "shared": queries.shared(contest, member.subject_id),
        "is_open": not eligibility.closed(contest, now),
        "states": wording.STATES,
        "reasons": wording.REASONS,
        "action_names": wording.ACTIONS,
        "entered_under": db.session.get(Rules, found.rules_id),
        **_asked(contest, agreed),
        "asked": asking.shown(asked),
        "offers": asking.offers(asked),
    }
    return _private("contests/receipt.html", form.status, contest=contest, entry=found, **values)


def _private(template: str, status: int, **values: Any) -> Response:
    """Answer with a page that no cache keeps."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
