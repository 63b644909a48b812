"""The ways to a winner: for themself by the contest, for staff by id. Absent and hidden look alike: 404."""

from flask import abort

from clozette.contests.planning.models import Contest
from clozette.contests.winning import queries
from clozette.contests.winning.models import Winner
from clozette.kernel.viewer import Viewer


def own_prize(viewer: Viewer, contest: Contest) -> Winner:
    """Return what the viewer won, or 404."""
    found = queries.of_member(contest.id, viewer.member_id) if viewer.member_id is not None else None
    return found or abort(404)


def winner_of(contest: Contest, winner_id: int) -> Winner:
    """Return one of a contest's winners, or 404; for pages that staff alone reach."""
    found = queries.winner(winner_id)
    if found is None or found.contest_id != contest.id:
        abort(404)
    return found
