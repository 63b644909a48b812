"""``/marketing/contests/…/draw``: how a draw stands, the round by hand where the site can't ask, and who is the witness."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template
from flask_babel import gettext as _

from clozette.contests import facts
from clozette.contests.drawing import queries, services, witnesses
from clozette.contests.drawing.schemas import RoundIn, WitnessIn
from clozette.contests.planning import words
from clozette.contests.planning.access import ROLE, staff_contest
from clozette.contests.planning.models import Contest
from clozette.contests.planning.queries import UNPUBLISHED
from clozette.kernel import clock, ids
from clozette.kernel.ports import beacon
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff

blueprint = Blueprint("draw_staff", __name__)
HERE = "/marketing/contests/<id:contest_id>/draw"


@blueprint.get(HERE)
@staff(ROLE)
def show(contest_id: int) -> Any:
    """Show how the draw stands."""
    return _page(_drawn(contest_id))


@blueprint.post(HERE)
@staff(ROLE, collects="CP2")
def take(contest_id: int) -> Any:
    """Take a round as a public server answered it elsewhere; it counts with its signature alone."""
    contest, form = _drawn(contest_id), Form(RoundIn)
    if not form.load():
        return _page(contest, form)
    found = beacon.read(form.data["text"])
    try:
        if found is None:
            raise Refused(Refusal("no_round", _("This is no round as drand’s servers answer it."), "text"))
        services.take_beacon(contest, found, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(contest, form)
    flash(_("Drawn."), "success")
    return _to(contest)


@blueprint.post(f"{HERE}/witness")
@staff(ROLE, collects="CP2")
def name(contest_id: int) -> Any:
    """Name the witness of a draft's draw."""
    contest, form = _drawn(contest_id), Form(WitnessIn)
    if not form.load():
        return _page(contest, witness_form=form)
    said = {"who": form.data["name"], "email": form.data["email"], "nonce_sha256": form.data["sha256"]}
    try:
        witnesses.name(contest, **said, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(contest, witness_form=form)
    flash(_("Named. We mailed them what is asked of them."), "success")
    return _to(contest)


@blueprint.post(f"{HERE}/witness/dismissal")
@staff(ROLE, collects="CP2")
def dismiss(contest_id: int) -> Any:
    """Draw without a witness."""
    contest, form = _drawn(contest_id), Form(WitnessIn)
    try:
        witnesses.dismiss(contest)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(contest, witness_form=form)
    return _to(contest)


def _drawn(contest_id: int) -> Contest:
    contest = staff_contest(contest_id)
    return contest if contest.decided_by == "draw" else abort(404)


def _to(contest: Contest) -> Any:
    return redirect(f"/marketing/contests/{ids.encode(contest.id)}/draw", 303)


def _page(contest: Contest, form: Form | None = None, *, witness_form: Form | None = None) -> Any:
    draw, form, witness_form = queries.draw_of(contest), form or Form(RoundIn), witness_form or Form(WitnessIn)
    is_beacon = draw is not None and draw.source == "beacon"
    values: dict[str, Any] = {
        "draw": draw,
        "time": queries.time_of(draw) if draw is not None and is_beacon else None,
        "now": clock.now(),
        "witness": queries.witness_of(contest),
        "moves": queries.moves_of(contest.id),
        "entries": facts.of(contest.id, "entries"),
        "is_draft": contest.state in UNPUBLISHED,
        "zone": words.zone_moment,
    }
    page = render_template(
        "marketing/contests/draw.html", contest=contest, form=form, witness_form=witness_form, **values
    )
    return page, max(form.status, witness_form.status)
