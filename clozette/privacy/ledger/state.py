"""What stands now: a fold of the ledger, kept as a table by the same transaction that adds an answer (requirement 20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from clozette.kernel import database
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Insert
from clozette.privacy.models import Consent

ANSWERS = frozenset({"given", "refused", "withdrawn", "expired", "superseded"})
Key = tuple[str, str]


class Answer(Protocol):
    """What the fold needs of an entry."""

    id: int
    subject_id: int
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


def keep(entry: Answer) -> None:
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
    _UPSERT.run(database.connection(), values)


def _unless_later(inserted: Any) -> Any:
    return inserted.on_conflict_do_update(
        index_elements=["subject_id", "purpose", "channel"],
        set_={name: inserted.excluded[name] for name in ("action", "entry_id", "at")},
        where=Consent.entry_id < inserted.excluded.entry_id,
    )


_UPSERT = Insert(Consent, _unless_later)
