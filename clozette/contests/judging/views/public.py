"""``/contests/…/ballots``: how the jury judged, once the result is out; ``ballots.json`` is the same for the verifier."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template

from clozette.contests.judging import queries, standings, wording
from clozette.contests.planning.access import contest_for
from clozette.contests.planning.models import Contest
from clozette.contests.planning.plans import terms_of
from clozette.kernel.web import gate

blueprint = Blueprint("jury_sheet", __name__)


@blueprint.get("/contests/<slug>/ballots")
@gate.everyone()
def sheet(slug: str) -> Any:
    """Show the method, the places, and what every judge said, without their names."""
    contest = _decided(slug)
    return render_template(
        "contests/ballots.html",
        contest=contest,
        rounds=queries.rounds_of(contest),
        counted=queries.methods(contest),
        rows=standings.rows(contest),
        changes=queries.changes_of(contest),
        method_names=wording.METHOD_NAMES,
        tie_break=wording.TIE_NAMES[terms_of(contest.terms).tie_break],
        said=wording.change,
        decimal=wording.decimal,
    )


@blueprint.get("/contests/<slug>/ballots.json")
@gate.everyone()
def ballots(slug: str) -> Response:
    """Give what the places are counted from."""
    answer = jsonify(standings.document(_decided(slug)))
    answer.headers["Content-Disposition"] = f"attachment; filename={slug}-ballots.json"
    return answer


def _decided(slug: str) -> Contest:
    contest = contest_for(gate.viewer(), slug)
    if not standings.is_public(contest):
        abort(404)
    return contest
