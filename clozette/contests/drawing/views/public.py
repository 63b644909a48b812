"""``/contests/…/draw``: what a draw was made from, when each part was promised, and the file to check it with."""

from flask import Blueprint, Response, abort, jsonify, render_template

from clozette.contests.drawing import files, queries, services
from clozette.contests.drawing.models import Draw
from clozette.contests.entering import queries as entries
from clozette.contests.planning import words
from clozette.contests.planning.access import contest_for
from clozette.contests.planning.models import Contest
from clozette.kernel.web.gate import everyone, viewer

blueprint = Blueprint("draws", __name__)
HERE = "/contests/<slug>/draw"


@blueprint.get(HERE)
@everyone()
def draw(slug: str) -> str:
    """Show how far a draw is, and how to check it."""
    contest, found = _draw_of(slug)
    own = entries.own_in(viewer(), contest)
    document = files.document(contest, found)
    return render_template(
        "contests/draw/draw.html",
        contest=contest,
        draw=found,
        document=document,
        own=own,
        line=dict(entries.frozen(contest.id)).get(own.number) if own is not None else None,
        picked=[
            (number, services.why_skipped(entry.state, entry.member_id))
            for number, entry in queries.standing(contest, found)
        ],
        time=queries.time_of(found),
        zone=words.zone_moment,
    )


@blueprint.get(f"{HERE}.json")
@everyone()
def draw_file(slug: str) -> Response:
    """Give everything public of a draw as one file; the verifiers read it."""
    answer = jsonify(files.document(*_draw_of(slug)))
    answer.headers["Content-Disposition"] = f"inline; filename=draw-{slug}.json"
    return answer


def _draw_of(slug: str) -> tuple[Contest, Draw]:
    contest = contest_for(viewer(), slug)
    return contest, queries.draw_of(contest) or abort(404)
