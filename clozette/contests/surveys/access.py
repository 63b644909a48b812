"""The ways to a survey: for everybody by its short name, for staff by its id. Absent and hidden look alike: 404."""

import sqlalchemy as sa
from flask import abort
from sqlalchemy import orm

from clozette.contests.surveys.models import Question, Survey
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

ROLE = "marketing"


def survey_for(viewer: Viewer, slug: str) -> Survey:
    """Return a survey with its sponsor, or 404; staff alone see a draft."""
    wanted = sa.select(Survey).where(Survey.slug == slug).options(orm.joinedload(Survey.sponsor))
    if not viewer.may_as(ROLE):
        wanted = wanted.where(Survey.state != "draft")
    return db.session.scalar(wanted) or abort(404)


def staff_survey(survey_id: int) -> Survey:
    """Return a survey in any state, or 404; for pages that staff alone reach."""
    wanted = sa.select(Survey).where(Survey.id == survey_id).options(orm.joinedload(Survey.sponsor))
    return db.session.scalar(wanted) or abort(404)


def question_of(survey: Survey, question_id: int) -> Question:
    """Return one of a survey's questions, or 404."""
    found = db.session.get(Question, question_id)
    if found is None or found.survey_id != survey.id:
        abort(404)
    return found
