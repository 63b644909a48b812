"""The way through a survey, for every path, and tables that show no small group."""

import itertools

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
        [ask(1), ask(2, show_if=(1, "yes"))],
        [ask(1), ask(2, section=2, show_if=(1, "perhaps"))],
        [ask(1), ask(2, section=2, show_if=(9, "yes"))],
        [ask(1, kind="text"), ask(2, section=2, show_if=(1, "yes"))],
    ],
)
def test_what_leads_nowhere_is_not_published(questions: list[Question]) -> None:
    assert len(paths.faults(questions)) == 1


def test_a_sound_survey() -> None:
    assert not paths.faults(TREE)


def shown_of(counts: dict[str, int], least: int) -> dict[str, int | None]:
    return tables.hidden_small(counts, least)


@settings(max_examples=300)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=8), st.integers(5, 15))
def test_no_small_group_can_be_worked_out(numbers: list[int], least: int) -> None:
    """What is hidden is a group together, of two cells or more: its sum, which anybody can work out, tells of none alone."""
    counts = {str(place): number for place, number in enumerate(numbers)}
    shown = shown_of(counts, least)
    hidden = [counts[label] for label, count in shown.items() if count is None]
    assert all(count is None or (count == counts[label] and count >= least) for label, count in shown.items())
    if hidden:
        assert len(hidden) >= 2
        assert sum(hidden) >= least or len(hidden) == len(counts)
    else:
        assert min(numbers) >= least


def answers(*groups: tuple[int, dict[int, Value]]) -> list[dict[int, Value]]:
    return [given for number, given in groups for _ in range(number)]


YES, NO = Value(choices=("yes",)), Value(choices=("no",))


def test_fewer_answers_than_a_group_show_nothing() -> None:
    assert tables.tables([ask(1)], answers((9, {1: YES})), 10) == []


def test_the_smallest_takes_the_next_with_it() -> None:
    (table,) = tables.tables([ask(1)], answers((30, {1: YES}), (20, {1: NO}), (2, {})), 10)
    assert {cell.label: cell.count for cell in table.cells} == {"yes": 30, "no": None, "": None}


def test_a_branch_does_not_tell_what_is_hidden_before_it() -> None:
    """The number of those who were asked the second would be the hidden number of the first."""
    branch = ask(2, section=2, show_if=(1, "no"))
    found = tables.tables([ask(1), branch], answers((30, {1: YES}), (4, {1: NO, 2: YES})), 10)
    assert [table.question.id for table in found] == [1]


def test_a_branch_of_a_whole_table_is_shown() -> None:
    branch = ask(2, section=2, show_if=(1, "no"))
    first = ask(1)
    given_ = answers((15, {1: YES}), (15, {1: NO, 2: YES}), (15, {1: NO, 2: NO}), (15, {}))
    found = tables.tables([first, branch], given_, 10)
    assert [(table.question.id, table.is_whole) for table in found] == [(1, True), (2, True)]


def test_nearly_everybody_is_a_small_group_too() -> None:
    (table,) = tables.tables([ask(1, kind="many")], answers((28, {1: YES}), (2, {1: NO})), 10)
    assert [cell.count for cell in table.cells] == [None, None, None]


def test_means_are_of_groups() -> None:
    scale = ask(1, kind="scale")
    (table,) = tables.tables([scale], answers((12, {1: Value(number=4)}), (12, {1: Value(number=1)})), 10)
    assert table.mean == 2.5
    (table,) = tables.tables([scale], answers((9, {1: Value(number=4)}), (12, {})), 10)
    assert table.mean is None


def test_what_people_wrote_is_in_no_table() -> None:
    assert tables.tables([ask(1, kind="text")], answers((30, {1: Value(text="I am Ada")})), 5) == []
