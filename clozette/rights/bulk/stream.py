"""A download as bytes, from the database to the browser: counted and digested on the way, and then written down."""

import hashlib
import io
import json
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.accounts.models import Member
from clozette.kernel import clock, database
from clozette.kernel.database import db
from clozette.kernel.tasks import enqueue
from clozette.rights.bulk import reads, rows, selection
from clozette.rights.bulk.models import BulkFile
from clozette.rights.bulk.rows import Asked, Chunk
from clozette.rights.bulk.selection import Filter
from clozette.rights.bulk.tasks import note_bulk_reads
from clozette.rights.bulk.uses import COLUMNS, USES

HANDED_OVER = "json"
"""The format of what goes through the one door: that payload is the file."""
TYPES = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "zip": "application/zip",
    HANDED_OVER: "application/json",
}
Chunks = Generator[Chunk, None, None]
Conditions = list[sa.ColumnElement[bool]]

FAST = 1  # zlib's level: names and addresses shrink to a third with it, and not much more with any other


class Grown(Exception):
    """More people fit the filter now than were counted, and nobody agreed to that many."""


@dataclass(frozen=True)
class Order:
    """All that a stream needs to know of a download, without the session that made it.

    :ivar noted: the subjects that the access log has already; no others are sent. None where they are too many: who is
        sent is then kept before the first byte, and a task writes the log.
    """

    download_id: int
    mark: str
    use: str
    format: str
    columns: tuple[str, ...]
    filter: Filter
    most: int
    about: dict[str, Any] = field(default_factory=dict)
    payload: bytes | None = None
    noted: tuple[int, ...] | None = None

    @property
    def file_name(self) -> str:
        """What a browser calls it."""
        return f"members-{self.mark}.{self.format}"


class Tally:
    """Counts and digests what passes."""

    def __init__(self) -> None:
        self.people = 0
        self.bytes = 0
        self._digest = hashlib.sha256()

    def add(self, data: bytes, people: int = 0) -> bytes:
        """Count some bytes and return them."""
        self._digest.update(data)
        self.people += people
        self.bytes += len(data)
        return data

    @property
    def sha256(self) -> str:
        """The digest so far."""
        return self._digest.hexdigest()


def pieces(order: Order) -> Iterator[bytes]:
    """Return the file as pieces of bytes; see ``chunks``."""
    return _bytes_of(chunks(order))


def chunks(order: Order) -> Chunks:
    """Return the file in chunks. When the last is out, the download counts as finished; one that breaks off never does.

    They are made after the request that began it has committed: all that needs its context is found here.

    :raises Grown: before the first byte, if more people fit by now than may be in it.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if order.payload is not None:
        return _handed_over(app, order, order.payload)
    conditions = selection.conditions(order.filter, USES[order.use])
    if order.noted is not None:
        conditions.append(Member.subject_id.in_(order.noted))
    return _counted(app, db.get_engine("default"), order, conditions)


def _bytes_of(found: Chunks) -> Iterator[bytes]:
    with closing(found):
        for chunk in found:
            yield chunk.data


def _counted(app: Flask, engine: sa.Engine, order: Order, conditions: Conditions) -> Chunks:
    whole = Tally()
    with _snapshot(engine) as connection:
        _settle_people(app, order, connection, conditions)
        with closing(_made(connection, order, conditions)) as made:
            for chunk in made:
                whole.add(chunk.data, chunk.people)
                yield chunk
    with app.app_context():
        _note_end(order, whole)


def _settle_people(app: Flask, order: Order, connection: sa.Connection, conditions: Conditions) -> None:
    """See that nobody is sent whom nobody agreed to, or whom the access log would not come to have."""
    if order.noted is not None:
        _refuse_more(order, selection.count(conditions, connection))
        return
    with database.committed(app):
        _refuse_more(order, reads.keep_blocks(order.download_id, connection, conditions))
        enqueue(note_bulk_reads, download_id=order.download_id)


def _refuse_more(order: Order, people: int) -> None:
    if people > order.most:
        raise Grown


def _handed_over(app: Flask, order: Order, payload: bytes) -> Chunks:
    """Send what the door made, no byte more; it is small (``rules.HANDED_OVER_AT_ONCE``)."""
    whole, people = Tally(), len(json.loads(payload))
    whole.add(payload, people)
    yield Chunk(payload, people)
    with app.app_context():
        _note_end(order, whole)


def _made(connection: sa.Connection, order: Order, conditions: Conditions) -> Chunks:
    columns = [COLUMNS[name] for name in order.columns]
    if order.format == "zip":
        return _zipped(_plain(connection, Asked(columns, conditions, "csv", order.mark)), order)
    return _plain(connection, Asked(columns, conditions, "csv" if order.format == "csv" else "jsonl", order.mark))


def _plain(connection: sa.Connection, asked: Asked) -> Chunks:
    yield Chunk(rows.header(asked), 0)
    yield from rows.chunks(connection, asked)


def _zipped(plain: Chunks, order: Order) -> Chunks:
    """Pack the CSV and a manifest as they come; the sizes follow each file, so that nothing is kept back."""
    written, inner = _Written(), Tally()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as pack:
        with pack.open(_entry("members.csv"), "w", force_zip64=True) as file:
            for chunk in plain:
                file.write(inner.add(chunk.data, chunk.people))
                yield Chunk(written.take(), chunk.people)
        facts = {"people": inner.people, "bytes": inner.bytes, "sha256": inner.sha256}
        manifest = {**order.about, "files": {"members.csv": facts}}
        pack.writestr(_entry("manifest.json"), json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    yield Chunk(written.take(), 0)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, clock.now().timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


class _Written(io.RawIOBase):
    """Where the archive is written to, and taken from at once."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Keep some bytes until they are taken."""
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self._parts = b"".join(self._parts), []
        return taken


@contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a reading connection that sees one state of the database to the end."""
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        rows.prepare(connection)
        yield connection


def _note_end(order: Order, whole: Tally) -> None:
    values = {"people": whole.people, "bytes": whole.bytes, "sha256": whole.sha256}
    with database.writing() as session:
        session.add(BulkFile(download_id=order.download_id, finished_at=clock.now(), **values))
