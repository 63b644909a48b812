"""Tables of answers that show no small group. No database.

A cell of fewer people than the survey's group is not shown, nor are others from which it could be worked out, by whoever
knows how many people there are and how this is done. A cell of nobody alone tells of nobody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clozette.contests.surveys.models import Question
from clozette.contests.surveys.paths import SCALE, Value, is_asked

Given = Mapping[int, Value]
"""What one person answered, by question."""
NOT_ANSWERED = ""
"""The label of the cell of those who were asked and gave no answer."""
GIVEN = "#"
"""The label of the cell of those who gave a number."""


@dataclass(frozen=True)
class Cell:
    """One line of a table; ``count`` is nothing where it is not shown."""

    label: str
    count: int | None


@dataclass(frozen=True)
class Table:
    """The answers of those who were asked one question; ``mean`` of numbers, where a group gave some and no cell is hidden:
    else it would be an equation about what is.
    """

    question: Question
    cells: Sequence[Cell]
    mean: float | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every cell is shown."""
        return all(cell.count is not None for cell in self.cells)


@dataclass(frozen=True)
class Texts:
    """What was written to one question, by the alphabet, so that nothing tells whose it is; nothing if it is not shown."""

    question: Question
    written: Sequence[str] | None


def tables(questions: Sequence[Question], responses: Sequence[Given], least: int) -> list[Table]:
    """Return a table for each question but those for text; none at all of fewer answers than a group.

    What hangs on an option is shown only where the table with that option is shown whole, and those who were asked are a
    group, and those who were not: how many they are would tell of fewer.
    """
    return list(_made(questions, responses, least).values())


def texts(questions: Sequence[Question], responses: Sequence[Given], least: int) -> list[Texts]:
    """Return what was written to each question for text, where a group wrote, and a table would be shown."""
    made = _made(questions, responses, least)
    return [_texts(question, responses, made, least) for question in questions if question.kind == "text"]


def hidden_parts(counts: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Hide what is too small among parts of a sum that is known, and as much more as leaves several ways to add up to it.

    What is hidden besides goes by its place, from the end: were it the next smallest, that would tell how large it can be.
    """
    hidden = [label for label, count in counts.items() if count < least]
    small = sum(counts[label] > 0 for label in hidden)
    if not small:
        return dict(counts)
    others, company = [label for label in list(counts)[::-1] if label not in hidden], 0
    while others and (not company or sum(counts[label] for label in hidden) <= small + company * least):
        hidden.append(others.pop(0))
        company += 1
    return {label: None if label in hidden else count for label, count in counts.items()}


def hidden_options(counts: Mapping[str, int], least: int, whole: int) -> dict[str, int | None]:
    """Hide what too few chose, or all but too few, and the next smallest until those who stand in no cell are a group.

    :param whole: how many people there are; each stands in one cell at least.
    """
    hidden = {label for label, count in counts.items() if 0 < count < least or 0 < whole - count < least}
    some = (label for label, count in counts.items() if count and label not in hidden)
    shown = sorted(some, key=lambda label: (counts[label], label))
    while shown and 0 < whole - sum(counts[label] for label in shown) < least:
        hidden.add(shown.pop(0))
    return {label: None if label in hidden else count for label, count in counts.items()}


def _made(questions: Sequence[Question], responses: Sequence[Given], least: int) -> dict[int, Table]:
    made: dict[int, Table] = {}
    for question in questions:
        asked = _asked(question, responses, made, least)
        if question.kind != "text" and asked is not None:
            made[question.id] = _table(question, asked, least)
    return made


def _asked(
    question: Question, responses: Sequence[Given], made: Mapping[int, Table], least: int
) -> Sequence[Given] | None:
    """Return the answers of those who were asked, or nothing where that may not be told."""
    if question.show_if is None:
        return responses if len(responses) >= least else None
    hangs_on = made.get(int(question.show_if["question"]))
    if hangs_on is None or not hangs_on.is_whole:
        return None
    asked = [given for given in responses if is_asked(question, given)]
    others = sum(is_asked(hangs_on.question, given) for given in responses) - len(asked)
    return None if 0 < len(asked) < least or 0 < others < least else asked


def _texts(question: Question, responses: Sequence[Given], made: Mapping[int, Table], least: int) -> Texts:
    asked = _asked(question, responses, made, least) or ()
    written = sorted(given[question.id].text for given in asked if question.id in given)
    return Texts(question, written if len(written) >= least else None)


def _table(question: Question, asked: Sequence[Given], least: int) -> Table:
    values = [given.get(question.id, Value()) for given in asked]
    counts, is_many = _counts(question, values), question.kind == "many"
    shown = hidden_options(counts, least, len(values)) if is_many else hidden_parts(counts, least)
    table = Table(question, [Cell(label, count) for label, count in shown.items()])
    numbers = [value.number for value in values if value.number is not None]
    if len(numbers) < least or not table.is_whole:
        return table
    return replace(table, mean=round(sum(numbers) / len(numbers), 1))


def _counts(question: Question, values: Sequence[Value]) -> dict[str, int]:
    """Count the people of each cell. Who gave no answer has one where one could give none."""
    labels = {"scale": SCALE, "number": (GIVEN,)}.get(question.kind, question.options)
    found = Counter(label for value in values for label in _labels(question, value))
    none = () if question.is_required and not found[NOT_ANSWERED] else (NOT_ANSWERED,)
    return {label: found[label] for label in (*labels, *none)}


def _labels(question: Question, value: Value) -> Sequence[str]:
    if not value.is_given:
        return (NOT_ANSWERED,)
    if question.kind == "number":
        return (GIVEN,)
    return value.choices or (str(value.number),)
