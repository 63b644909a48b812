"""What staff do. Every deed on a person is written down with its reason."""

from datetime import datetime

from clozette.accounts.models import Member
from clozette.accounts.services import members as accounts
from clozette.admin import rules
from clozette.kernel.refusal import refuse
from clozette.kernel.viewer import Viewer
from clozette.privacy import staff_reads


def look_at_record(staff: Viewer, member: Member, *, reason: str, now: datetime) -> None:
    """Write down that a member's record is looked at."""
    _note(staff, member, "record", reason, now)


def deactivate(staff: Viewer, member: Member, *, reason: str, now: datetime) -> None:
    """Close a member's account until it is opened again; every session ends."""
    refuse(rules.why_not_deactivate(staff.member_id or 0, member.id, is_deactivated=not member.active))
    accounts.deactivate(member, now=now)
    _note(staff, member, "deactivation", reason, now)


def reactivate(staff: Viewer, member: Member, *, reason: str, now: datetime) -> None:
    """Open a deactivated account again."""
    refuse(rules.why_not_reactivate(is_deactivated=not member.active))
    accounts.reactivate(member)
    _note(staff, member, "reactivation", reason, now)


def _note(staff: Viewer, member: Member, what: str, reason: str, now: datetime) -> None:
    assert staff.subject_id is not None
    staff_reads.note(subject_id=member.subject_id, reader_id=staff.subject_id, what=what, reason=reason, now=now)
