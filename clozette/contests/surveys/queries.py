"""Reads about surveys."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.contests.surveys.models import Answer, Question, Response, Survey, Taker
from clozette.contests.surveys.paths import Value
from clozette.contests.surveys.tables import Table, Texts, tables, texts
from clozette.kernel.database import db
from clozette.kernel.early import Thing

MOST_LISTED = 100


def public(now: datetime, sponsor_id: int | None = None) -> Sequence[Survey]:
    """Return what is published, of one sponsor or of all: those that take answers longest on top."""
    out = (
        sa.select(Survey).options(orm.joinedload(Survey.sponsor)).where(Survey.state != "draft", Survey.opens_at <= now)
    )
    if sponsor_id is not None:
        out = out.where(Survey.sponsor_id == sponsor_id)
    return db.session.scalars(out.order_by(Survey.closes_at.desc(), Survey.id.desc()).limit(MOST_LISTED)).all()


def every() -> Sequence[Survey]:
    """Return all of them, for staff, newest first."""
    return db.session.scalars(sa.select(Survey).order_by(Survey.id.desc()).limit(MOST_LISTED)).all()


def coming(now: datetime) -> list[tuple[int, str]]:
    """Return id and title of those that have not begun."""
    later = (Survey.opens_at > now, Survey.state == "open")
    wanted = sa.select(Survey.id, Survey.title).where(*later).order_by(Survey.id.desc()).limit(MOST_LISTED)
    return [(row.id, row.title) for row in db.session.execute(wanted)]


def thing(survey_id: int) -> Thing | None:
    """Return a survey as something that begins."""
    found = db.session.get(Survey, survey_id)
    return Thing(found.title, f"/surveys/{found.slug}", found.opens_at) if found is not None else None


def questions_of(survey_id: int) -> Sequence[Question]:
    """Return the questions of a survey in the order in which they are asked."""
    wanted = sa.select(Question).where(Question.survey_id == survey_id)
    return db.session.scalars(wanted.order_by(Question.section, Question.position, Question.id)).all()


def has_taken(survey_id: int, subject_id: int) -> bool:
    """Whether somebody has taken part."""
    return db.session.get(Taker, (survey_id, subject_id)) is not None


def count(survey_id: int) -> int:
    """Count the answers."""
    of_it = sa.select(sa.func.count()).select_from(Response).where(Response.survey_id == survey_id)
    return db.session.scalar(of_it) or 0


def counts(survey_ids: Sequence[int]) -> dict[int, int]:
    """Count the answers of surveys; those without any are left out."""
    wanted = sa.select(Response.survey_id, sa.func.count()).where(Response.survey_id.in_(survey_ids))
    return {row[0]: row[1] for row in db.session.execute(wanted.group_by(Response.survey_id))}


def responses(survey_id: int) -> list[dict[int, Value]]:
    """Return everybody's answers by question, in an order that says nothing."""
    return [given for _response, given in rows(survey_id)]


def rows(survey_id: int) -> list[tuple[Response, dict[int, Value]]]:
    """Return the same with whose they are, as far as that is kept."""
    of_it = (Response.survey_id == survey_id,)
    found = {
        one.id: (one, dict[int, Value]())
        for one in db.session.scalars(sa.select(Response).where(*of_it).order_by(Response.id))
    }
    answers = sa.select(Answer).join(Response, Response.id == Answer.response_id).where(*of_it)
    for answer in db.session.scalars(answers):
        found[answer.response_id][1][answer.question_id] = value_of(answer)
    return list(found.values())


def tables_of(survey: Survey) -> list[Table]:
    """Return the tables of a survey."""
    return tables(questions_of(survey.id), responses(survey.id), survey.min_group)


def texts_of(survey: Survey) -> list[Texts]:
    """Return what was written, question by question, for staff alone."""
    return texts(questions_of(survey.id), responses(survey.id), survey.min_group)


def slugs_of(survey_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return short name and title of surveys."""
    wanted = sa.select(Survey.id, Survey.slug, Survey.title).where(Survey.id.in_(survey_ids))
    return {row.id: (row.slug, row.title) for row in db.session.execute(wanted)}


def value_of(answer: Answer) -> Value:
    """Return an answer as the rules know it."""
    return Value(tuple(answer.choices or ()), answer.number, answer.text)
