"""What the forms of surveys take. The form with the answers has a field for each question."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Choice, Language
from clozette.contests.planning.schemas import Slug
from clozette.contests.surveys.models import (
    AUDIENCES,
    KINDS,
    LEAST_GROUP,
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_QUESTION,
    MAX_SECTIONS,
    MAX_SLUG,
    MAX_TEXT,
    MAX_TITLE,
    MAX_WORDS,
    Question,
)
from clozette.contests.surveys.paths import CHOSEN_FROM, ENDS, SCALE, Walk
from clozette.kernel import ids
from clozette.kernel.schemas import Line, LocalMoment, Number, RowId, Schema, Text
from clozette.kernel.web.forms import Form

_MOST = 1_000_000_000
_WRONG_OPTIONS = _l(
    "Give at most %(most)d options of at most %(long)d characters, each once, one a line.",
    most=MAX_OPTIONS,
    long=MAX_OPTION,
)


class Options(Text):
    """Options as they are typed: one a line."""

    def __init__(self, **kwargs: Any) -> None:
        """Take some."""
        super().__init__(max_length=MAX_OPTIONS * (MAX_OPTION + 2), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        lines = super()._deserialize(value, attr, data, **kwargs).splitlines()
        options = [" ".join(line.split()) for line in lines if line.strip()]
        if (
            len(options) > MAX_OPTIONS
            or len(set(options)) < len(options)
            or any(len(one) > MAX_OPTION for one in options)
        ):
            raise ma.ValidationError([str(_WRONG_OPTIONS)])
        return options


class SurveyIn(Schema):
    """A survey that is not published yet."""

    title = Line(required=True, max_length=MAX_TITLE)
    words = Text(max_length=MAX_WORDS, load_default="")
    language = Language(load_default="en")
    audience = Choice(frozenset(AUDIENCES), required=True)
    is_anonymous = ma.fields.Boolean(load_default=False)
    min_group = Number(LEAST_GROUP, 1000, load_default=10)
    points = Number(0, 10_000, load_default=0)
    sponsor = RowId(load_default=None, allow_none=True)
    opens_at = LocalMoment(required=True)
    closes_at = LocalMoment(required=True)
    version = Number(1, 10**8, required=True)


class NewSurveyIn(SurveyIn):
    """A survey that is begun."""

    slug = Slug(required=True, max_length=MAX_SLUG)
    version = Number(1, 10**8, load_default=1)


class QuestionIn(Schema):
    """One question of a draft; asked of everybody, or of those who chose ``show_any`` at ``show_question``."""

    kind = Choice(frozenset(KINDS), required=True)
    words = Line(required=True, max_length=MAX_QUESTION)
    options = Options(load_default=list)
    is_required = ma.fields.Boolean(load_default=False)
    section = Number(1, MAX_SECTIONS, load_default=1)
    position = Number(1, 999, load_default=1)
    show_question = RowId(load_default=None, allow_none=True)
    show_any = Options(load_default=list)
    version = Number(1, 10**8, required=True)

    @ma.validates_schema
    def _fit(self, data: Mapping[str, Any], **_options: object) -> None:
        """A scale has the words of its two ends; what one types oneself has no options."""
        if data["kind"] == "scale" and len(data["options"]) != len(ENDS):
            raise ma.ValidationError([str(_l("Say in two lines what 1 means, and what 5 means."))], "options")
        if data["kind"] not in (*CHOSEN_FROM, "scale") and data["options"]:
            raise ma.ValidationError([str(_l("Nothing is chosen here: leave the options empty."))], "options")


class DropIn(Schema):
    """Which version was on the page from which a question is taken out."""

    version = Number(1, 10**8, required=True)


class ReasonIn(Schema):
    """Why staff read answers."""

    reason = Line(
        required=True,
        max_length=200,
        validate=ma.validate.Length(min=10, error=_l("Say in a few words why; the member may ask.")),
    )


def answers(questions: Sequence[Question]) -> type[ma.Schema]:
    """Return the schema of a survey's form: nothing is required by it, for what is not asked needs no answer."""
    fields: dict[str, Any] = {
        "do": Choice(frozenset({"next", "back", "send"}), required=True),
        "section": Number(1, MAX_SECTIONS + 1, required=True),
        "version": Number(1, 10**8, required=True),
        "share": ma.fields.List(RowId(), load_default=list),
    }
    return type("AnswersIn", (Schema,), fields | {field_of(question): _field(question) for question in questions})


def values(questions: Sequence[Question]) -> type[ma.Schema]:
    """Return the schema of the same answers as a program sends them: by the question's id, a scale as a number."""
    fields = {ids.encode(one.id): Number(1, len(SCALE)) if one.kind == "scale" else _field(one) for one in questions}
    return type("ValuesIn", (Schema,), fields)


def field_of(question: Question) -> str:
    """Return the name of a question's field."""
    return f"q_{ids.encode(question.id)}"


def choices_of(question: Question) -> list[tuple[str, str]]:
    """Return what can be chosen, as a field shows it."""
    return [(option, option) for option in (SCALE if question.kind == "scale" else question.options)]


def typed(
    questions: Sequence[Question], data: Mapping[str, Any], name_of: Callable[[Question], str] = field_of
) -> dict[int, Any]:
    """Return what a loaded form holds, by question."""
    return {question.id: data[name_of(question)] for question in questions if data.get(name_of(question)) is not None}


def readable(questions: Sequence[Question], form: Form) -> dict[int, Any]:
    """Return what of a form's answers can be read, where something in it can't."""
    found: dict[int, Any] = {}
    for question in questions:
        name = field_of(question)
        if name in form.values:
            with suppress(ma.ValidationError):
                found[question.id] = form.schema.fields[name].deserialize(form.values[name])
    return found


def carried(way: Walk, shown: Sequence[Question]) -> list[tuple[str, str]]:
    """Return what was answered on other pages, as hidden fields: nothing is kept before the last press."""
    fields: list[tuple[str, str]] = []
    for question in way.asked:
        value = way.given.get(question.id)
        if value is not None and question not in shown:
            number = [] if value.number is None else [str(value.number)]
            words = [*value.choices, *number, *([value.text] if value.text else [])]
            fields += [(field_of(question), word) for word in words]
    return fields


def _field(question: Question) -> ma.fields.Field[Any]:
    if question.kind == "many":
        return ma.fields.List(Choice(frozenset(question.options)))
    if question.kind == "one":
        return Choice(frozenset(question.options))
    if question.kind == "scale":
        return Choice(frozenset(SCALE))
    if question.kind == "number":
        return Number(-_MOST, _MOST)
    return Text(max_length=MAX_TEXT)
