"""What the law forbids to tell people: which orders stand, what they keep from whom, and making them longer or lifting them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.admin import rules
from clozette.admin.schemas import end_of
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import Viewer
from clozette.privacy import staff_reads
from clozette.privacy.disclosures import silences
from clozette.privacy.disclosures.models import Case, Disclosure, Handover, Recipient, Silence
from clozette.privacy.disclosures.silences import Order

WHAT = "silence"
"""What the audit calls a change of a silence."""


@dataclass(frozen=True)
class Kept:
    """One thing that a person is not told: a hand-over to ``recipient``, or the looks of a case for ``reason``."""

    member: str | None
    recipient: str | None
    reason: str


@dataclass(frozen=True)
class Change:
    """One row of a silence's course."""

    at: datetime
    until: datetime
    because: str
    by: str | None


def kept_by(order: Order) -> list[Kept]:
    """Return what an order keeps, and from whom."""
    handovers = [row.handover_id for row in order.rows if row.handover_id is not None]
    cases = [row.case_id for row in order.rows if row.case_id is not None]
    handed = (
        sa.select(Member.handle, Recipient.legal_name, Handover.duty)
        .select_from(Handover)
        .join(Recipient, Recipient.id == Handover.recipient_id)
        .join(Disclosure, Disclosure.handover_id == Handover.id)
        .outerjoin(Member, Member.subject_id == Disclosure.subject_id)
        .where(Handover.id.in_(handovers))
    )
    looked = (
        sa.select(Member.handle, sa.null(), Case.reason)
        .select_from(Case)
        .outerjoin(Member, Member.subject_id == Case.subject_id)
        .where(Case.id.in_(cases))
    )
    return [Kept(*row) for some in (handed, looked) for row in db.session.execute(some)]


def course_of(order: Order) -> list[Change]:
    """Return how an order's silence came to stand as it does, oldest first."""
    first = order.rows[0]
    about = Silence.case_id == first.case_id if first.handover_id is None else Silence.handover_id == first.handover_id
    rows = (
        sa.select(Silence.at, Silence.until, Silence.because, Member.handle)
        .outerjoin(Member, Member.subject_id == Silence.by_id)
        .where(about)
        .order_by(Silence.id)
    )
    return [Change(*row) for row in db.session.execute(rows)]


def change(staff: Viewer, silence_id: int, *, said: dict[str, Any], now: datetime) -> None:
    """Make an order's silences longer or lift them. The audit has a row for each case, as silent as the case itself.

    :raises Refused: if they are over, or another of the staff was faster.
    """
    assert staff.subject_id is not None
    until = now if said["step"] == "lift" else end_of(said["silent_until"])
    try:
        order = silences.change(silence_id, until=until, because=said["reason"], now=now, by_id=staff.subject_id)
    except silences.Outdated:
        raise Refused(rules.silence_is_over()) from None
    for case_id in [row.case_id for row in order.rows if row.case_id is not None]:
        case = db.session.get_one(Case, case_id)
        about: dict[str, Any] = {"subject_id": case.subject_id, "reader_id": staff.subject_id}
        staff_reads.note(**about, what=WHAT, reason=said["reason"], now=now, case=case)
