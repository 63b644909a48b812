"""A public vote: that nobody turned, added or took out a line, and that the totals count them."""

import hashlib
from collections import Counter

from flask_babel import gettext as _

from clozette.contests.drawing.verifying import ledger
from clozette.contests.drawing.verifying.findings import Document, Findings, lines_of, repeats

_STANDING = frozenset({"counted", "set-aside", "taken-back"})


def check(document: Document, found: Findings) -> None:
    """Check everything."""
    check_chain(document, found)
    lines = lines_of(document)
    form = all(len(line) == 5 and line[3] in _STANDING and (line[4] == "-") == (line[3] == "counted") for line in lines)
    in_order = [line[0] for line in lines] == [str(place + 1) for place in range(len(lines))]
    found.that(form and in_order, _("Each line has its number and says how its vote stands."))
    found.that(not repeats(line[1] for line in lines), _("No receipt stands there twice."))
    totals = Counter(line[2] for line in lines if line[3] == "counted")
    given = {number: total for number, total in document["totals"].items() if total}
    words = _("The totals count the lines: %(counted)d of %(all)d votes.", counted=totals.total(), all=len(lines))
    found.that(dict(totals) == given and document["count"] == len(lines), words)
    said = {"final": document["final"], "count": len(lines), "counted": totals.total()}
    ledger.check(document, found, {"votes": said}, None)


def check_chain(document: Document, found: Findings) -> None:
    """Check that the chain over a file's lines ends where it was published to end."""
    end = bytes(32)
    for line in document["lines"]:
        end = hashlib.sha256(end + f"{line}\n".encode()).digest()
    words = _("The chain over all %(count)d lines ends as it was published.", count=len(document["lines"]))
    found.that(end.hex() == document["final"], words)
