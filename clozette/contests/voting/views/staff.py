"""``/marketing/contests/<id>/votes``: what was set aside and why; staff decide without seeing for whom a vote is."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template
from flask_babel import gettext as _

from clozette.contests.planning import access
from clozette.contests.planning.access import ROLE
from clozette.contests.planning.models import Contest
from clozette.contests.voting import queries, rules, services, wording
from clozette.contests.voting.schemas import DecisionIn
from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

blueprint = Blueprint("contest_votes_staff", __name__)
HERE = "/marketing/contests/<id:contest_id>/votes"


@blueprint.get(HERE)
@gate.staff(ROLE)
def votes(contest_id: int) -> Any:
    """Show how many votes there are altogether, and which ones were found odd."""
    return _page(access.staff_contest(contest_id), Form(DecisionIn))


@blueprint.post(HERE)
@gate.staff(ROLE, collects="CP2")
def decide(contest_id: int) -> Any:
    """Set a vote aside, or let it count again."""
    contest, form = access.staff_contest(contest_id), Form(DecisionIn)
    if not form.load():
        return _page(contest, form)
    reason, subject_id = form.data["reason"], gate.viewer().subject_id
    assert subject_id is not None
    try:
        vote = queries.vote_by(contest, form.data["receipt"])
        if vote is None:
            raise Refused(Refusal("unknown", _("No vote of this contest has this receipt."), "receipt"))
        aside = reason in rules.STAFF_ASIDE
        services.decide(contest, vote, is_aside=aside, reason=reason, by_id=subject_id, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(contest, form)
    flash(_("Written down. The vote stays in the list, with the reason."), "success")
    return redirect(f"/marketing/contests/{ids.encode(contest.id)}/votes", 303)


def _page(contest: Contest, form: Form) -> Response:
    page = render_template(
        "marketing/contests/votes.html",
        contest=contest,
        form=form,
        count=queries.count(contest),
        odd=queries.odd(contest),
        lifts=[(code, wording.REASONS[code]) for code in rules.STAFF_LIFT],
        asides=[(code, wording.REASONS[code]) for code in rules.STAFF_ASIDE],
        reasons=wording.REASONS,
        states=wording.STATES,
    )
    response = make_response(page, form.status)
    response.headers["Cache-Control"] = "no-store"
    return response
