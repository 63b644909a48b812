"""Tables of answers that show no small group. No database.

A cell of fewer people than the survey's group is not shown. Where it could be worked out from the others, because they add
up to a sum that is known, the next smallest is not shown either, until what is hidden is a group together.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clozette.contests.surveys.models import Question
from clozette.contests.surveys.paths import CHOSEN_FROM, SCALE, Value

NOT_ANSWERED = ""
"""The label of the cell of those who gave no answer, or were not asked."""
GIVEN = "#"
"""The label of the cell of those who gave a number."""
_NUMBERS = ("scale", "number")


@dataclass(frozen=True)
class Cell:
    """One line of a table; ``count`` is nothing where it is not shown."""

    label: str
    count: int | None


@dataclass(frozen=True)
class Table:
    """The answers to one question; ``mean`` of numbers, where a group gave some."""

    question: Question
    cells: Sequence[Cell]
    mean: float | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every cell is shown."""
        return all(cell.count is not None for cell in self.cells)


def tables(questions: Sequence[Question], responses: Sequence[Mapping[int, Value]], least: int) -> list[Table]:
    """Return a table for each question but those for text; none at all of fewer answers than a group.

    What hangs on an option is shown only where the table with that option is shown whole: the number of those who were
    asked would tell what is hidden there.
    """
    if len(responses) < least:
        return []
    made: dict[int, Table] = {}
    for question in questions:
        hangs_on = made.get(int(question.show_if["question"])) if question.show_if else None
        if question.kind == "text" or (question.show_if and not (hangs_on and hangs_on.is_whole)):
            continue
        made[question.id] = _table(question, [given.get(question.id, Value()) for given in responses], least)
    return list(made.values())


def hidden_small(counts: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Hide what is too small among parts of a sum that is known, and as much more as keeps them from being worked out."""
    hidden = {label for label, count in counts.items() if count < least}
    if hidden:
        shown = sorted(set(counts) - hidden, key=lambda label: (counts[label], label))
        while shown and sum(counts[label] for label in hidden) < least:
            hidden.add(shown.pop(0))
    return {label: None if label in hidden else count for label, count in counts.items()}


def _table(question: Question, values: Sequence[Value], least: int) -> Table:
    if question.kind == "many":
        return Table(question, _of_many(question, values, least))
    counts = hidden_small(_parts(question, values), least)
    numbers = [value.number for value in values if value.number is not None]
    mean = round(sum(numbers) / len(numbers), 1) if question.kind in _NUMBERS and len(numbers) >= least else None
    return Table(question, [Cell(label, count) for label, count in counts.items()], mean)


def _parts(question: Question, values: Sequence[Value]) -> dict[str, int]:
    """Count the people of each cell; everybody is in one."""
    labels = list(question.options) if question.kind in CHOSEN_FROM else list(SCALE)
    found = Counter(_label(question, value) for value in values)
    if question.kind == "number":
        labels = [GIVEN]
    return {label: found[label] for label in (*labels, NOT_ANSWERED)}


def _label(question: Question, value: Value) -> str:
    if not value.is_given:
        return NOT_ANSWERED
    if question.kind == "number":
        return GIVEN
    return value.choices[0] if value.choices else str(value.number)


def _of_many(question: Question, values: Sequence[Value], least: int) -> list[Cell]:
    """Each option by itself: those who chose it and those who did not are both a group, or neither is shown."""
    chosen = Counter(option for value in values for option in value.choices)
    none = sum(not value.is_given for value in values)
    counts = {**{option: chosen[option] for option in question.options}, NOT_ANSWERED: none}
    return [
        Cell(label, count if count >= least and len(values) - count >= least else None)
        for label, count in counts.items()
    ]
