"""The exact bytes that are hashed. They are pinned by tests: a changed byte here would break every tree there is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from json.encoder import encode_basestring

from clozette.kernel import ids

HEADER = "clozette leaf 1"
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def payload(facts: Mapping[str, str | int | list[str] | None]) -> bytes:
    """Write facts as JSON of RFC 8785: sorted keys, no spaces, no floats. Ids belong in as text (``ids.encode``)."""
    return _ENCODER.encode(facts).encode()


def leaf(kind: str, row_id: int, subject_id: int | None, payload: bytes) -> bytes:
    """Return a leaf: one line each for the layout, the kind, the row and the subject, then the payload."""
    subject = "-" if subject_id is None else ids.encode(subject_id)
    return f"{HEADER}\n{kind}\n{ids.encode(row_id)}\n{subject}\n".encode() + payload


def named(leaf: bytes) -> tuple[str, int] | None:
    """Return the kind and the row that a leaf says it is of; nothing if it is none."""
    try:
        header, kind, row, _ = leaf.decode().split("\n", 3)
        return (kind, ids.decode(row)) if header == HEADER else None
    except ValueError:
        return None


def moment(at: datetime | str | None) -> str | None:
    """Write a moment: UTC, always with six digits behind the second. One that the database wrote so already stays."""
    if at is None or isinstance(at, str):
        return at
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:-6] + "Z"


quote = encode_basestring
"""Writes a text as it stands in a payload; for payloads that are made a million times over."""


def text(value: str | None) -> str:
    """Write a text, or that there is none."""
    return "null" if value is None else quote(value)
