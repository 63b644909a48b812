"""The way through a survey, for every path, and tables that show no small group."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clozette.contests.surveys import paths, tables
from clozette.contests.surveys.models import Question
from clozette.contests.surveys.paths import Value


def ask(
    number: int, kind: str = "one", section: int = 1, show_if: tuple[int, str] | None = None, **more: object
) -> Question:
    leads = {"question": str(show_if[0]), "any": [show_if[1]]} if show_if else None
    options = ["yes", "no"] if kind in ("one", "many") else []
    values = {"options": options, "is_required": False, "words": f"{number}?"} | more
    return Question(id=number, kind=kind, section=section, position=number, show_if=leads, **values)


TREE = [
    ask(1, is_required=True),
    ask(2, section=2, show_if=(1, "yes"), is_required=True),
    ask(3, section=2, show_if=(1, "no"), kind="text", is_required=True),
    ask(4, section=3, show_if=(2, "yes"), kind="number", is_required=True),
    ask(5, section=4, kind="many"),
]
ANSWERS = {1: [None, "yes", "no"], 2: [None, "yes", "no"], 3: [None, "because"], 4: [None, 7], 5: [None, ["no", "yes"]]}


@pytest.mark.parametrize(
    "typed", [dict(zip(ANSWERS, one, strict=True)) for one in itertools.product(*ANSWERS.values())]
)
def test_every_path(typed: dict[int, object]) -> None:
    way = paths.walk(TREE, typed)
    asked = [1, *([2] if typed[1] == "yes" else []), *([3] if typed[1] == "no" else [])]
    if typed[1] == "yes" and typed[2] == "yes":
        asked.append(4)
    asked.append(5)
    assert [question.id for question in way.asked] == asked
    assert set(way.given) == {number for number in asked if typed[number] is not None}
    assert set(way.wrong) == {number for number in asked if number != 5 and typed[number] is None}


def test_what_is_not_asked_blocks_nothing_and_is_dropped() -> None:
    way = paths.walk(TREE, {1: "no", 2: "yes", 4: 7, 3: "because"})
    assert not way.wrong
    assert set(way.given) == {1, 3}


def test_forth_and_back() -> None:
    way = paths.walk(TREE, {1: "no", 3: "because"})
    assert (way.after(0), way.after(1), way.after(2), way.after(4)) == (1, 2, 4, None)
    assert (way.before(4), way.before(2), way.before(1)) == (2, 1, None)


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [ask(1, options=["one alone"])],
        [ask(1, kind="scale")],
        [ask(1, kind="scale", options=["one", "two", "three"])],
        [ask(1), ask(2, show_if=(1, "yes"))],
        [ask(1), ask(2, section=2, show_if=(1, "perhaps"))],
        [ask(1), ask(2, section=2, show_if=(9, "yes"))],
        [ask(1, kind="text"), ask(2, section=2, show_if=(1, "yes"))],
    ],
)
def test_what_leads_nowhere_is_not_published(questions: list[Question]) -> None:
    assert len(paths.faults(questions)) == 1


def test_a_sound_survey() -> None:
    assert not paths.faults([*TREE, ask(6, kind="scale", options=["cold", "warm"])])


@settings(max_examples=300)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=8), st.integers(5, 15))
def test_no_small_group_is_shown_or_lacks_alone(numbers: list[int], least: int) -> None:
    """What is hidden is a group together, of two cells or more: its sum, which anybody can work out, tells of none alone."""
    counts = {str(place): number for place, number in enumerate(numbers)}
    shown = tables.hidden_parts(counts, least)
    hidden = [counts[label] for label, count in shown.items() if count is None]
    assert all(count is None or (count == counts[label] and not 0 < count < least) for label, count in shown.items())
    if hidden and sum(numbers) >= least:
        assert len(hidden) >= 2
        assert sum(hidden) >= least


Numbers = tuple[int, ...]


def found_out(worlds: Iterable[tuple[int, Numbers]], hide: Callable[[int, dict[str, int]], Any]) -> list[Numbers]:
    """Return ways people can have answered in which a hidden number of some people follows from what is shown."""
    same: dict[tuple[int, tuple[int | None, ...]], list[Numbers]] = {}
    for whole, numbers in worlds:
        counts = {str(place): number for place, number in enumerate(numbers)}
        same.setdefault((whole, tuple(hide(whole, counts).values())), []).append(numbers)
    return [
        found[0]
        for (_whole, shown), found in same.items()
        for place, count in enumerate(shown)
        if count is None and found[0][place] and len({numbers[place] for numbers in found}) == 1
    ]


@pytest.mark.parametrize("parts", [2, 3])
@pytest.mark.parametrize("least", [3, 5])
def test_no_hidden_part_follows_from_the_others(parts: int, least: int) -> None:
    """Every way in which up to 16 people can choose one of several, for whoever knows how many they are."""
    every = itertools.product(range(17), repeat=parts)
    worlds = [(sum(one), one) for one in every if least <= sum(one) <= 16]
    assert not found_out(worlds, lambda _whole, counts: tables.hidden_parts(counts, least))


@pytest.mark.parametrize("is_needed", [True, False])
def test_no_hidden_option_follows_from_the_others(is_needed: bool) -> None:
    """Every way in which up to 12 people can choose any of two options, or none."""
    every = itertools.product(range(13), repeat=4)
    worlds = {
        (sum(one), (one[0] + one[2], one[1] + one[2], *one[3:][: not is_needed]))
        for one in every
        if 4 <= sum(one) <= 12 and not (is_needed and one[3])
    }
    assert not found_out(worlds, lambda whole, counts: tables.hidden_options(counts, 4, whole))


def answers(*groups: tuple[int, dict[int, Value]]) -> list[dict[int, Value]]:
    return [given for number, given in groups for _ in range(number)]


YES, NO = Value(choices=("yes",)), Value(choices=("no",))


def test_fewer_answers_than_a_group_show_nothing() -> None:
    assert tables.tables([ask(1)], answers((9, {1: YES})), 10) == []


def counted(table: tables.Table) -> dict[str, int | None]:
    return {cell.label: cell.count for cell in table.cells}


def test_the_smallest_takes_the_next_with_it() -> None:
    (table,) = tables.tables([ask(1)], answers((30, {1: YES}), (20, {1: NO}), (2, {})), 10)
    assert counted(table) == {"yes": 30, "no": None, "": None}


@pytest.mark.parametrize("kind", ["one", "many"])
def test_nobody_is_no_small_group(kind: str) -> None:
    """A question that had to be answered has no cell of those who did not; one that nobody left out says so."""
    given_ = answers((300, {1: YES}), (200, {1: NO}))
    (table,) = tables.tables([ask(1, kind, is_required=True)], given_, 10)
    assert counted(table) == {"yes": 300, "no": 200}
    (table,) = tables.tables([ask(1, kind)], given_, 10)
    assert counted(table) == {"yes": 300, "no": 200, "": 0}
    (table,) = tables.tables([ask(1, kind, options=["yes", "no", "never"])], given_, 10)
    assert counted(table) == {"yes": 300, "no": 200, "never": 0, "": 0}


def test_a_branch_does_not_tell_what_is_hidden_before_it() -> None:
    """The number of those who were asked the second would be the hidden number of the first."""
    branch = ask(2, section=2, show_if=(1, "no"))
    found = tables.tables([ask(1), branch], answers((30, {1: YES}), (4, {1: NO, 2: YES})), 10)
    assert [table.question.id for table in found] == [1]


def test_a_branch_of_a_whole_table_counts_those_who_were_asked() -> None:
    branch = ask(2, section=2, show_if=(1, "no"))
    first = ask(1)
    given_ = answers((15, {1: YES}), (15, {1: NO, 2: YES}), (15, {1: NO, 2: NO}), (15, {}))
    found = tables.tables([first, branch], given_, 10)
    assert [(table.question.id, table.is_whole) for table in found] == [(1, True), (2, True)]
    assert counted(found[1]) == {"yes": 15, "no": 15, "": 0}


def test_who_was_not_asked_keeps_no_small_group_company() -> None:
    """How many were asked stands in the table before: 40; the 3 of them would be what lacks to it."""
    branch = ask(2, section=2, show_if=(1, "yes"), is_required=True)
    given_ = answers((37, {1: YES, 2: YES}), (3, {1: YES, 2: NO}), (12, {1: NO}))
    found = tables.tables([ask(1, is_required=True), branch], given_, 10)
    assert counted(found[1]) == {"yes": None, "no": None}


def test_a_branch_that_nearly_everybody_is_asked_is_not_shown() -> None:
    first = ask(1, kind="many", options=["a", "b", "c"], is_required=True)
    branch = ask(2, section=2, show_if=(1, "a"), is_required=True)
    assert branch.show_if is not None
    branch.show_if["any"] = ["a", "b"]
    both, one, neither = (Value(choices=words) for words in (("a", "c"), ("b",), ("c",)))
    given_ = answers((20, {1: both, 2: YES}), (20, {1: one, 2: YES}), (2, {1: neither}))
    assert [table.question.id for table in tables.tables([first, branch], given_, 10)] == [1]


def test_nearly_everybody_is_a_small_group_too() -> None:
    (table,) = tables.tables([ask(1, kind="many")], answers((28, {1: YES}), (2, {1: NO})), 10)
    assert [cell.count for cell in table.cells] == [None, None, 0]


def test_means_are_of_groups_and_of_whole_tables() -> None:
    scale = ask(1, kind="scale")
    (table,) = tables.tables([scale], answers((12, {1: Value(number=4)}), (12, {1: Value(number=1)})), 10)
    assert table.mean == 2.5
    (table,) = tables.tables([scale], answers((9, {1: Value(number=4)}), (12, {})), 10)
    assert table.mean is None
    groups = answers((20, {1: Value(number=4)}), (3, {1: Value(number=1)}), (12, {1: Value(number=2)}))
    (table,) = tables.tables([scale], groups, 10)
    assert not table.is_whole
    assert table.mean is None  # with the others it would tell of the 3


def test_what_people_wrote_is_in_no_table() -> None:
    assert tables.tables([ask(1, kind="text")], answers((30, {1: Value(text="I am Ada")})), 5) == []


def written(questions: list[Question], given_: list[dict[int, Value]], least: int = 5) -> list[Sequence[str] | None]:
    return [text.written for text in tables.texts(questions, given_, least)]


def test_words_are_shown_of_a_group() -> None:
    question, words = ask(1, kind="text"), {1: Value(text="So.")}
    assert written([question], answers((5, words), (4, {}))) == [["So."] * 5]
    assert written([question], answers((4, words), (20, {}))) == [None]
    assert written([question], answers((4, words))) == [None]


def test_words_of_a_small_branch_are_not_shown() -> None:
    """The table hides that one person chose it: their words would tell."""
    questions = [ask(1, is_required=True), ask(2, kind="text", section=2, show_if=(1, "yes"))]
    ill = {1: YES, 2: Value(text="I am ill")}
    assert written(questions, answers((12, {1: NO}), (1, ill))) == [None]
    assert written(questions, answers((12, {1: NO}), (6, ill))) == [["I am ill"] * 6]
    assert written(questions, answers((12, {1: NO}), (3, {1: YES}), (6, ill))) == [["I am ill"] * 6]
    apart = [ask(1, options=["yes", "no", "never"], is_required=True), questions[1]]
    given_ = answers((12, {1: NO}), (6, ill), (2, {1: Value(choices=("never",))}))
    assert written(apart, given_) == [None]  # two said never: the table is not whole
