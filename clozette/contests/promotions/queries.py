"""Reads about promotions."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.contests.planning.models import Contest
from clozette.contests.promotions.models import Promotion, PromotionCode
from clozette.kernel.database import db
from clozette.kernel.early import Thing

MOST_LISTED = 100


def public(now: datetime, sponsor_id: int | None = None) -> Sequence[Promotion]:
    """Return what is published and has begun, of one sponsor or of all: what goes on longest on top."""
    out = (
        sa.select(Promotion)
        .options(orm.joinedload(Promotion.sponsor))
        .where(Promotion.state != "draft", Promotion.opens_at <= now)
    )
    if sponsor_id is not None:
        out = out.where(Promotion.sponsor_id == sponsor_id)
    return db.session.scalars(out.order_by(Promotion.closes_at.desc(), Promotion.id.desc()).limit(MOST_LISTED)).all()


def every() -> Sequence[Promotion]:
    """Return all of them, for staff, newest first."""
    return db.session.scalars(sa.select(Promotion).order_by(Promotion.id.desc()).limit(MOST_LISTED)).all()


def coming(now: datetime) -> list[tuple[int, str]]:
    """Return id and title of what gives codes and has not begun."""
    later = (Promotion.opens_at > now, Promotion.kind != "draw", Promotion.state == "open")
    wanted = sa.select(Promotion.id, Promotion.title).where(*later).order_by(Promotion.id.desc()).limit(MOST_LISTED)
    return [(row.id, row.title) for row in db.session.execute(wanted)]


def thing(promotion_id: int) -> Thing | None:
    """Return a promotion as something that begins."""
    found = db.session.get(Promotion, promotion_id)
    return Thing(found.title, f"/promotions/{found.slug}", found.opens_at) if found is not None else None


def own_code(promotion_id: int, member_id: int) -> PromotionCode | None:
    """Return the code that a member claimed."""
    mine = (PromotionCode.promotion_id == promotion_id, PromotionCode.member_id == member_id)
    return db.session.scalar(sa.select(PromotionCode).where(*mine))


def count(promotion_id: int, *, left: bool = False) -> int:
    """Count the codes; with ``left`` those that nobody has."""
    counted = sa.select(sa.func.count()).where(PromotionCode.promotion_id == promotion_id)
    if left:
        counted = counted.where(PromotionCode.claimed_at.is_(None))
    return db.session.scalar(counted) or 0


def counts(promotion_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Count the codes of promotions: all, used and left; those without any are left out."""
    which, used = PromotionCode.promotion_id, sa.func.count(PromotionCode.claimed_at)
    wanted = sa.select(which, sa.func.count(), used).where(which.in_(promotion_ids)).group_by(which)
    return {row[0]: {"all": row[1], "used": row[2], "left": row[1] - row[2]} for row in db.session.execute(wanted)}


def is_claimed(promotion_id: int) -> bool:
    """Whether somebody has a code."""
    of_it = (PromotionCode.promotion_id == promotion_id, PromotionCode.claimed_at.is_not(None))
    return bool(db.session.scalar(sa.select(sa.exists().where(*of_it))))


def draws() -> Sequence[Contest]:
    """Return the contests that one enters with nothing, which a promotion can lead to."""
    fit = (Contest.entry_kind == "none", Contest.state.not_in(("announced", "done", "cancelled")))
    return db.session.scalars(sa.select(Contest).where(*fit).order_by(Contest.id.desc()).limit(MOST_LISTED)).all()


def titles_of(promotion_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return short name and title of promotions."""
    wanted = sa.select(Promotion.id, Promotion.slug, Promotion.title).where(Promotion.id.in_(promotion_ids))
    return {row.id: (row.slug, row.title) for row in db.session.execute(wanted)}
