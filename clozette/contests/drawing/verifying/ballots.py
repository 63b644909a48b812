"""A jury's ballots: that nobody turned, added or took out a line, and that the places follow from them."""

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _

from clozette.contests.drawing.verifying import ledger
from clozette.contests.drawing.verifying.findings import Document, Findings, Unreadable, lines_of, repeats
from clozette.contests.drawing.verifying.votes import check_chain
from clozette.contests.judging import rules
from clozette.contests.judging.rules import Cast, Sheet

Row = tuple[int, int, int, Fraction, Fraction]
"""A place: where, which entry, by which round, what the jury gave, and the total."""


def check(document: Document, found: Findings) -> None:
    """Check everything."""
    check_chain(document, found)
    sheets = _sheets(document, found)
    share = document["vote_share"]
    if type(share) is not int:
        raise Unreadable("share")
    liked = {int(one["number"]): Fraction(one["votes"]) for one in document["standings"]}
    is_fair = 0 <= share <= rules.MOST_SHARE and all(0 <= one <= 1 for one in liked.values())
    found.that(is_fair, _("Votes make at most %(most)d percent of a result.", most=rules.MOST_SHARE))
    said = [
        (one["place"], one["number"], one["round"], Fraction(one["jury"]), Fraction(one["total"]))
        for one in document["standings"]
    ]
    counted = _counted(sheets, liked, share, document["tie_break"])
    found.that(
        said == counted,
        _("The places follow from the ballots: %(order)s", order=" ".join(str(one[1]) for one in counted)),
    )
    if share:
        found.leave(_("What the votes gave each entry: see the file of votes."))
    ledger.check(document, found, {"ballots": _stated(document)}, None)


def _sheets(document: Document, found: Findings) -> list[Sheet]:
    """Return the ballots of each round; ``lot`` is where the chain stood at the round's end."""
    rounds = {one["number"]: one for one in document["rounds"]}
    casts: dict[int, list[Cast]] = {number: [] for number in rounds}
    is_good, last = True, 0
    for place, line in enumerate(lines_of(document), 1):
        number, judge, entry, value, at = line
        cast = Cast(int(judge.removeprefix("J")), int(entry), tuple(int(part) for part in value.split(",")))
        about = rounds[int(number)]
        is_value = rules.is_value(about["method"], cast.value, len(about["criteria"]))
        is_good = is_good and is_value and at == str(place) and int(number) >= last and judge == f"J{cast.judge}"
        last = int(number)
        casts[last].append(cast)
    found.that(
        is_good, _("Each line has its round, its judge, its entry, a value that the round allows, and its number.")
    )
    twice = any(repeats((cast.judge, cast.entry) for cast in of_round) for of_round in casts.values())
    found.that(not twice, _("No judge counts twice for an entry."))
    lots = _lots(document)
    return [
        Sheet(
            number,
            about["method"],
            tuple(int(one["weight"]) for one in about["criteria"]),
            tuple(casts[number]),
            lots.get(number, ""),
        )
        for number, about in sorted(rounds.items())
    ]


def _lots(document: Document) -> dict[int, str]:
    end, lots = bytes(32), {}
    for line in document["lines"]:
        end = hashlib.sha256(end + f"{line}\n".encode()).digest()
        lots[int(line.split(" ")[0])] = end.hex()
    return lots


def _counted(sheets: list[Sheet], liked: Mapping[int, Fraction], share: int, tie_break: str) -> list[Row]:
    """Return the places: whoever was in a later round stands before, then by the total, then by what the rules say."""
    found: dict[int, tuple[Any, ...]] = {}
    for sheet in sheets:
        firsts = rules.firsts(sheet)
        for entry, jury in rules.results(sheet).items():
            total = (jury * (100 - share) + liked.get(entry, Fraction(0)) * share) / 100
            lot = hashlib.sha256(f"{sheet.lot} {entry}".encode()).hexdigest() if tie_break == "draw" else ""
            first = -firsts[entry] if tie_break == "criterion" else Fraction(0)
            found[entry] = (-sheet.number, -total, first, lot, entry, jury)
    rows = sorted(found.values(), key=lambda one: one[:5])
    return [(place, entry, -after, jury, -total) for place, (after, total, _f, _l, entry, jury) in enumerate(rows, 1)]


def _stated(document: Document) -> dict[str, Any]:
    rounds = document["rounds"]
    return {
        "final": document["final"],
        "count": len(document["lines"]),
        "method": [f"{one['number']} {one['method']} quorum {one['quorum']} takes {one['takes']}" for one in rounds],
        "weights": [f"{one['number']} {each['weight']} {each['name']}" for one in rounds for each in one["criteria"]],
        "tie_break": document["tie_break"],
        "vote_share": document["vote_share"],
    }
