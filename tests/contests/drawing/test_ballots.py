"""A jury's ballots as the site counts them, as the script does, and as the page does: three times the same places."""

import dataclasses
import json
import random
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.contests.drawing import verify_draw
from clozette.contests.drawing.verifying import ballots as page
from clozette.contests.drawing.verifying import files, votes
from clozette.contests.drawing.verifying.findings import TooLong
from clozette.contests.judging import rules as judging
from tests.contests.drawing import made
from tests.contests.drawing.made import Document, altered, swap
from tests.contests.drawing.test_verifier import both_say, page_says, script_says


def ballots(
    luck: random.Random,
    tie_break: str = "draw",
    liked: Callable[[int], int] = lambda entry: entry % 4,
    ranking: str = "pairs",
) -> Document:
    """Return the file of a jury's ballots: a round of yes and no, then one of points, then one of places.

    Judges of the last have not all the same entries.

    :param ranking: how the last round is counted.
    :param liked: how many votes an entry counts with in the places; the votes' lines keep to the number of the entry.
    """
    criteria = [{"name": "Idea", "weight": 2}, {"name": "Fit", "weight": 1}]
    about = (("yesno", 3, [], range(1, 9)), ("score", 3, criteria, range(1, 7)), (ranking, 0, [], range(1, 4)))
    sheets, lines, end = [], [], "00" * 32
    for number, (method, _takes, asked, entries) in enumerate(about, 1):
        casts = [
            judging.Cast(judge, entry, _value(luck, method, place))
            for judge in (1, 2, *((3, 4) if method == ranking else ()))
            for place, entry in enumerate(luck.sample(list(entries), len(entries) - judge // 3), 1)
        ]
        casts.sort(key=lambda cast: (cast.entry, cast.judge))
        weights = tuple(one["weight"] for one in asked)
        sheet = judging.Sheet(number, method, weights, tuple(casts))
        mine = [judging.line(len(lines) + n, sheet, cast) for n, cast in enumerate(casts, 1)]
        end = judging.chained(mine, end)
        lines += mine
        sheets.append(dataclasses.replace(sheet, lot=end))
    votes = {entry: Fraction(liked(entry), 12) for entry in range(1, 9)}
    voted = [entry for entry in range(1, 9) for _vote in range(entry % 4)]
    places = judging.places(sheets, votes, 30, tie_break)
    return {
        "layout": "clozette ballots 2" if ranking == "pairs" else "clozette ballots 1",
        "contest": "of-nobody",
        "rounds": [
            {"number": number, "method": method, "criteria": asked, "quorum": 2, "takes": takes}
            for number, (method, takes, asked, _entries) in enumerate(about, 1)
        ],
        "tie_break": tie_break,
        "vote_share": 30,
        "lines": lines,
        "final": end,
        "standings": [
            {"number": one.entry, "place": one.place, "round": one.round}
            | {name: str(getattr(one, name)) for name in ("jury", "votes", "total")}
            for one in places
        ],
        "votes": [f"{place} {place:032x} {entry} counted -" for place, entry in enumerate(voted, 1)],
        "facts": [],
    }


def _value(luck: random.Random, method: str, place: int) -> tuple[int, ...]:
    return {
        "yesno": (luck.randrange(2),),
        "score": (luck.randrange(1, 11), luck.randrange(1, 11)),
    }.get(method, (place,))


def _other_points(spoilt: Document) -> None:
    place = next(at for at, line in enumerate(spoilt["lines"]) if line.startswith("2 "))
    parts = spoilt["lines"][place].split(" ")
    parts[3] = "10,10" if parts[3] != "10,10" else "1,1"
    spoilt["lines"][place] = " ".join(parts)


def _chain_anew(spoilt: Document) -> None:
    """Two ballots of a round change places, numbers and chain with them; the order within a round counts for lots alone."""
    first, second = (line.rsplit(" ", 1)[0] for line in spoilt["lines"][:2])
    spoilt["lines"][:2] = [f"{second} 1", f"{first} 2"]


def _forge_places(spoilt: Document) -> None:
    """Votes that make another order, all places and totals with them."""
    spoilt["standings"] = ballots(random.Random(5), liked=lambda entry: 5 - entry % 4)["standings"]


ALTERED_BALLOTS: dict[str, Callable[[Document], Any]] = {
    "two ballots changed places": lambda spoilt: swap(spoilt["lines"]),
    "two ballots changed places and numbers": _chain_anew,
    "a ballot is gone": lambda spoilt: spoilt["lines"].pop(),
    "a ballot says something else": _other_points,
    "two places are changed": lambda spoilt: swap(spoilt["standings"]),
    "a total is another": lambda spoilt: spoilt["standings"][0].__setitem__("total", "7/9"),
    "votes count for more": lambda spoilt: spoilt.__setitem__("vote_share", 40),
    "a weight is another": lambda spoilt: spoilt["rounds"][1]["criteria"][0].__setitem__("weight", 9),
    "the votes and the places": _forge_places,
    "a vote is gone": lambda spoilt: spoilt["votes"].pop(),
    "a vote is set aside": lambda spoilt: spoilt["votes"].__setitem__(0, f"1 {1:032x} 1 set-aside burst"),
    "a vote is there twice": lambda spoilt: spoilt["votes"].append(spoilt["votes"][0]),
    "the end is another": lambda spoilt: spoilt.__setitem__("final", "0" * 64),
}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ALTERED_BALLOTS)
def test_an_altered_ballot_is_seen(app: Flask, db_session: orm.Session, name: str) -> None:
    document = ballots(random.Random(5))
    assert both_say(document) is True, verify_draw.check(document).lines
    assert both_say(altered(document, ALTERED_BALLOTS[name])) is False


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("ranking", ["pairs", "rank"])
@pytest.mark.parametrize("tie_break", ["criterion", "earlier", "draw"])
def test_places_of_many_juries_agree(app: Flask, db_session: orm.Session, tie_break: str, ranking: str) -> None:
    for seed in range(20):
        assert both_say(ballots(random.Random(seed), tie_break, ranking=ranking)) is True


@pytest.mark.engines("sqlite")
def test_equal_places_of_one_judge_agree(app: Flask, db_session: orm.Session) -> None:
    """As they come about where an entry falls out and its judge puts the others anew."""
    casts = [
        judging.Cast(judge, entry, (place,)) for judge, entry, place in ((1, 1, 2), (1, 2, 2), (2, 2, 1), (2, 3, 2))
    ]
    casts.sort(key=lambda cast: (cast.entry, cast.judge))
    document = ballots(random.Random(5))
    sheet = judging.Sheet(3, "pairs", (), tuple(casts))
    lines = [judging.line(number, sheet, cast) for number, cast in enumerate(casts, 1)]
    sheet = dataclasses.replace(sheet, lot=judging.chained(lines))
    votes = {entry: Fraction(entry, 3) for entry in (1, 2, 3)}
    document["votes"] = [f"{n} {n:032x} {entry} counted -" for n, entry in enumerate((1, 2, 2, 3, 3, 3), 1)]
    document["standings"] = [
        {"number": one.entry, "place": one.place, "round": one.round}
        | {name: str(getattr(one, name)) for name in ("jury", "votes", "total")}
        for one in judging.places([sheet], votes, 30, "draw")
    ]
    assert both_say(document | {"lines": lines, "final": sheet.lot, "rounds": document["rounds"][2:]}) is True


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("method", ["rank", "other"])
def test_a_way_to_count_of_another_layout_is_unreadable(app: Flask, db_session: orm.Session, method: str) -> None:
    spoilt = altered(ballots(random.Random(5)), lambda made: made["rounds"][2].__setitem__("method", method))
    assert both_say(spoilt) is None


def _many_of_one_judge(spoilt: Document) -> None:
    spoilt["lines"] += [f"3 J1 {entry} 1 {entry}" for entry in range(1, 4_000)]


def _many_lines(spoilt: Document) -> None:
    spoilt["lines"] = ["1 J1 1 1 1"] * (page.MOST_LINES + 1)


def _many_standings(spoilt: Document) -> None:
    spoilt["standings"] = spoilt["standings"][:1] * (page.MOST_STANDINGS + 1)


def _heavy(spoilt: Document) -> None:
    spoilt["rounds"][1]["criteria"][0]["weight"] = 10**4000


def _long_numbers(name: str, value: object) -> Callable[[Document], Any]:
    return lambda spoilt: spoilt["standings"][0].__setitem__(name, value)


HEAVY = {
    "a judge put thousands in an order": _many_of_one_judge,
    "a weight has thousands of digits": _heavy,
    **{
        f"{name} is {value}": _long_numbers(name, value)
        for name in ("votes", "jury", "total")
        for value in ("1e1000000", "9" * 201, "1/" + "9" * 201, "-1", 1, "١")
    },
}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", HEAVY)
def test_a_file_that_would_take_long_is_unreadable(app: Flask, db_session: orm.Session, name: str) -> None:
    assert both_say(altered(ballots(random.Random(5)), HEAVY[name])) is None


def _many_votes(spoilt: Document) -> None:
    spoilt["votes"] = ["1"] * (votes.MOST_LINES + 1)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("many", [_many_lines, _many_standings, _many_votes])
def test_the_page_reads_so_many_lines(app: Flask, db_session: orm.Session, many: Callable[[Document], Any]) -> None:
    spoilt = altered(ballots(random.Random(5)), many)
    with pytest.raises(TooLong):
        page_says(spoilt)
    assert script_says(spoilt) is not True


@pytest.mark.engines("sqlite")
def test_the_longest_file_that_the_page_reads_takes_half_a_second(app: Flask, db_session: orm.Session) -> None:
    """As many lines, places and votes as it reads, all sound enough to be counted; twice the time is allowed."""
    spoilt = ballots(random.Random(5))
    spoilt["rounds"] = [one for one in spoilt["rounds"] if one["method"] == "score"]
    spoilt["lines"] = [f"2 J1 {number} 9,9 {number}" for number in range(1, page.MOST_LINES + 1)]
    places = range(page.MOST_STANDINGS)
    spoilt["standings"] = [
        {**spoilt["standings"][0], "number": place, "votes": f"1/{10**199 + place}"} for place in places
    ]
    spoilt["votes"], spoilt["vote_share"] = made.votes(random.Random(5), votes.MOST_LINES)["lines"], 30
    text, began = json.dumps(spoilt), time.process_time()
    assert not files.check(text).is_right
    assert time.process_time() - began < 1
