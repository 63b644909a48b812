"""Handing a member's data to an authority: through the one door like everything else."""

from datetime import datetime
from typing import Any

from clozette.accounts.models import Member
from clozette.admin.schemas import end_of
from clozette.kernel.ports.couriers import Download
from clozette.kernel.viewer import Viewer
from clozette.privacy import disclosures, staff_reads


def to_authority(staff: Viewer, member: Member, *, said: dict[str, Any], now: datetime) -> bytes:
    """Log the hand-over, and a silence where an order forbids to tell the member; return the bytes to take there."""
    assert staff.subject_id is not None
    authority = disclosures.recipient(
        **{name: said[name] for name in ("legal_name", "address", "country", "contact")}, now=now
    )
    agreement = disclosures.Agreement(
        purpose="law", trigger="law", basis="law", duty=said["duty"], retention=said["retention"]
    )
    names = {f"accounts_members.{column.name}": column.name for column in Member.__table__.columns}
    release = disclosures.disclose(
        recipient=authority,
        agreement=agreement,
        people={member.subject_id: {name: getattr(member, names[name]) for name in said["fields_sent"]}},
        fields=said["fields_sent"],
        now=now,
        actor_id=staff.subject_id,
    )
    _note(staff.subject_id, member, release.handover_id, said, now)
    courier = Download()
    courier.carry(release)
    return courier.payload


def _note(staff_id: int, member: Member, handover_id: int, said: dict[str, Any], now: datetime) -> None:
    """Write down the look at the record that comes with it; both are silent together."""
    about: dict[str, Any] = {"subject_id": member.subject_id, "reader_id": staff_id}
    case = staff_reads.open_case(**about, reason=said["duty"], now=now)
    if said["silent_until"] is not None:
        until, because = end_of(said["silent_until"]), said["silent_because"]
        disclosures.silence(handover_id=handover_id, until=until, because=because, now=now, by_id=staff_id)
        disclosures.silence(case_id=case.id, until=until, because=because, now=now, by_id=staff_id)
    fields = [name.partition(".")[2] for name in said["fields_sent"]]
    staff_reads.note(**about, what=staff_reads.DISCLOSURE, reason=said["duty"], now=now, case=case, fields=fields)
