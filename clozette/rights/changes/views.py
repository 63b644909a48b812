"""The page of changes: what comes, what is asked again, and the new terms."""

from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import browser, redirects
from clozette.kernel import clock
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import consents, notices, purposes
from clozette.privacy.policies import acceptances, publishing, questions, versions
from clozette.privacy.policies.editions import edition_here
from clozette.privacy.policies.questions import Question
from clozette.rights import person
from clozette.rights.changes.schemas import AcceptanceIn, AnswerIn
from clozette.rights.person import Person

blueprint = Blueprint("changes", __name__)
HERE = "/privacy/changes"


@blueprint.get(HERE)
@gate.everyone()
def changes() -> Any:
    """Show what changes, and what this person is asked again."""
    return _page(person.require(), Form(AnswerIn, {"next": _next(request.args.get("next"))}))


@blueprint.post(HERE)
@gate.everyone(collects="CP2")
def answer() -> Any:
    """Record one answer. Yes and no are one press each."""
    who = person.require()
    form = Form(AnswerIn)
    if not form.load():
        return _page(who, form)
    yes = form.data["answer"] == "yes"
    try:
        _answer(who, _asked(who, form.data["question"]), yes=yes)
    except Refused as refused:
        form.refuse(refused.refusal)
        form.status = 422  # what was shown is not what is asked: read it again below
        return _page(who, form)
    flash(_("You agreed again.") if yes else _("It ended. Nothing else changes for you."), "success")
    return _on(who, form.data["next"])


@blueprint.post("/terms/acceptance")
@gate.members(collects="CP2", unconfirmed=True)
def accept_terms() -> Any:
    """Accept the new terms."""
    who = person.require()
    form = Form(AcceptanceIn)
    if not form.load():
        return _page(who, form)
    terms = acceptances.to_accept(who.subject_id)
    if terms is None or terms.slug != form.data["version"]:
        form.refuse(Refusal("not_asked", _("These are not the terms that are asked about; see below.")))
        return _page(who, form)
    acceptances.accept(who.subject_id, terms, now=clock.now(), method="form:terms", circumstances=_circumstances(who))
    flash(_("You accepted the terms of use, version %(version)s.", version=terms.id), "success")
    return _on(who, form.data["next"])


def _answer(who: Person, question: Question, *, yes: bool) -> None:
    now = clock.now()
    questions.answer(
        who.subject_id,
        question,
        yes=yes,
        now=now,
        method="form:changes",
        shown=_shown(question, now, must=yes),
        circumstances=_circumstances(who),
    )


def _shown(question: Question, now: datetime, *, must: bool) -> notices.Shown | None:
    """Return what the form showed; a no counts whatever it showed."""
    try:
        return question.shown(request.form.get(notices.FIELD), now)
    except Refused:
        if must:
            raise
        return None


def _asked(who: Person, name: str) -> Question:
    found = next((one for one in questions.pending(who.subject_id) if one.name == name), None)
    if found is None:
        raise Refused(Refusal("not_asked", _("This is not asked any more; see how it stands now.")))
    return found


def _circumstances(who: Person) -> dict[str, Any]:
    came = browser.circumstances()
    return {"address": came.address, "agent": came.agent, "jurisdiction": who.country}


def _on(who: Person, wanted: str) -> Any:
    """Stay while something is open, then go where the person wanted to."""
    open_still = questions.pending(who.subject_id) or acceptances.to_accept(who.subject_id)
    return redirect(HERE if open_still or not wanted else _next(wanted), 303)


def _next(wanted: str | None) -> str:
    return redirects.local_path(wanted) if wanted else ""


def _needs_guardian(by_minor: bool, question: Question) -> bool:
    return consents.needs_guardian(purposes.purpose_of(question.purpose), by_minor)


def _page(who: Person, form: Form) -> Any:
    now = clock.now()
    coming = [one for one in publishing.announcing(now) if one.edition == edition_here()]
    return (
        render_template(
            "rights/changes.html",
            form=form,
            coming=[(one, versions.before(one)) for one in coming],
            questions=questions.pending(who.subject_id),
            terms=acceptances.to_accept(who.subject_id) if who.is_member else None,
            accepted=acceptances.accepted(who.subject_id),
            needs_guardian=partial(_needs_guardian, consents.is_minor(who.subject_id, now)),
        ),
        form.status,
    )
