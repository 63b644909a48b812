"""The texts that a site begins with, for a database that ``create_all`` makes (a benchmark's, say). Everywhere else the
migration puts them in, by their digests.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from clozette.kernel.ids import new_id
from clozette.privacy.policies.editions import BY_CODE

TEXTS = Path(__file__).parent / "texts"


def attach(policies: sa.Table, announcements: sa.Table) -> None:
    """Fill the tables when ``create_all`` has made the second of them, which points at the first."""

    def fill(table: sa.Table, connection: sa.Connection, **_: object) -> None:
        for path in sorted(TEXTS.glob("*.md")):
            row = _row(path)
            connection.execute(policies.insert().values(row))
            connection.execute(table.insert().values(policy_id=row["id"], at=row["effective_at"], told=0))

    sa.event.listen(announcements, "after_create", fill)


def _row(path: Path) -> dict[str, object]:
    kind, day, code, language = path.stem.split(".")
    content = path.read_bytes()
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return {
        "id": new_id(),
        "kind": kind,
        "edition": BY_CODE[code].name,
        "language": language,
        "version": day,
        "sha256": hashlib.sha256(content).hexdigest(),
        "text": content.decode(),
        "summary": "",
        "published_at": moment,
        "effective_at": moment,
    }
