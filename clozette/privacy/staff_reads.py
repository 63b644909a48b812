"""Every look of staff at a person's record is written down (requirement 8)."""

from datetime import datetime

from clozette.kernel.database import db
from clozette.privacy.models import StaffRead


def note(*, subject_id: int, reader_id: int, what: str, reason: str, now: datetime) -> None:
    """Write down that ``reader_id`` (a subject too) looked at ``what`` of ``subject_id``, and why."""
    db.session.add(StaffRead(subject_id=subject_id, reader_id=reader_id, at=now, what=what, reason=reason))
    db.session.flush()
