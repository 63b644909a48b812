"""What staff do. Every deed on a person is written down with its reason."""

from datetime import datetime
from typing import Any

from clozette.accounts.models import Member
from clozette.accounts.services import members as accounts
from clozette.admin import rules
from clozette.admin.schemas import end_of
from clozette.community import badges, points
from clozette.community.models import Badge, PointLine
from clozette.kernel.database import db
from clozette.kernel.refusal import refuse
from clozette.kernel.viewer import Viewer
from clozette.privacy import disclosures, staff_reads
from clozette.privacy.disclosures.models import Case
from clozette.rights.erasure import services as erasures

RECORD = ("email", "display_name", "country", "birth_date", "created_at", "confirmed_at", "deactivated_at", "roles")
"""What the page of a record shows."""


def open_case_of(staff: Viewer, member: Member, *, now: datetime) -> Case | None:
    """Return the case in which this member of staff may look at a record without being asked again."""
    assert staff.subject_id is not None
    return staff_reads.case_of(subject_id=member.subject_id, reader_id=staff.subject_id, now=now)


def open_case(staff: Viewer, member: Member, *, said: dict[str, Any], now: datetime) -> Case:
    """Open a case; by order of a law, without the member being told until a day."""
    assert staff.subject_id is not None
    case = staff_reads.open_case(
        subject_id=member.subject_id,
        reader_id=staff.subject_id,
        reason=said["reason"],
        reference=said["reference"],
        now=now,
    )
    if said["silent_until"] is not None:
        until, because = end_of(said["silent_until"]), said["silent_because"]
        disclosures.silence(case_id=case.id, until=until, because=because, now=now, by_id=staff.subject_id)
    return case


def look_at_record(staff: Viewer, member: Member, case: Case, *, now: datetime) -> None:
    """Write down that a member's record is looked at."""
    _note(staff, member, "record", case.reason, now, case=case, fields=RECORD)


def deactivate(staff: Viewer, member: Member, *, reason: str, now: datetime) -> None:
    """Close a member's account until it is opened again; every session ends."""
    refuse(rules.why_not_deactivate(staff.member_id or 0, member.id, is_deactivated=not member.active))
    accounts.deactivate(member, now=now)
    _note(staff, member, "deactivation", reason, now)


def reactivate(staff: Viewer, member: Member, *, reason: str, now: datetime) -> None:
    """Open a deactivated account again.

    :raises Refused: if it is open, or its member wants to be erased (``erasures.refuse_return`` says so).
    """
    if not accounts.reactivate(member):
        wants_erasure = erasures.standing(member.subject_id) is not None
        refuse(rules.why_not_reactivate(wants_erasure=wants_erasure))
    _note(staff, member, "reactivation", reason, now)


def revoke_badge(staff: Viewer, badge: Badge, *, reason: str, now: datetime) -> None:
    """Let a badge count no more; once, twice changes nothing."""
    if badges.revoke(badge.id, because=reason, now=now):
        member = db.session.get_one(Member, badge.member_id)
        _note(staff, member, "badge revoked", reason, now)


def take_back_points(staff: Viewer, line: PointLine, *, reason: str, now: datetime) -> None:
    """Reverse what a member got or spent points for; once, twice changes nothing.

    :raises Refused: if the points are spent.
    """
    if points.reverse(line.member_id, line.rule, line.object_id, now=now):
        member = db.session.get_one(Member, line.member_id)
        _note(staff, member, "points taken back", reason, now)


def _note(staff: Viewer, member: Member, what: str, reason: str, now: datetime, **more: Any) -> None:
    assert staff.subject_id is not None
    staff_reads.note(
        subject_id=member.subject_id, reader_id=staff.subject_id, what=what, reason=reason, now=now, **more
    )
