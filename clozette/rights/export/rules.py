"""How long an export is kept, how often it may be fetched, and what forbids it (requirements 86, 87)."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.rights.export.models import Export

KEPT = timedelta(days=7)
MOST_DOWNLOADS = 5
PROOF_LASTS = timedelta(minutes=10)
"""How long ago a person may have proved who they are, to ask for an export or fetch one."""
GIVEN_UP_AFTER = timedelta(hours=6)
"""An export still in making after that failed; its task has been tried often enough by then."""


def is_fresh(proved_at: datetime | None, now: datetime) -> bool:
    """Whether a proof of identity is recent enough."""
    return proved_at is not None and now - proved_at < PROOF_LASTS


def why_not_fetch(export: Export, now: datetime) -> Refusal | None:
    """Return why an export can't be fetched (now)."""
    if export.failed_at is not None:
        return Refusal("export-failed", _("This export could not be made. Please ask for a new one."))
    if export.ready_at is None or export.expires_at is None:
        return Refusal("export-not-ready", _("This export is still being made."))
    if export.removed_at is not None or export.expires_at <= now:
        return Refusal("export-expired", _("This export has expired. Please ask for a new one."))
    if export.downloads >= MOST_DOWNLOADS:
        return Refusal(
            "export-used-up", _("This export was downloaded as often as it may be. Please ask for a new one.")
        )
    return None


def state_of(export: Export, now: datetime) -> str:
    """Return ``making``, ``ready``, ``used-up``, ``expired``, ``removed`` or ``failed``."""
    if export.removed_at is not None and export.ready_at is not None:
        return "expired" if export.expires_at is not None and export.removed_at >= export.expires_at else "removed"
    why_not = why_not_fetch(export, now)
    states = {"export-not-ready": "making", "export-failed": "failed", "export-expired": "expired"}
    return states.get(why_not.code, "used-up") if why_not else "ready"
