"""Everybody whose data was in an export finds it among the looks of staff at their record (requirement 8)."""

from collections.abc import Sequence

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.privacy.models import StaffRead
from clozette.rights.bulk import selection
from clozette.rights.bulk.models import BulkDownload
from clozette.rights.bulk.selection import Filter
from clozette.rights.bulk.uses import USES

WHAT = "bulk export"
SOME = 2000


def note_some(download: BulkDownload, after: int, size: int = SOME) -> Sequence[int]:
    """Write down the next people of a download; return them (their subjects), in order."""
    export = download.export
    met = selection.conditions(Filter.of(export.filter), USES[export.use])
    chosen = sa.select(Member.subject_id).where(*met, Member.subject_id > after).order_by(Member.subject_id).limit(size)
    people = db.session.scalars(chosen).all()
    if not people:
        return ()
    said = {"reader_id": download.by_id, "at": download.at, "what": WHAT, "reason": export.reason}
    rows = [{"id": new_id(), "subject_id": one, "fields": list(export.columns), **said} for one in people]
    db.session.execute(sa.insert(StaffRead), rows)
    return people


def last_noted(download: BulkDownload) -> int:
    """Return how far it was written down before, so that nobody is twice."""
    noted = sa.select(sa.func.max(StaffRead.subject_id)).where(
        StaffRead.reader_id == download.by_id, StaffRead.at == download.at, StaffRead.what == WHAT
    )
    return db.session.scalar(noted) or 0
