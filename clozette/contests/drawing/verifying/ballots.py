"""A jury's ballots: that nobody turned, added or took out a line."""

from flask_babel import gettext as _

from clozette.contests.drawing.verifying import ledger
from clozette.contests.drawing.verifying.findings import Document, Findings, lines_of
from clozette.contests.drawing.verifying.votes import check_chain


def check(document: Document, found: Findings) -> None:
    """Check everything."""
    check_chain(document, found)
    lines, rounds = lines_of(document), {str(one["number"]) for one in document["rounds"]}
    form = all(len(line) == 5 and line[0] in rounds and line[1].startswith("J") for line in lines)
    in_order = [line[-1] for line in lines] == [str(place + 1) for place in range(len(lines))]
    found.that(form and in_order, _("Each line has its round, its judge, its entry, its value and its number."))
    ledger.check(document, found, {"ballots": {"final": document["final"], "count": len(lines)}}, None)
