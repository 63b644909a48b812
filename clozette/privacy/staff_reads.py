"""Every look of staff at a person's record is written down, and asks for a reason once per case (requirement 8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.privacy.disclosures.models import Case, Silence
from clozette.privacy.models import StaffRead

OPEN_FOR = timedelta(hours=24)
"""How long a case lasts: the work of a day; then the reason is asked for again."""
DISCLOSURE = "disclosure"
"""What is looked at when data is handed to an authority."""


def open_case(*, subject_id: int, reader_id: int, reason: str, reference: str = "", now: datetime) -> Case:
    """Note why one of the staff looks at a person's record, for a day."""
    case = Case(
        subject_id=subject_id,
        reader_id=reader_id,
        opened_at=now,
        closes_at=now + OPEN_FOR,
        reference=reference,
        reason=reason,
    )
    db.session.add(case)
    db.session.flush()
    return case


def case_of(*, subject_id: int, reader_id: int, now: datetime) -> Case | None:
    """Return the case that is open between the two for ordinary looks.

    Never one that was silent: the look would be kept from the person with it; nor that of a hand-over, whose reason is
    another.
    """
    silent = sa.exists().where(Silence.case_id == Case.id)
    handed_over = sa.exists().where(StaffRead.case_id == Case.id, StaffRead.what == DISCLOSURE)
    mine = (
        sa.select(Case)
        .where(Case.subject_id == subject_id, Case.reader_id == reader_id, Case.closes_at > now)
        .where(~silent, ~handed_over)
        .order_by(Case.id.desc())
        .limit(1)
    )
    found: Case | None = db.session.scalar(mine)
    return found


def note(
    *,
    subject_id: int,
    reader_id: int,
    what: str,
    reason: str,
    now: datetime,
    case: Case | None = None,
    fields: Sequence[str] = (),
) -> None:
    """Write down that ``reader_id`` (a subject too) looked at ``what`` of ``subject_id``, why, and which fields it shows."""
    db.session.add(
        StaffRead(
            subject_id=subject_id,
            reader_id=reader_id,
            at=now,
            what=what,
            reason=reason,
            case_id=case.id if case else None,
            fields=list(fields),
        )
    )
    db.session.flush()
