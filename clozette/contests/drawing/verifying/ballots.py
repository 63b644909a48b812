"""A jury's ballots: that nobody turned, added or took out a line, and that the places follow from them."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from clozette.contests.drawing.verifying import ledger, votes
from clozette.contests.drawing.verifying.findings import Document, Findings, Unreadable, at_most, lines_of, repeats
from clozette.contests.drawing.verifying.votes import check_chain

MOST_POINTS, MOST_RANKED, MOST_SHARE = 10, 30, 30
MOST_LINES, MOST_STANDINGS, MOST_WEIGHT = 5_000, 2_000, 1_000_000
LAYOUT, FORMER = "clozette ballots 2", "clozette ballots 1"
_METHODS = {LAYOUT: {"yesno", "score", "pairs"}, FORMER: {"yesno", "score", "rank"}}
"""How rounds can be counted. In the former layout a place in a ranking was worth the part of the judge's own list."""
_FRACTION = re.compile(r"[0-9]{1,200}(?:/[0-9]{1,200})?")
"""A few characters of another shape, "1e9999999", are a number that takes hours."""
Row = tuple[int, int, int, Fraction, Fraction]
"""A place: where, which entry, by which round, what the jury gave, and the total."""


def check(document: Document, found: Findings) -> None:
    """Check everything."""
    at_most(MOST_LINES, document["lines"])
    at_most(MOST_STANDINGS, document["standings"])
    at_most(votes.MOST_LINES, document.get("votes", ()))
    check_chain(document, found)
    sheets = _sheets(document, found)
    share = document["vote_share"]
    if type(share) is not int or not 0 <= share <= 100:
        raise Unreadable("share")
    liked = {int(one["number"]): _fraction(one["votes"]) for one in document["standings"]}
    is_fair = 0 <= share <= MOST_SHARE and all(0 <= one <= 1 for one in liked.values())
    found.that(is_fair, _("Votes make at most %(most)d percent of a result.", most=MOST_SHARE))
    said = [
        (one["place"], one["number"], one["round"], _fraction(one["jury"]), _fraction(one["total"]))
        for one in document["standings"]
    ]
    counted = _counted(sheets, liked, share, document["tie_break"])
    found.that(
        said == counted,
        _("The places follow from the ballots: %(order)s", order=" ".join(str(one[1]) for one in counted)),
    )
    voted = _check_votes(document, liked, found) if share else {}
    ledger.check(document, found, {"ballots": _stated(document), **voted}, None)


def _check_votes(document: Document, liked: Mapping[int, Fraction], found: Findings) -> dict[str, Any]:
    """Check what votes gave each entry, as a part of what the first one got; return what was stated of them."""
    totals = votes.counted(document["votes"], found)
    most = max(totals.values(), default=1)
    follows = all(part == Fraction(totals[str(number)], most) for number, part in liked.items())
    words = _("What the votes gave each entry follows from %(count)d votes.", count=len(document["votes"]))
    found.that(follows, words)
    return {"votes": votes.stated(document["votes"], totals)}


@dataclass(frozen=True)
class Cast:
    """What a judge said of an entry."""

    judge: str
    entry: int
    value: tuple[int, ...]


@dataclass(frozen=True)
class Sheet:
    """The ballots of a round; ``lot`` is where the chain stood at its end."""

    number: int
    method: str
    weights: tuple[int, ...]
    casts: tuple[Cast, ...]
    lot: str

    def allows(self, value: tuple[int, ...]) -> bool:
        """Whether a ballot says what the round asks for."""
        if self.method == "yesno":
            return value in ((0,), (1,))
        if self.method == "score":
            return len(value) == len(self.weights) and all(1 <= points <= MOST_POINTS for points in value)
        return len(value) == 1 and 1 <= value[0] <= MOST_RANKED

    @cached_property
    def orders(self) -> Mapping[str, Mapping[int, int]]:
        """The place of each entry by judge, for a ranking.

        :raises Unreadable: for more entries than a judge can put in an order.
        """
        if len({cast.entry for cast in self.casts}) > MOST_RANKED:
            raise Unreadable("ranked")
        found = defaultdict[str, dict[int, int]](dict)
        for cast in self.casts:
            found[cast.judge][cast.entry] = cast.value[0]
        return found

    def worth(self, cast: Cast) -> Fraction:
        """Return what a ballot is worth, from nothing to one."""
        if self.method == "yesno":
            return Fraction(cast.value[0])
        if self.method == "rank":
            theirs = self.orders[cast.judge].values()
            return Fraction(sum(place >= cast.value[0] for place in theirs), len(theirs))
        weighed = sum(weight * points for weight, points in zip(self.weights, cast.value, strict=True))
        return Fraction(weighed, MOST_POINTS * sum(self.weights))

    def first(self, cast: Cast) -> Fraction:
        """Return what it is worth by the first criterion alone."""
        return Fraction(cast.value[0], MOST_POINTS) if self.method == "score" else self.worth(cast)

    def results(self, worth: Callable[[Cast], Fraction]) -> dict[int, Fraction]:
        """Return what each entry got: on the average, or by pairs."""
        if self.method == "pairs":
            return {entry: self.by_pairs(entry) for entry in {cast.entry for cast in self.casts}}
        given: dict[int, list[Fraction]] = {}
        for cast in self.casts:
            given.setdefault(cast.entry, []).append(worth(cast))
        return {entry: sum(worths, Fraction(0)) / len(worths) for entry, worths in given.items()}

    def by_pairs(self, entry: int) -> Fraction:
        """Return the mean over all others of the judges who put the entry before them; equal places are a half."""
        before, both = defaultdict[int, int](int), defaultdict[int, int](int)
        for theirs in self.orders.values():
            for other, place in theirs.items() if entry in theirs else ():
                if other != entry:
                    both[other] += 2
                    before[other] += (theirs[entry] < place) + (theirs[entry] <= place)
        parts = [Fraction(before[other], judges) for other, judges in both.items()]
        return sum(parts, Fraction(0)) / len(parts) if parts else Fraction(1, 2)


def _sheets(document: Document, found: Findings) -> list[Sheet]:
    """Return the ballots of each round."""
    lines, lots = lines_of(document), _lots(document)
    if not {one["method"] for one in document["rounds"]} <= _METHODS[document["layout"]]:
        raise Unreadable("method")
    by_round = defaultdict(list)
    for line in lines:
        by_round[line[0]].append(line)
    sheets = [
        Sheet(
            one["number"],
            one["method"],
            tuple(_weight(each["weight"]) for each in one["criteria"]),
            tuple(_cast(line) for line in by_round[str(one["number"])]),
            lots.get(one["number"], ""),
        )
        for one in sorted(document["rounds"], key=lambda one: int(one["number"]))
    ]
    in_order = [line[4] for line in lines] == [str(place + 1) for place in range(len(lines))]
    in_rounds = [line[0] for line in lines] == [str(sheet.number) for sheet in sheets for _cast in sheet.casts]
    form = all(sheet.allows(cast.value) for sheet in sheets for cast in sheet.casts)
    words = _("Each line has its round, its judge, its entry, a value that the round allows, and its number.")
    found.that(in_order and in_rounds and form and all(len(line) == 5 for line in lines), words)
    twice = any(repeats((cast.judge, cast.entry) for cast in sheet.casts) for sheet in sheets)
    found.that(not twice, _("No judge counts twice for an entry."))
    return sheets


def _fraction(text: object) -> Fraction:
    if not isinstance(text, str) or not _FRACTION.fullmatch(text):
        raise Unreadable("fraction")
    return Fraction(text)


def _weight(weight: object) -> int:
    if type(weight) is not int or not 0 <= weight <= MOST_WEIGHT:
        raise Unreadable("weight")
    return weight


def _cast(line: list[str]) -> Cast:
    return Cast(line[1], int(line[2]), tuple(int(part) for part in line[3].split(",")))


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
        firsts = sheet.results(sheet.first)
        for entry, jury in sheet.results(sheet.worth).items():
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
