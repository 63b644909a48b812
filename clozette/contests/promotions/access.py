"""The ways to a promotion: for everybody by its short name, for staff by its id. Absent and hidden look alike: 404."""

import sqlalchemy as sa
from flask import abort
from sqlalchemy import orm

from clozette.contests.promotions.models import Promotion
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

ROLE = "marketing"


def promotion_for(viewer: Viewer, slug: str) -> Promotion:
    """Return a promotion, or 404; staff alone see a draft."""
    wanted = _whole().where(Promotion.slug == slug)
    if not viewer.may_as(ROLE):
        wanted = wanted.where(Promotion.state != "draft")
    return db.session.scalar(wanted) or abort(404)


def staff_promotion(promotion_id: int) -> Promotion:
    """Return a promotion in any state, or 404; for pages that staff alone reach."""
    return db.session.scalar(_whole().where(Promotion.id == promotion_id)) or abort(404)


def _whole() -> sa.Select[Promotion]:
    return sa.select(Promotion).options(orm.joinedload(Promotion.sponsor), orm.joinedload(Promotion.contest))
