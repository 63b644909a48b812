"""The first ledger: written by the deed, in the deed's own transaction (requirement 19)."""

import hashlib
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from flask_babel import get_locale
from sqlalchemy.dialects import postgresql, sqlite

from clozette.kernel.database import db
from clozette.privacy import subjects
from clozette.privacy.models import LedgerEntry, Subject, Wording
from clozette.privacy.notices import POLICY_VERSION
from clozette.privacy.points import POINTS

Action = Literal["served", "acknowledged", "given", "refused", "withdrawn", "expired"]


def record(
    *,
    subject_id: int,
    point: str,
    action: Action,
    wording: str,
    method: str,
    now: datetime,
    purpose: str | None = None,
    channel: str | None = None,
    actor: str = "subject",
    circumstances: dict[str, Any] | None = None,
) -> LedgerEntry:
    """Add an entry.

    :param wording: the text that the person saw, byte for byte.
    :param method: how it was answered, such as ``form:register``.
    :param circumstances: what identifies the moment (truncated address, browser); sealed under the subject's key.
    """
    if point not in POINTS:
        raise ValueError(f"no collection point {point}")
    subject = db.session.get_one(Subject, subject_id)
    entry = LedgerEntry(
        subject_id=subject_id,
        at=now,
        point=point,
        action=action,
        purpose=purpose,
        channel=channel,
        wording=keep_wording(wording, now),
        policy_version=POLICY_VERSION,
        method=method,
        actor=actor,
        sealed=subjects.seal(subject, circumstances or {}),
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def keep_wording(text: str, now: datetime) -> str:
    """Keep a text that was shown, once, and return its digest."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    values = {"digest": digest, "text": text, "language": str(get_locale() or "en"), "first_shown_at": now}
    known = sa.select(Wording.digest).where(Wording.digest == digest)
    if db.session.scalar(known) is None:
        db.session.execute(_insert_once(values))
    return digest


def entries_of(subject_id: int) -> list[LedgerEntry]:
    """Return a subject's entries, oldest first."""
    mine = sa.select(LedgerEntry).where(LedgerEntry.subject_id == subject_id).order_by(LedgerEntry.id)
    return list(db.session.scalars(mine))


def _insert_once(values: dict[str, Any]) -> sa.Executable:
    if db.engine.dialect.name == "sqlite":
        return sqlite.insert(Wording).values(values).on_conflict_do_nothing()
    return postgresql.insert(Wording).values(values).on_conflict_do_nothing()
