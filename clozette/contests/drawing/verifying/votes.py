"""A public vote: that nobody turned, added or took out a line, and that the totals count them."""

import hashlib
from collections import Counter

from flask_babel import gettext as _

from clozette.contests.drawing.verifying import ledger
from clozette.contests.drawing.verifying.findings import Document, Findings, at_most, repeats

MOST_LINES = 20_000
_STANDING = frozenset({"counted", "set-aside", "taken-back"})


def check(document: Document, found: Findings) -> None:
    """Check everything."""
    at_most(MOST_LINES, document["lines"])
    check_chain(document, found)
    totals = counted(document["lines"], found)
    given = {number: total for number, total in document["totals"].items() if total}
    words = _(
        "The totals count the lines: %(counted)d of %(all)d votes.", counted=totals.total(), all=len(document["lines"])
    )
    found.that(dict(totals) == given and document["count"] == len(document["lines"]), words)
    ledger.check(document, found, {"votes": stated(document["lines"], totals)}, None)


def counted(texts: list[str], found: Findings) -> Counter[str]:
    """Check the form of the lines of a vote; return how many votes count for each entry."""
    lines = [str(text).split(" ") for text in texts]
    form = all(len(line) == 5 and line[3] in _STANDING and (line[4] == "-") == (line[3] == "counted") for line in lines)
    in_order = [line[0] for line in lines] == [str(place + 1) for place in range(len(lines))]
    found.that(form and in_order, _("Each line has its number and says how its vote stands."))
    found.that(not repeats(line[1] for line in lines), _("No receipt stands there twice."))
    return Counter(line[2] for line in lines if line[3] == "counted")


def stated(texts: list[str], totals: Counter[str]) -> dict[str, str | int]:
    """Return what the fact of a vote must say."""
    return {"final": _end_of(texts), "count": len(texts), "counted": totals.total()}


def check_chain(document: Document, found: Findings) -> None:
    """Check that the chain over a file's lines ends where it was published to end."""
    words = _("The chain over all %(count)d lines ends as it was published.", count=len(document["lines"]))
    found.that(_end_of(document["lines"]) == document["final"], words)


def _end_of(texts: list[str]) -> str:
    end = bytes(32)
    for text in texts:
        end = hashlib.sha256(end + f"{text}\n".encode()).digest()
    return end.hex()
