"""Surveys as CSV for staff: the answers of a named one, its tables, and the codebook that says what the columns mean."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from clozette.contests.surveys.models import Question, Response
from clozette.contests.surveys.paths import SCALE, Value
from clozette.contests.surveys.tables import GIVEN, NOT_ANSWERED, Table
from clozette.kernel.formulas import neutral

_BETWEEN = " | "


def codebook(questions: Sequence[Question]) -> str:
    """Return what each column is: its question, its kind, what could be answered, and of whom it was asked."""
    names = _columns(questions)
    rows = [("column", "question", "kind", "options", "required", "asked_if")]
    rows += [
        (
            names[question.id],
            question.words,
            question.kind,
            _BETWEEN.join(_options(question)),
            "yes" if question.is_required else "no",
            _condition(question, names),
        )
        for question in questions
    ]
    return _written(rows)


def answers(questions: Sequence[Question], found: Sequence[tuple[Response, dict[int, Value]]]) -> str:
    """Return one row for each person, without a name; in an order that says nothing."""
    names = _columns(questions)
    rows: list[Sequence[str]] = [("row", "day", *names.values())]
    for number, (response, given) in enumerate(found, start=1):
        cells = [_cell(given.get(question.id)) for question in questions]
        rows.append((str(number), response.day.isoformat() if response.day else "", *cells))
    return _written(rows)


def tables(found: Sequence[Table]) -> str:
    """Return the tables as they are shown: what is hidden there is empty here."""
    rows = [("question", "answer", "people")]
    for table in found:
        for cell in table.cells:
            rows.append((table.question.words, label(cell.label), "" if cell.count is None else str(cell.count)))
        if table.mean is not None:
            rows.append((table.question.words, _("mean"), str(table.mean)))
    return _written(rows)


def label(name: str) -> str:
    """Return what a cell is called."""
    return str({NOT_ANSWERED: _("not answered"), GIVEN: _("gave a number")}.get(name, name))


def _columns(questions: Sequence[Question]) -> dict[int, str]:
    return {question.id: f"q{number}" for number, question in enumerate(questions, start=1)}


def _options(question: Question) -> Sequence[str]:
    return SCALE if question.kind == "scale" else question.options


def _condition(question: Question, names: dict[int, str]) -> str:
    if question.show_if is None:
        return ""
    return f"{names[int(question.show_if['question'])]} = {_BETWEEN.join(question.show_if['any'])}"


def _cell(value: Value | None) -> str:
    if value is None:
        return ""
    return _BETWEEN.join(value.choices) or value.text or ("" if value.number is None else str(value.number))


def _written(rows: Iterable[Sequence[str]]) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return sheet.getvalue()
