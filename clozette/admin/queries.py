"""Reads for staff pages."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts import finding
from clozette.accounts.models import Member
from clozette.closets.access import in_closet
from clozette.closets.models import Item
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.looks.models import Look
from clozette.privacy.models import StaffRead
from clozette.rights.bulk import reads as bulk_reads


@dataclass(frozen=True)
class Figures:
    """How many there are of everything."""

    members: int
    confirmed: int
    deactivated: int
    items: int
    looks: int


def figures() -> Figures:
    """Count."""
    count = sa.func.count
    members = db.session.execute(
        sa.select(count(), count(Member.confirmed_at), count(Member.deactivated_at)).select_from(Member)
    ).one()
    items = db.session.scalar(sa.select(count()).select_from(Item).where(in_closet())) or 0
    looks = db.session.scalar(sa.select(count(Look.feed_key)).select_from(Look)) or 0
    return Figures(*members, items=items, looks=looks)


def members(search: str, after: int | None) -> Page[Member]:
    """Return members, newest first: all, those whose handle begins so, or the one with this mail address."""
    chosen = sa.select(Member).order_by(Member.id.desc()).limit(PAGE_SIZE + 1)
    if "@" in search:
        chosen = chosen.where(Member.email_canonical == search.casefold())
    elif search:
        chosen = chosen.where(finding.by_handle(search.removeprefix("@").casefold()))
    if after is not None:
        chosen = chosen.where(Member.id < after)
    return page_of(db.session.scalars(chosen).all(), lambda member: member.id)


@dataclass(frozen=True)
class Read:
    """One look of staff at a record."""

    id: int
    at: datetime
    reader: str
    subject: str | None
    what: str
    reason: str


def staff_reads(after: int | None) -> Page[Read]:
    """Return who of the staff looked at whose record, newest first; exports of thousands have a list of their own."""
    reader, subject = orm.aliased(Member), orm.aliased(Member)
    chosen = (
        sa.select(StaffRead.id, StaffRead.at, reader.handle, subject.handle, StaffRead.what, StaffRead.reason)
        .join(reader, reader.subject_id == StaffRead.reader_id)
        .outerjoin(subject, subject.subject_id == StaffRead.subject_id)
        .where(StaffRead.what != bulk_reads.WHAT)
        .order_by(StaffRead.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        chosen = chosen.where(StaffRead.id < after)
    return page_of([Read(*row) for row in db.session.execute(chosen)], lambda read: read.id)


def reads_of(subject_id: int) -> int:
    """Count how often staff looked at a person's record."""
    mine = sa.select(sa.func.count()).where(StaffRead.subject_id == subject_id)
    return db.session.scalar(mine) or 0
