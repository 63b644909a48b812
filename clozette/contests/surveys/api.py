"""Surveys for programs: what is asked, and the tables afterwards, as everybody may read them."""

from typing import Any

import marshmallow as ma

from clozette.contests.surveys import access, queries, rules, sheets
from clozette.contests.surveys.models import Question, Survey
from clozette.contests.surveys.tables import Table
from clozette.kernel import clock, ids
from clozette.kernel.schemas import Schema
from clozette.kernel.web import api, gate

blueprint = api.Blueprint("surveys_api", __name__, description="Surveys")


class QuestionOut(Schema):
    """A question. ``asked_if``: of those alone who chose one of some options of an earlier one; null for everybody."""

    id = ma.fields.String(required=True)
    section = ma.fields.Integer(required=True, metadata={"description": "Which page it stands on."})
    kind = ma.fields.String(required=True, metadata={"description": "`one`, `many`, `scale`, `number` or `text`."})
    words = ma.fields.String(required=True)
    options = ma.fields.List(ma.fields.String(), required=True)
    is_required = ma.fields.Boolean(required=True)
    asked_if = ma.fields.Dict(required=True, allow_none=True)


class CellOut(Schema):
    """A line of a table; ``people`` is null where the group is too small to be shown, or would tell one that is."""

    answer = ma.fields.String(required=True)
    people = ma.fields.Integer(required=True, allow_none=True)


class TableOut(Schema):
    """The answers to one question."""

    question = ma.fields.String(required=True, metadata={"description": "The question's id."})
    cells = ma.fields.List(ma.fields.Nested(CellOut), required=True)
    mean = ma.fields.Float(required=True, allow_none=True)


class SurveyOut(Schema):
    """A survey; ``tables`` is null until it is over."""

    slug = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    words = ma.fields.String(required=True)
    language = ma.fields.String(required=True)
    phase = ma.fields.String(required=True, metadata={"description": "`draft`, `coming`, `open` or `over`."})
    audience = ma.fields.String(required=True, metadata={"description": "`members` or `anyone`."})
    is_anonymous = ma.fields.Boolean(required=True)
    min_group = ma.fields.Integer(required=True, metadata={"description": "No table shows fewer people."})
    points = ma.fields.Integer(required=True)
    opens_at = ma.fields.AwareDateTime(required=True)
    closes_at = ma.fields.AwareDateTime(required=True)
    sponsor = ma.fields.String(required=True, allow_none=True, metadata={"description": "The sponsor's legal name."})
    questions = ma.fields.List(ma.fields.Nested(QuestionOut), required=True)
    tables = ma.fields.List(ma.fields.Nested(TableOut), required=True, allow_none=True)


@blueprint.route("/surveys/<slug>")
@gate.everyone()
@blueprint.response(200, SurveyOut)
def survey(slug: str) -> dict[str, Any]:
    """A survey with its questions, and with its tables once it is over. Answering takes the page: it shows who gets what."""
    found = access.survey_for(gate.viewer(), slug)
    return _out(found, rules.phase(found, clock.now()))


def _out(found: Survey, phase: str) -> dict[str, Any]:
    own = ("questions", "tables", "sponsor", "phase")
    return {name: getattr(found, name) for name in SurveyOut().fields if name not in own} | {
        "phase": phase,
        "sponsor": found.sponsor.legal_name if found.sponsor else None,
        "questions": [_question(question) for question in queries.questions_of(found.id)],
        "tables": [_table(table) for table in queries.tables_of(found)] if phase == "over" else None,
    }


def _question(question: Question) -> dict[str, Any]:
    leads = question.show_if
    return {
        "id": ids.encode(question.id),
        **{name: getattr(question, name) for name in ("section", "kind", "words", "options", "is_required")},
        "asked_if": {"question": ids.encode(int(leads["question"])), "any": leads["any"]} if leads else None,
    }


def _table(table: Table) -> dict[str, Any]:
    cells = [{"answer": sheets.label(cell.label), "people": cell.count} for cell in table.cells]
    return {"question": ids.encode(table.question.id), "cells": cells, "mean": table.mean}
