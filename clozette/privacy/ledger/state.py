"""What stands now: a fold of the ledger, kept as a table by the same transaction that adds an answer (requirement 20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.privacy.models import Consent, LedgerEntry

ANSWERS = frozenset({"given", "refused", "withdrawn", "expired", "superseded"})
Key = tuple[str, str]


class Answer(Protocol):
    """What the fold needs of an entry."""

    id: int
    action: str
    purpose: str | None
    channel: str | None
    at: datetime


@dataclass(frozen=True)
class State:
    """How one purpose stands by one channel, and the entry that says so."""

    action: str
    entry_id: int
    at: datetime

    @property
    def stands(self) -> bool:
        """Whether the purpose may be pursued."""
        return self.action == "given"


def fold(entries: Iterable[Answer]) -> dict[Key, State]:
    """Return what stands after some entries of one subject, whatever order they come in: the latest answer counts."""
    found: dict[Key, State] = {}
    for entry in entries:
        if entry.purpose is None or entry.action not in ANSWERS:
            continue
        key = (entry.purpose, entry.channel or "")
        if key not in found or found[key].entry_id < entry.id:
            found[key] = State(entry.action, entry.id, entry.at)
    return found


def after(subject_id: int, purpose: str | None, channel: str | None) -> int:
    """Return an entry's new id, past that of the answer it follows, even where another machine's clock runs ahead."""
    made = new_id()
    if purpose is None:
        return made
    latest = (
        sa.select(Consent.entry_id)
        .where(Consent.subject_id == subject_id, Consent.purpose == purpose, Consent.channel == (channel or ""))
        .with_for_update()
    )
    known = db.session.scalar(latest)
    return made if known is None else max(made, known + 1)


def keep(entry: LedgerEntry) -> None:
    """Bring the table up to an entry; an answer that came in later elsewhere is left as it is."""
    if entry.purpose is None or entry.action not in ANSWERS:
        return
    values = {
        "id": new_id(),
        "subject_id": entry.subject_id,
        "purpose": entry.purpose,
        "channel": entry.channel or "",
        "action": entry.action,
        "entry_id": entry.id,
        "at": entry.at,
    }
    db.session.execute(_upsert(values))


def _upsert(values: dict[str, Any]) -> sa.Executable:
    build = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    inserted: Any = build(Consent).values(values)
    return inserted.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=["subject_id", "purpose", "channel"],
        set_={name: inserted.excluded[name] for name in ("action", "entry_id", "at")},
        where=Consent.entry_id < inserted.excluded.entry_id,
    )
