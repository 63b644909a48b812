"""The one door: data about people goes to a third party only with a consent, a log row, and as the log says it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.kernel.ports.release import Release
from clozette.privacy.models import Disclosure, LedgerEntry


class NotConsented(Exception):
    """Somebody in the hand-over has no standing consent for this purpose."""


def disclose(
    *, recipient: str, purpose: str, people: Mapping[int, Mapping[str, str]], fields: Sequence[str], now: datetime
) -> Release:
    """Check the consents, build the payload from the allow-list, write one row per person, and return the slip.

    :param people: subject id to what is known of them; only ``fields`` of it go out.
    :raises NotConsented: if one of them has not given, or has withdrawn, consent for ``purpose``.
    """
    consents = {subject_id: _standing_consent(subject_id, purpose) for subject_id in people}
    rows = [{name: known[name] for name in fields} for known in people.values()]
    payload = json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()
    digest = hashlib.sha256(payload).hexdigest()
    written = [
        Disclosure(
            subject_id=subject_id,
            at=now,
            recipient=recipient,
            purpose=purpose,
            fields=list(fields),
            consent_id=consent_id,
            payload_sha256=digest,
        )
        for subject_id, consent_id in consents.items()
    ]
    db.session.add_all(written)
    db.session.flush()
    return Release(recipient, purpose, payload, tuple(row.id for row in written))


def _standing_consent(subject_id: int, purpose: str) -> int:
    """Return the ledger entry of the consent that stands: the latest answer, if it is a yes."""
    answers = ("given", "refused", "withdrawn", "expired")
    latest = (
        sa.select(LedgerEntry.id, LedgerEntry.action)
        .where(LedgerEntry.subject_id == subject_id, LedgerEntry.purpose == purpose, LedgerEntry.action.in_(answers))
        .order_by(LedgerEntry.id.desc())
        .limit(1)
    )
    answer = db.session.execute(latest).first()
    if answer is None or answer.action != "given":
        raise NotConsented(f"subject {subject_id} has no standing consent for {purpose}")
    entry_id: int = answer.id
    return entry_id
