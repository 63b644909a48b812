"""The open list of votes as a file. The stand-alone script reads the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from clozette.contests.drawing import files as draws
from clozette.contests.planning.models import Contest
from clozette.contests.voting import queries, rules
from clozette.contests.voting.rules import Line

LAYOUT = "clozette votes 1"
OPEN_LAYOUT = "clozette receipts 1"


def document(contest: Contest) -> dict[str, Any]:
    """Return everything that is public of a vote now, read anew: receipts alone before it is frozen."""
    lines = queries.lines(contest)
    if contest.votes_frozen_at is None:
        return receipts(contest, [line.receipt for line in lines])
    return counted(contest, lines, queries.totals(contest, lines)) | {"facts": draws.stated(contest)}


def receipts(contest: Contest, given: Sequence[str]) -> dict[str, Any]:
    """Return the file of a vote before its freeze."""
    return {"layout": OPEN_LAYOUT, "contest": contest.slug, "receipts": list(given)}


def counted(contest: Contest, lines: Sequence[Line], totals: Mapping[int, int]) -> dict[str, Any]:
    """Return the file of a frozen vote but for the facts."""
    return {
        "layout": LAYOUT,
        "contest": contest.slug,
        "lines": [str(line) for line in lines],
        "final": rules.chained(lines),
        "count": len(lines),
        "totals": {str(number): count for number, count in totals.items()},
    }
