"""Surveys for programs: what is asked, the tables afterwards, and answering by the rules of the page."""

from typing import Any

import marshmallow as ma

from clozette.accounts.access import oneself
from clozette.contests import dated
from clozette.contests.entering.schemas import AskedSharingOut
from clozette.contests.surveys import access, asking, paths, queries, rules, schemas, services, sheets, throttle
from clozette.contests.surveys.models import Question, Survey
from clozette.contests.surveys.services import Who
from clozette.contests.surveys.tables import Table
from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from clozette.kernel.schemas import Number, RowId, Schema
from clozette.kernel.web import api, errors, gate
from clozette.privacy import notices, purposes

blueprint = api.Blueprint("surveys_api", __name__, description="Surveys")
_ANSWERS = "/surveys/<slug>/answers"


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


class SurveyFormOut(Schema):
    """What has to be shown before somebody answers."""

    version = ma.fields.Integer(
        required=True, metadata={"description": "Of the questions; comes back with the answers"}
    )
    wording = ma.fields.String(required=True)
    notice = ma.fields.String(required=True, metadata={"description": "Comes back with the answers"})
    sharings = ma.fields.List(ma.fields.Nested(AskedSharingOut), required=True)
    why_not = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "Why this member can't answer now"}
    )


class AnswersIn(Schema):
    """All answers at once. What is not asked of somebody who answers so is left out, as on the page."""

    version = Number(1, 10**8, required=True, metadata={"description": "From the form's `version`"})
    notice = ma.fields.String(
        required=True, validate=ma.validate.Length(max=20_000), metadata={"description": "From the form's `notice`"}
    )
    share = ma.fields.List(RowId(), load_default=list, metadata={"description": "The sharings that were agreed to"})
    answers = ma.fields.Dict(
        keys=ma.fields.String(),
        required=True,
        metadata={
            "description": "By the question's id: one of the options, a list of them for `many`, a number for `scale` (1 to 5) "
            "and `number`, text for `text`."
        },
    )


class TakenOut(Schema):
    """What was kept."""

    survey = ma.fields.String(required=True)
    kept = ma.fields.List(
        ma.fields.String(), required=True, metadata={"description": "The ids of the questions whose answers were kept"}
    )


@blueprint.route("/surveys/<slug>")
@gate.everyone()
@blueprint.response(200, SurveyOut)
def survey(slug: str) -> dict[str, Any]:
    """A survey with its questions, and with its tables once it is over."""
    found = access.survey_for(gate.viewer(), slug)
    return _out(found, dated.phase(found, clock.now()))


@blueprint.route(f"{_ANSWERS}/new")
@gate.members(scope="contests:read")
@blueprint.response(200, SurveyFormOut)
def form(slug: str) -> dict[str, Any]:
    """What has to be shown to you before you answer, word for word: what it is for, and who would get what."""
    found, now = access.survey_for(gate.viewer(), slug), clock.now()
    who = _who()
    asked = services.asks(found, who, now)
    offers = asking.offers(asked)
    refusal = rules.why_not(
        found,
        dated.phase_for(found, services.KIND, who.member_id, now),
        has_taken=queries.has_taken(found.id, who.subject_id),
    )
    return {
        "version": found.version,
        "wording": notices.wording(asking.POINT),
        "notice": notices.stamp(asking.POINT, offers),
        "sharings": [
            {"id": one.id, "is_required": one.is_required, "wording": purposes.wording(*offer)}
            for one, offer in zip(asked, offers, strict=True)
        ],
        "why_not": refusal.message if refusal is not None else None,
    }


@blueprint.route(_ANSWERS, methods=["POST"])
@gate.members(scope="contests:write", collects=asking.POINT)
@blueprint.arguments(AnswersIn)
@blueprint.response(201, TakenOut)
def answer(data: dict[str, Any], slug: str) -> Any:
    """Answer, once. People without an account answer on the page, with a code by mail."""
    found, who = access.survey_for(gate.viewer(), slug), _who()
    throttle.answer(who.subject_id)
    questions = queries.questions_of(found.id)
    try:
        given = schemas.values(questions)().load(data["answers"])
    except ma.ValidationError as error:
        return errors.answer(422, errors={"answers": error.messages})
    way = paths.walk(questions, schemas.typed(questions, given, lambda one: ids.encode(one.id)))
    if way.wrong:
        missing = {ids.encode(question_id): [words] for question_id, words in way.wrong.items()}
        return errors.answer(422, errors={"answers": missing})
    shown = notices.read(asking.POINT, data["notice"])
    if shown is None:
        raise Refused(notices.stale())
    shared = asking.Answer(data["share"], shown, "api")
    services.answer(found, who, way.given, version=data["version"], sharing_=shared, now=clock.now())
    return {"survey": found.slug, "kept": [ids.encode(question_id) for question_id in way.given]}


def _who() -> Who:
    member = oneself(gate.viewer())
    return Who(member.subject_id, member.id)


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
