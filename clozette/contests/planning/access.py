"""The ways to a contest: for everybody by its short name, for staff by its id. Absent and hidden look alike: 404."""

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import selectinload

from clozette.contests.planning import queries
from clozette.contests.planning.models import Contest
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

ROLE = "marketing"


def contest_for(viewer: Viewer, slug: str) -> Contest:
    """Return a contest with its prizes, or 404; staff alone see what is not published yet."""
    return _found(viewer, slug, Contest.state.not_in(queries.UNPUBLISHED))


def contest_once_public(viewer: Viewer, slug: str) -> Contest:
    """Return a contest that is or was published, or 404: versions of its rules stay to be read."""
    return _found(viewer, slug, Contest.rules_id.is_not(None))


def _found(viewer: Viewer, slug: str, is_public: sa.ColumnElement[bool]) -> Contest:
    wanted = sa.select(Contest).where(Contest.slug == slug).options(selectinload(Contest.prizes))
    if not viewer.may_as(ROLE):
        wanted = wanted.where(is_public)
    return db.session.scalar(wanted) or abort(404)


def staff_contest(contest_id: int) -> Contest:
    """Return a contest in any state with its prizes, or 404; for pages that staff alone reach."""
    wanted = sa.select(Contest).where(Contest.id == contest_id).options(selectinload(Contest.prizes))
    return db.session.scalar(wanted) or abort(404)
