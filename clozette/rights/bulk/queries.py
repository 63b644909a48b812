"""Reads about bulk exports, for staff pages."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import abort

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.rights.bulk.models import BulkDownload, BulkExport


@dataclass(frozen=True)
class Listed:
    """One export and who asked for it."""

    export: BulkExport
    asked_by: str | None


def export(export_id: int) -> BulkExport:
    """Return an export; 404 if there is none."""
    found = db.session.get(BulkExport, export_id)
    if found is None:
        abort(404)
    return found


def exports(after: int | None) -> Page[Listed]:
    """Return all exports, newest first."""
    chosen = (
        sa.select(BulkExport, Member.handle)
        .outerjoin(Member, Member.subject_id == BulkExport.asked_by_id)
        .order_by(BulkExport.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        chosen = chosen.where(BulkExport.id < after)
    return page_of([Listed(*row) for row in db.session.execute(chosen)], lambda listed: listed.export.id)


def names(subject_ids: set[int]) -> dict[int, str]:
    """Return the handles of members of staff, for those who still have one."""
    chosen = sa.select(Member.subject_id, Member.handle).where(Member.subject_id.in_(subject_ids))
    return {row.subject_id: row.handle for row in db.session.execute(chosen)}


def marked(mark: str) -> BulkDownload | None:
    """Return the download that a mark comes from: whose copy of the data somebody found."""
    return db.session.scalar(sa.select(BulkDownload).where(BulkDownload.mark == mark))


def had_alone(by_id: int, since: datetime) -> int:
    """Return how many people were in the exports that an admin asked for since then and needed nobody's agreement for."""
    free = (BulkExport.counted <= BulkExport.limit, BulkExport.recipient_id.is_(None))
    counting = sa.select(sa.func.sum(BulkExport.counted)).where(
        BulkExport.asked_by_id == by_id, BulkExport.asked_at > since, *free
    )
    return int(db.session.scalar(counting) or 0)


def downloads_of(export_id: int) -> int:
    """Return how often an export was downloaded."""
    counting = sa.select(sa.func.count()).select_from(BulkDownload).where(BulkDownload.export_id == export_id)
    return db.session.scalar(counting) or 0
