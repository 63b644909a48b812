"""Reads of cases."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.media.models import Photo
from clozette.shop.cases.models import AT_BANK, Case, CaseDecision, CaseEntry, CaseLine, CasePhoto, Proof
from clozette.shop.orders.models import Order

_WAITS = sa.or_(Case.state.in_(("answered", "appealed")), sa.and_(Case.state.in_(AT_BANK), Case.due_at.is_not(None)))
_AT_ONCE = 100
DUE_BY_ITSELF = ("open", "decided", "address", "sending", "back")
"""States that the clock ends."""
FOR_SELLER = ("open", "address", "back")
"""States in which the seller has something to do."""


def entries_of(case_id: int) -> Sequence[CaseEntry]:
    """Return what was said and done in a case, oldest first, with the photos."""
    mine = sa.select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)
    return db.session.scalars(mine.options(selectinload(CaseEntry.photos).joinedload(CasePhoto.photo))).all()


def of_order(order_id: int) -> Sequence[Case]:
    """Return the cases about an order, newest first."""
    return db.session.scalars(sa.select(Case).where(Case.order_id == order_id).order_by(Case.id.desc())).all()


def decided(order_id: int) -> dict[str, set[str]]:
    """Return the parts of an order about which a complaint was decided, however it ended, with the kinds of complaint."""
    rows = sa.select(CaseLine.part, Case.kind).join(Case, Case.id == CaseLine.case_id).distinct()
    rows = rows.join(CaseDecision, CaseDecision.case_id == Case.id).where(Case.order_id == order_id)
    kinds: dict[str, set[str]] = {}
    for part, kind in db.session.execute(rows):
        kinds.setdefault(part, set()).add(kind)
    return kinds


def due(now: datetime) -> Sequence[int]:
    """Return the cases that go on by themselves now."""
    late = sa.select(Case.id).where(Case.state.in_(DUE_BY_ITSELF), Case.due_at <= now)
    return db.session.scalars(late.order_by(Case.id).limit(500)).all()


def waiting_for_staff() -> Sequence[Case]:
    """Return what the staff has to decide, or to tell a bank, the most urgent first."""
    waiting = sa.select(Case).where(_WAITS)
    return db.session.scalars(waiting.options(joinedload(Case.order)).order_by(Case.due_at, Case.id)).all()


def waiting_for_seller(seller_id: int) -> Sequence[Case]:
    """Return what a seller has to do something about, the most urgent first."""
    waiting = sa.select(Case).join(Order, Order.id == Case.order_id).where(Order.seller_id == seller_id)
    waiting = waiting.where(Case.state.in_(FOR_SELLER)).options(joinedload(Case.order).selectinload(Order.lines))
    return db.session.scalars(waiting.order_by(Case.due_at, Case.id)).all()


def others(after: int | None) -> Page[Case]:
    """Return one page of the cases that are not for the staff to decide now, newest first."""
    rest = sa.select(Case).where(~_WAITS).options(joinedload(Case.order))
    rest = rest.order_by(Case.id.desc()).limit(PAGE_SIZE + 1)
    rest = rest if after is None else rest.where(Case.id < after)
    return page_of(db.session.scalars(rest).all(), lambda case: case.id)


def proofs_due(until: datetime) -> Sequence[Case]:
    """Return the cases whose bank takes proof until then, and has none."""
    return db.session.scalars(sa.select(Case).where(Case.state.in_(AT_BANK), Case.due_at <= until)).all()


def proofs_of(dispute_id: int | None) -> Sequence[Proof]:
    """Return what a bank was told about a claim."""
    return db.session.scalars(sa.select(Proof).where(Proof.dispute_id == dispute_id).order_by(Proof.id)).all()


def proofs_unsent(before: datetime) -> Sequence[int]:
    """Return what should have been told to banks by then, and was not."""
    asked = sa.select(Proof.id).where(Proof.state == "asked", Proof.asked_at < before)
    return db.session.scalars(asked.order_by(Proof.asked_at).limit(_AT_ONCE)).all()


def photos_of(order_id: int) -> Sequence[Photo]:
    """Return the photos from all cases about an order that a bank takes."""
    shown = sa.select(Photo).join(CasePhoto, CasePhoto.photo_id == Photo.id)
    shown = shown.join(CaseEntry, CaseEntry.id == CasePhoto.entry_id).join(Case, Case.id == CaseEntry.case_id)
    mine = shown.where(Case.order_id == order_id, Photo.suffix == "jpg", CaseEntry.side == "seller")
    return db.session.scalars(mine.order_by(Photo.id)).all()


def sellers_words(order_id: int) -> str:
    """Return what the seller said in all cases about an order."""
    said = sa.select(CaseEntry.words).join(Case, Case.id == CaseEntry.case_id).where(Case.order_id == order_id)
    said = said.where(CaseEntry.side == "seller", CaseEntry.what.in_(("answered", "evidence", "appealed")))
    return "\n\n".join(db.session.scalars(said.order_by(CaseEntry.id)))


def late(now: datetime) -> int:
    """Return how many cases the staff should have decided by now."""
    waiting = sa.select(sa.func.count()).where(Case.state.in_(("answered", "appealed")), Case.due_at <= now)
    return db.session.scalar(waiting) or 0
