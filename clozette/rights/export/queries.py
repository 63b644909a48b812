"""Reads of exports."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort

from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.rights.export.models import Export


def own(subject_id: int, export_id: int) -> Export:
    """Return an export of this person, or 404: it is bound to the account that asked."""
    export = db.session.get(Export, export_id)
    if export is None or export.subject_id != subject_id:
        abort(404)
    return export


def in_making(subject_id: int) -> Export | None:
    """Return the person's export that is in making, if there is one."""
    making = (Export.ready_at.is_(None), Export.failed_at.is_(None))
    return db.session.scalar(sa.select(Export).where(Export.subject_id == subject_id, *making))


def latest(subject_id: int, limit: int = 20) -> Sequence[Export]:
    """Return the person's exports, the newest first."""
    mine = sa.select(Export).where(Export.subject_id == subject_id).order_by(Export.id.desc())
    return db.session.scalars(mine.limit(limit)).all()


def page(subject_id: int, after: int | None) -> Page[Export]:
    """Return a page of the person's exports, the newest first."""
    mine = sa.select(Export).where(Export.subject_id == subject_id)
    if after is not None:
        mine = mine.where(Export.id < after)
    found = db.session.scalars(mine.order_by(Export.id.desc()).limit(PAGE_SIZE + 1))
    return page_of(found.all(), key=lambda export: export.id)
