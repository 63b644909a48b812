"""Leaves for the rows of append-only tables, and how a verifier makes them again from the rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clozette.kernel import clock, database
from clozette.kernel.database import Model
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Insert
from clozette.privacy.models import Subject
from clozette.privacy.tree import canonical
from clozette.privacy.tree.models import Waiting

_MAX_KIND = 16


@dataclass(frozen=True)
class Kind:
    """One sort of leaf.

    :param payload_of: makes from a row (or anything with its columns as attributes) the bytes given to ``commit_to``.
    :param subject_of: the name of the row's column with the subject, if it has one.
    """

    name: str
    model: type[Model]
    payload_of: Callable[[Any], bytes]
    subject_of: str | None = "subject_id"


KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Let ``ledger verify`` compare every row of a table with its leaf; for rooms' models modules."""
    KINDS[kind.name] = kind


def commit_to(kind: str, row_id: int, payload: bytes, subject: Subject | int | None) -> None:
    """Add a leaf for a row, in the same transaction as the row; the sequencer places it after the commit.

    :param subject: whose row it is, or their id.
    :param payload: what the leaf says of the row (``ledger.payload({...})``). It is hashed, published in proofs and
        never erased: no personal data in clear and no plain hash of any, only ids, our own words, and digests of what
        is sealed under the subject's key.
    """
    wait(waiting(kind, row_id, payload, subject))


def wait(*rows: dict[str, Any]) -> None:
    """Add the rows that ``waiting`` made, in one statement."""
    _INSERT.run(database.connection(), *rows)


def waiting(kind: str, row_id: int, payload: bytes, subject: Subject | int | None) -> dict[str, Any]:
    """Return the row that waits for the sequencer."""
    if len(kind) > _MAX_KIND:
        raise ValueError(f"{kind} is too long")
    subject_id = subject.id if isinstance(subject, Subject) else subject
    data = canonical.leaf(kind, row_id, subject_id, payload)
    return {"id": new_id(), "kind": kind, "row_id": row_id, "data": data, "at": clock.now()}


_INSERT = Insert(Waiting)
