"""Bulk exports."""

from typing import Any

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.rights.bulk.models import BulkExport
from clozette.rights.bulk.rules import OPEN_FOR

REASON = "The terms change; everybody must hear of it."


def make_export(asked_by: Member, **columns: Any) -> BulkExport:
    """Add an export (flushed) about few members, in CSV; any column can be given."""
    now = clock.now()
    given: dict[str, Any] = {
        "asked_by_id": asked_by.subject_id,
        "asked_at": now,
        "use": "service",
        "reason": REASON,
        "format": "csv",
        "columns": ["handle", "email"],
        "filter": {"state": "active"},
        "counted": 1,
        "limit": 100,
        "expires_at": now + OPEN_FOR,
    }
    export = BulkExport(**given | columns)
    db.session.add(export)
    db.session.flush()
    return export
