"""Votes for programs: the same access and services as the pages."""

from typing import Any

from clozette.accounts.access import oneself
from clozette.contests.entering import access as entries
from clozette.contests.entering.views import came_from
from clozette.contests.planning.access import contest_for
from clozette.contests.planning.models import Contest
from clozette.contests.voting import access, ballots, schemas, services
from clozette.contests.voting.services import POINT, Came
from clozette.kernel import clock
from clozette.kernel.web import api, gate
from clozette.privacy import notices

blueprint = api.Blueprint("contest_votes_api", __name__, description="Contests")
_VOTE = "/contests/<slug>/entries/<id:entry_id>/vote"


@blueprint.route("/contests/<slug>/votes")
@gate.members(scope="contests:read")
@blueprint.response(200, schemas.BallotOut)
def ballot(slug: str) -> dict[str, Any]:
    """Your votes in a contest, how many you have left, and what has to be shown to you before the first."""
    return _ballot(contest_for(gate.viewer(), slug))


@blueprint.route(_VOTE, methods=["POST"])
@gate.members(scope="contests:write", collects=POINT)
@blueprint.arguments(schemas.ApiVoteIn)
@blueprint.response(200, schemas.BallotOut)
def vote(data: dict[str, Any], slug: str, entry_id: int) -> dict[str, Any]:
    """Vote for an entry; doing it twice changes nothing."""
    viewer = gate.viewer()
    contest = contest_for(viewer, slug)
    entry, where = entries.entry_for(viewer, contest, entry_id), came_from()
    came = Came(where["address"], notices.read(POINT, data.get("notice")), "api", where)
    services.cast(contest, entry, oneself(viewer), came, now=clock.now())
    return _ballot(contest)


@blueprint.route(_VOTE, methods=["DELETE"])
@gate.members(scope="contests:write", collects=POINT)
@blueprint.response(200, schemas.BallotOut)
def take_back(slug: str, entry_id: int) -> dict[str, Any]:
    """Take your vote for an entry back; doing it twice changes nothing."""
    viewer = gate.viewer()
    contest = contest_for(viewer, slug)
    services.take_back(contest, access.voted_for(viewer, contest, entry_id), oneself(viewer), now=clock.now())
    return _ballot(contest)


def _ballot(contest: Contest) -> dict[str, Any]:
    viewer = gate.viewer()
    found = ballots.of(viewer, contest, clock.now())
    asks = found.is_first and found.is_open
    return {
        "votes": [
            {
                "entry": one.entry_id,
                "entry_number": one.entry,
                "receipt": one.receipt,
                "at": one.at,
                "state": one.state,
                "reason": one.reason,
            }
            for one in ballots.own_votes(viewer, contest)
        ],
        "left": max(found.left, 0),
        "votes_from": contest.votes_from,
        "votes_until": contest.votes_until,
        "why_not": found.refusal.message if found.refusal is not None else None,
        "notice": notices.stamp(POINT) if asks else None,
        "wording": notices.wording(POINT) if asks else None,
    }
