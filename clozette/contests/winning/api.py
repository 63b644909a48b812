"""Prizes for programs: how one's own stand, and until when what is to be done. What is done about them stays on their page."""

from typing import Any

from clozette.contests.winning import queries, schemas
from clozette.contests.winning.models import Winner
from clozette.kernel.paging import Page
from clozette.kernel.web import api, gate

blueprint = api.Blueprint("winners_api", __name__, description="Contests")


@blueprint.route("/prizes")
@gate.members(scope="contests:read")
@blueprint.page(schemas.OwnPrizeOut)
def prizes(query: dict[str, Any]) -> Page[dict[str, Any]]:
    """What you won and were told of, newest first: how far it is, and until when you have to do something."""
    page = queries.own(gate.viewer(), query["after"])
    return Page([_shown(winner) for winner in page.items], page.after)


def _shown(winner: Winner) -> dict[str, Any]:
    return {
        "contest": winner.contest.slug,
        "contest_title": winner.contest.title,
        "entry": winner.entry_id,
        "entry_number": winner.entry.number,
        "prize": winner.prize.name if winner.prize is not None else None,
        "state": winner.state,
        "due_at": winner.due_at,
        "why_gone": winner.left_because,
        "address": f"/contests/{winner.contest.slug}/prize",
    }
