"""Counting ballots: exact fractions, worked out by hand."""

import random
from fractions import Fraction

import pytest

from clozette.contests.judging import rules
from clozette.contests.judging.rules import Cast, Sheet


def casts(*rows: tuple[int, int, tuple[int, ...]]) -> tuple[Cast, ...]:
    return tuple(Cast(*row) for row in rows)


def test_points_are_weighed() -> None:
    sheet = Sheet(1, "score", (3, 1), casts((1, 7, (10, 2)), (2, 7, (5, 6)), (1, 8, (1, 1))))
    assert rules.results(sheet) == {7: Fraction(32 + 21, 80), 8: Fraction(1, 10)}
    assert rules.firsts(sheet) == {7: Fraction(3, 4), 8: Fraction(1, 10)}


def test_yes_is_one() -> None:
    sheet = Sheet(1, "yesno", (), casts((1, 7, (1,)), (2, 7, (0,)), (3, 7, (1,)), (1, 8, (0,))))
    assert rules.results(sheet) == {7: Fraction(2, 3), 8: Fraction(0)}


def test_a_ranking_is_counted_by_the_pairs_that_a_judge_ranked_both_of() -> None:
    """Two rank all three; one ranked two of them, one a single one, which says nothing."""
    whole, part = ((1, 7, (1,)), (1, 8, (2,)), (1, 9, (3,))), ((3, 8, (2,)), (3, 9, (1,)))
    sheet = Sheet(1, "pairs", (), casts(*whole, (2, 7, (2,)), (2, 8, (1,)), (2, 9, (3,)), *part, (4, 9, (1,))))
    assert rules.results(sheet) == {
        7: (Fraction(1, 2) + Fraction(1)) / 2,
        8: (Fraction(1, 2) + Fraction(2, 3)) / 2,
        9: (Fraction(0) + Fraction(1, 3)) / 2,
    }


def test_where_all_rank_the_same_pairs_give_the_order_of_the_sums_of_places() -> None:
    luck = random.Random(5)
    for _n in range(20):
        orders = [luck.sample(range(1, 7), 6) for _judge in range(4)]
        rows = [(judge, entry, (place,)) for judge, order in enumerate(orders) for place, entry in enumerate(order, 1)]
        sums = {entry: sum(order.index(entry) for order in orders) for entry in range(1, 7)}
        found = rules.results(Sheet(1, "pairs", (), casts(*rows)))
        assert found == {entry: 1 - Fraction(sums[entry], 4 * 5) for entry in found}


def test_a_part_in_a_few_good_pairs_is_no_advantage() -> None:
    """Judge 1 can't judge number 3, judge 3 ranks it alone: it was behind wherever anybody saw it beside another."""
    rows = casts((1, 1, (1,)), (1, 2, (2,)), (2, 1, (1,)), (2, 2, (2,)), (2, 3, (3,)), (3, 3, (1,)))
    assert rules.taken(Sheet(1, "pairs", (), rows), 3, "earlier") == [1, 2, 3]


def test_equal_places_and_no_pair_at_all_are_a_half() -> None:
    equal = Sheet(1, "pairs", (), casts((1, 7, (1,)), (1, 8, (1,)), (2, 9, (1,))))
    assert set(rules.results(equal).values()) == {Fraction(1, 2)}


def test_places_of_a_former_ranking_close_up_when_one_falls_out() -> None:
    whole = Sheet(1, "rank", (), casts((1, 7, (1,)), (1, 8, (2,)), (1, 9, (3,))))
    assert rules.results(whole) == {7: Fraction(1), 8: Fraction(2, 3), 9: Fraction(1, 3)}
    without = Sheet(1, "rank", (), casts((1, 7, (1,)), (1, 9, (3,))))
    assert rules.results(without) == {7: Fraction(1), 9: Fraction(1, 2)}


def test_whoever_came_further_stands_higher() -> None:
    first = Sheet(1, "yesno", (), casts((1, 1, (1,)), (1, 2, (1,)), (1, 3, (0,)), (1, 4, (1,))))
    second = Sheet(2, "score", (1,), casts((1, 4, (2,)), (1, 2, (9,))))
    found = rules.places([first, second], {}, 0, "earlier")
    assert [(one.place, one.entry, one.round) for one in found] == [(1, 2, 2), (2, 4, 2), (3, 1, 1), (4, 3, 1)]


@pytest.mark.parametrize(("share", "counts"), [(0, 0), (20, 20), (30, 30), (31, 30), (100, 30)])
def test_votes_make_thirty_percent_at_most(share: int, counts: int) -> None:
    sheet = Sheet(1, "score", (1,), casts((1, 1, (4,)), (1, 2, (8,)), (1, 3, (5,))))
    found = {one.entry: one for one in rules.places([sheet], {1: Fraction(3, 4), 2: Fraction(1, 4)}, share, "earlier")}
    assert found[1].total == (Fraction(2, 5) * (100 - counts) + counts) / 100
    assert found[2].total == (Fraction(4, 5) * (100 - counts) + Fraction(1, 3) * counts) / 100
    assert (found[3].votes, found[3].total) == (Fraction(0), Fraction(1, 2) * (100 - counts) / 100)


def test_equal_results_are_told_apart_as_the_rules_say() -> None:
    rows = casts((1, 1, (2, 8)), (1, 2, (8, 2)), (1, 3, (5, 5)))
    sheet = Sheet(1, "score", (1, 1), rows, lot="abc")

    def order(tie_break: str) -> list[int]:
        return [one.entry for one in rules.places([sheet], {}, 0, tie_break)]

    assert order("earlier") == [1, 2, 3]
    assert order("criterion") == [2, 3, 1]
    assert sorted(order("draw")) == [1, 2, 3]
    assert {tuple(rules.taken(Sheet(1, "score", (1, 1), rows, lot=str(n)), 3, "draw")) for n in range(40)} >= {
        (1, 2, 3),
        (3, 2, 1),
    }
    assert rules.taken(sheet, 2, "criterion") == [2, 3]


@pytest.mark.parametrize(
    ("method", "value", "is_right"),
    [
        ("yesno", [1], True),
        ("yesno", [2], False),
        ("yesno", [], False),
        ("score", [1, 10], True),
        ("score", [0, 10], False),
        ("score", [11, 1], False),
        ("score", [5], False),
        ("rank", [1], True),
        ("rank", [31], False),
        ("rank", [1, 2], False),
    ],
)
def test_what_a_ballot_may_say(method: str, value: list[int], is_right: bool) -> None:
    assert rules.is_value(method, value, 2) is is_right


def test_everybody_has_about_as_much_to_do() -> None:
    pairs, short = rules.allot(dict.fromkeys(range(20), 3), {1: 0, 2: 0, 3: 0, 4: 0, 5: 0}, {(1, 0), (2, 0), (1, 5)})
    assert not short
    assert all(sum(entry == one for _judge, entry in pairs) == 3 for one in range(20))
    assert len(set(pairs)) == 60
    assert not {(1, 0), (2, 0), (1, 5)} & set(pairs)
    loads = sorted(sum(judge == one for judge, _entry in pairs) for one in range(1, 6))
    assert loads[-1] - loads[0] <= 1


def test_too_few_judges_for_an_entry_are_told() -> None:
    pairs, short = rules.allot({1: 2, 2: 1}, {7: 0, 8: 0}, {(7, 1)})
    assert sorted(pairs) == [(7, 2), (8, 1)]
    assert short == [1]


def test_the_chain_goes_on_where_a_round_ended() -> None:
    sheet = Sheet(1, "yesno", (), casts((1, 7, (1,)), (2, 7, (0,))))
    lines = [rules.line(number, sheet, cast) for number, cast in enumerate(sheet.casts, 1)]
    assert lines == ["1 J1 7 1 1", "1 J2 7 0 2"]
    assert rules.chained(lines[1:], rules.chained(lines[:1])) == rules.chained(lines)
    assert rules.chained(lines) != rules.chained(lines[::-1])
