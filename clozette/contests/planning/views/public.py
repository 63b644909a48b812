"""``/contests``: what can be entered and what is over; one contest with its terms.

Other parts fill the places of a contest's page from the wiring page: ``contest.ways`` (what one can do there),
``contest.entries``, ``contest.facts`` (what anybody can check) and ``contest.results``. Their templates see ``contest``.
"""

from typing import Any

from flask import Blueprint, render_template, request

from clozette.contests.planning import access, queries, words
from clozette.kernel.paging import read_cursor
from clozette.kernel.web.gate import everyone, viewer

blueprint = Blueprint("contests", __name__)
HERE = "/contests"


@blueprint.get(HERE)
@everyone()
def index() -> str:
    """List contests: those that take entries, those to come, those that are over."""
    over = queries.over(read_cursor(request.args.get("after")))
    return render_template("contests/index.html", current=queries.current(), over=over, **words.names())


@blueprint.get(f"{HERE}/<slug>")
@everyone()
def contest(slug: str) -> Any:
    """Show one."""
    found = access.contest_for(viewer(), slug)
    return render_template(
        "contests/contest.html",
        contest=found,
        sponsor=queries.sponsor_of(found),
        rules=queries.rules_of(found),
        moments=words.moments(found),
        zone=words.zone_moment,
        countries=words.countries,
        **words.names(),
    )
