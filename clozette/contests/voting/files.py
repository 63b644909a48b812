"""The open list of votes as a file. The stand-alone script reads the same."""

from typing import Any

from clozette.contests.drawing import files as draws
from clozette.contests.planning.models import Contest
from clozette.contests.voting import queries, rules

LAYOUT = "clozette votes 1"
OPEN_LAYOUT = "clozette receipts 1"


def document(contest: Contest) -> dict[str, Any]:
    """Return everything that is public of a vote now: receipts alone before it is frozen."""
    lines = queries.lines(contest)
    if contest.votes_frozen_at is None:
        return {"layout": OPEN_LAYOUT, "contest": contest.slug, "receipts": [line.receipt for line in lines]}
    return {
        "layout": LAYOUT,
        "contest": contest.slug,
        "lines": [str(line) for line in lines],
        "final": rules.chained(lines),
        "count": len(lines),
        "totals": {str(number): count for number, count in queries.totals(contest, lines).items()},
        "facts": draws.stated(contest),
    }
