"""The exact bytes that are hashed. They are pinned by tests: a changed byte here would break every tree there is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from clozette.kernel import ids

HEADER = b"clozette leaf 1"
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def payload(facts: Mapping[str, str | int | list[str] | None]) -> bytes:
    """Write facts as JSON of RFC 8785: sorted keys, no spaces, no floats. Ids belong in as text (``ids.encode``)."""
    return _ENCODER.encode(facts).encode()


def leaf(kind: str, row_id: int, subject_id: int | None, payload: bytes) -> bytes:
    """Return a leaf: one line each for the layout, the kind, the row and the subject, then the payload."""
    subject = "-" if subject_id is None else ids.encode(subject_id)
    return b"\n".join((HEADER, kind.encode(), ids.encode(row_id).encode(), subject.encode(), payload))


def moment(at: datetime | None) -> str | None:
    """Write a moment: UTC, always with six digits behind the second."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
