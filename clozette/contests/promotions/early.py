"""What promotions open early, and for whom: who has a code of one, or takes part in the contest whose draw it is."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from clozette.contests.entering.models import Entry
from clozette.contests.entering.rules import LIVE
from clozette.contests.promotions.models import Early, Promotion, PromotionCode
from clozette.kernel import early, ids
from clozette.kernel.database import db


def has_early_access(member_id: int, kind: str, object_id: int, now: datetime) -> bool:
    """Whether a member reaches a thing by a promotion that runs now. A code counts on when no more are given."""
    claimed = sa.exists().where(
        PromotionCode.promotion_id == Promotion.id,
        PromotionCode.member_id == member_id,
        PromotionCode.claimed_at.is_not(None),
    )
    takes_part = sa.exists().where(
        Entry.contest_id == Promotion.contest_id, Entry.member_id == member_id, Entry.state.in_(LIVE)
    )
    by = sa.or_(claimed, sa.and_(Promotion.state == "open", takes_part))
    running = _opening(kind, object_id).where(Promotion.opens_at <= now, Promotion.closes_at > now, by)
    return bool(db.session.scalar(sa.select(running.exists())))


def ways_to(kind: str, object_id: int, now: datetime) -> Sequence[Promotion]:
    """Return the promotions that open a thing early and are not over: the first ones first."""
    ways = _opening(kind, object_id).where(Promotion.state == "open", Promotion.closes_at > now)
    return db.session.scalars(ways.order_by(Promotion.opens_at, Promotion.id)).all()


def thing_of(promotion: Promotion) -> early.Thing | None:
    """Return what a promotion opens early, if it does and that is still there."""
    row = promotion.early
    kind = early.kinds().get(row.object_kind) if row is not None else None
    return kind.find(row.object_id) if row is not None and kind is not None else None


def choices(now: datetime, promotion: Promotion | None) -> list[tuple[str, str]]:
    """Return what staff can let a promotion open: everything that has not begun, and what is chosen already."""
    found = {
        _name(name, object_id): f"{kind.title}: {title}"
        for name, kind in early.kinds().items()
        for object_id, title in kind.coming(now)
        if promotion is None or (name, object_id) != ("promotion", promotion.id)
    }
    if promotion is not None and promotion.early is not None and (thing := thing_of(promotion)) is not None:
        found.setdefault(chosen(promotion), thing.title)
    return list(found.items())


def chosen(promotion: Promotion) -> str:
    """Return what a promotion opens, as the form names it."""
    return _name(promotion.early.object_kind, promotion.early.object_id) if promotion.early is not None else ""


def put(promotion_id: int, name: str) -> None:
    """Let a promotion open what the form named, instead of what it opened before; nothing for an empty name."""
    db.session.execute(sa.delete(Early).where(Early.promotion_id == promotion_id))
    if name:
        kind, _, number = name.partition(":")
        db.session.execute(
            sa.insert(Early).values(promotion_id=promotion_id, object_kind=kind, object_id=ids.decode(number))
        )


def _opening(kind: str, object_id: int) -> sa.Select[Promotion]:
    on = Early.promotion_id == Promotion.id
    opens = (Early.object_kind == kind, Early.object_id == object_id)
    return sa.select(Promotion).join(Early, on).where(*opens, Promotion.state != "draft")


def _name(kind: str, object_id: int) -> str:
    return f"{kind}:{ids.encode(object_id)}"
