"""Pure counting: from ballots to places, as exact fractions. Whoever has the file of ballots gets the same.

A ballot is worth a fraction from nothing to one: yes is one; points are the mean by the weights of the criteria, of ten.
What the jury gives an entry in a round is the mean of its ballots. Rankings are counted by pairs (``pairs``), because judges
need not have ranked the same entries: of the judges who ranked two entries the part that put the one before the other, and
of an entry the mean of that over all others that it was ranked with. Votes count as a part of those that the entry with
most of them got.
"""

import hashlib
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

MOST_POINTS = 10
MOST_SHARE = 30
"""How many percent of a result votes can make, whatever is asked for."""
MOST_RANKED = 30
"""How many entries a judge can put in an order."""


@dataclass(frozen=True)
class Cast:
    """A judge's ballot for an entry: numbers and nothing else."""

    judge: int
    entry: int
    value: tuple[int, ...]


@dataclass(frozen=True)
class Sheet:
    """The ballots of a round that count.

    :ivar method: ``yesno``, ``score``, ``pairs``; ``rank`` is a ranking of a jury that came to its end when such were
        counted by the part of a judge's own list that stands at a place or behind it.
    :ivar lot: tells equal results apart where the rules leave that to chance.
    """

    number: int
    method: str
    weights: tuple[int, ...]
    casts: tuple[Cast, ...]
    lot: str = ""


@dataclass(frozen=True)
class Place:
    """Where an entry stands: by the last round that it was in, then by its total."""

    place: int
    entry: int
    round: int
    jury: Fraction
    votes: Fraction
    total: Fraction


def is_value(method: str, value: Sequence[int], criteria: int) -> bool:
    """Whether a ballot says what its round asks for; places in a ranking are looked at all together."""
    if method == "yesno":
        return tuple(value) in ((0,), (1,))
    if method == "score":
        return len(value) == criteria and all(1 <= points <= MOST_POINTS for points in value)
    return len(value) == 1 and 1 <= value[0] <= MOST_RANKED


def results(sheet: Sheet) -> dict[int, Fraction]:
    """Return what the jury gave each entry of a round."""
    if sheet.method == "pairs":
        return _by_pairs(sheet)
    return _means(sheet, [_worth(sheet, one) for one in sheet.casts])


def firsts(sheet: Sheet) -> dict[int, Fraction]:
    """Return what each entry got by the first criterion."""
    if sheet.method != "score":
        return results(sheet)
    return _means(sheet, [Fraction(one.value[0], MOST_POINTS) for one in sheet.casts])


def taken(sheet: Sheet, takes: int, tie_break: str) -> list[int]:
    """Return which entries go on from a round, best first."""
    found, ties = results(sheet), _ties(sheet, tie_break)
    return sorted(found, key=lambda entry: (-found[entry], ties[entry], entry))[:takes]


def places(sheets: Sequence[Sheet], votes: Mapping[int, Fraction], share: int, tie_break: str) -> list[Place]:
    """Return the places of all entries that were judged.

    :param votes: which part of all votes each entry got; ``share``: how many percent of the result they make.
    """
    most, share = max(votes.values(), default=Fraction(0)), min(share, MOST_SHARE)
    found: list[Place] = []
    left: set[int] = set()
    for sheet in reversed(sheets):
        ties = _ties(sheet, tie_break)
        here = []
        for entry, jury in results(sheet).items():
            liked = votes.get(entry, Fraction(0)) / most if most else Fraction(0)
            total = (jury * (100 - share) + liked * share) / 100
            here.append(Place(0, entry, sheet.number, jury, liked, total))
        here.sort(key=lambda one: (-one.total, ties[one.entry], one.entry))
        found += [one for one in here if one.entry not in left]
        left |= {one.entry for one in here}
    return [replace(one, place=place) for place, one in enumerate(found, 1)]


def line(number: int, sheet: Sheet, cast: Cast) -> str:
    """Return a ballot as the file says it."""
    return f"{sheet.number} J{cast.judge} {cast.entry} {','.join(map(str, cast.value))} {number}"


def chained(lines: Sequence[str], start: str = "00" * 32) -> str:
    """Return where the chain over lines ends."""
    end = bytes.fromhex(start)
    for one in lines:
        end = hashlib.sha256(end + f"{one}\n".encode()).digest()
    return end.hex()


def allot(
    needs: Mapping[int, int], judges: Mapping[int, int], barred: set[tuple[int, int]]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Share entries out, so that all judges have about as much to do.

    :param needs: how many judges each entry still needs. ``judges``: how much each has to do already.
    :param barred: which judge can't have which entry.
    :return: pairs of judge and entry, and the entries for which there are too few judges.
    """
    load, pairs, short = dict(judges), [], []
    able = {entry: [judge for judge in judges if (judge, entry) not in barred] for entry in needs}
    for entry in sorted(needs, key=lambda one: (len(able[one]), one)):
        chosen = sorted(able[entry], key=lambda judge: (load[judge], judge))[: needs[entry]]
        for judge in chosen:
            load[judge] += 1
        pairs += [(judge, entry) for judge in chosen]
        if len(chosen) < needs[entry]:
            short.append(entry)
    return pairs, short


def _worth(sheet: Sheet, cast: Cast) -> Fraction:
    if sheet.method == "yesno":
        return Fraction(cast.value[0])
    if sheet.method == "rank":
        theirs = [one.value[0] for one in sheet.casts if one.judge == cast.judge]
        return Fraction(len(theirs) - sum(place < cast.value[0] for place in theirs), len(theirs))
    points = sum(weight * value for weight, value in zip(sheet.weights, cast.value, strict=True))
    return Fraction(points, MOST_POINTS * sum(sheet.weights))


def _by_pairs(sheet: Sheet) -> dict[int, Fraction]:
    """Return the mean over all others of how many judges put an entry before each.

    Equal places count half each; an entry that nobody ranked beside another gets half.
    """
    ranked: dict[int, list[tuple[int, int]]] = {}
    for cast in sheet.casts:
        ranked.setdefault(cast.judge, []).append((cast.entry, cast.value[0]))
    won, met = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for theirs in ranked.values():
        for (one, place), (other, behind) in itertools.permutations(theirs, 2):
            met[one, other] += 2
            won[one, other] += (place < behind) + (place <= behind)
    parts: dict[int, list[Fraction]] = {cast.entry: [] for cast in sheet.casts}
    for pair, number in met.items():
        parts[pair[0]].append(Fraction(won[pair], number))
    return {entry: sum(all_, Fraction(0)) / len(all_) if all_ else Fraction(1, 2) for entry, all_ in parts.items()}


def _means(sheet: Sheet, worths: Sequence[Fraction]) -> dict[int, Fraction]:
    by_entry: dict[int, list[Fraction]] = {}
    for cast, worth in zip(sheet.casts, worths, strict=True):
        by_entry.setdefault(cast.entry, []).append(worth)
    return {entry: sum(found, Fraction(0)) / len(found) for entry, found in by_entry.items()}


def _ties(sheet: Sheet, tie_break: str) -> dict[int, str] | dict[int, Fraction]:
    """Return what tells equal results apart before the number does: the first criterion, or a lot by the ballots."""
    if tie_break == "draw":
        return {entry: hashlib.sha256(f"{sheet.lot} {entry}".encode()).hexdigest() for entry in results(sheet)}
    if tie_break == "criterion":
        return {entry: -found for entry, found in firsts(sheet).items()}
    return dict.fromkeys(results(sheet), "")
