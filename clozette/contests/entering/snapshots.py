"""What an entry shows, written down: as it is made, and anew at the close if its look changed since."""

from datetime import datetime
from typing import Any

from clozette.contests.entering import photos, rules
from clozette.contests.entering.models import Entry, Snapshot
from clozette.kernel.database import db
from clozette.looks.models import Look


def take(entry: Entry, look: Look | None, *, now: datetime) -> Snapshot:
    """Write down what an entry shows now, in place of what stood there."""
    shots = photos.of([entry.id]).get(entry.id, [])
    shown: dict[str, Any] = {
        "caption": look.caption if look is not None else "",
        "alts": [shot.alt for shot in shots],
        "photos": [shot.photo.sha256 for shot in shots],
    }
    snapshot = db.session.get(Snapshot, entry.id) or Snapshot(entry_id=entry.id)
    for name, value in shown.items():
        setattr(snapshot, name, value)
    snapshot.look_version = look.version if look is not None else None
    snapshot.sha256 = rules.digest_of(statement=entry.statement, **shown)
    snapshot.taken_at = now
    db.session.add(snapshot)
    db.session.flush()
    return snapshot
