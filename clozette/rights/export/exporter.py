"""Writes everything that is kept about one person into one ZIP: the only exporter there is (requirement 80).

It runs on the rooms' declarations, reads one snapshot, and holds no more than a few hundred rows and one photo in memory.
Every table is written three times, as JSON, as CSV and as pages to read; that each time the same number of rows came is
checked, and a difference is an error. A photo whose file is gone is named in the manifest, which then says that the
archive is not complete (requirement 85).
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from clozette.kernel import clock, ids
from clozette.kernel.ports.storage import Missing
from clozette.media import files
from clozette.media.models import Photo
from clozette.privacy import notices
from clozette.rights.export import cells, contents, pages, people, portable, records, schema, sealed, snapshot
from clozette.rights.export.archive import Archive, Sink
from clozette.rights.export.contents import Section

Progress = Callable[[int, int], None]
GENERATOR = "clozette"
STYLE = Path(__file__).with_name("style.css")


class Torn(Exception):
    """Two readings of one snapshot differ, which must not happen: there is no archive then."""


@dataclass
class Outcome:
    """What was written: rows by section, files, and what is missing."""

    counts: dict[str, int] = field(default_factory=dict)
    files: int = 0
    missing: list[dict[str, str]] = field(default_factory=list)


def write(out: Sink, subject_id: int, *, locale: str = "en", progress: Progress | None = None) -> Outcome:
    """Write the archive of a person into ``out``.

    :param progress: called with how many steps are done, and of how many.
    :raises Torn: if it could not be written whole.
    """
    with snapshot.taken() as connection, force_locale(locale):
        archive = Archive(out, clock.now())
        try:
            writing = _Writing(connection, subject_id, archive, progress)
            writing.everything()
        except BaseException:
            archive.abandon()
            raise
        return writing.outcome


class _Writing:
    """One archive being written."""

    def __init__(self, connection: sa.Connection, subject_id: int, archive: Archive, progress: Progress | None) -> None:
        self.connection, self.subject_id, self.archive = connection, subject_id, archive
        self.made_at = clock.now()
        self.sections = contents.sections(subject_id)
        self.sealed = sealed.Reader(connection, subject_id)
        self.outcome = Outcome()
        self.outcome.counts = {one.name: int(connection.scalar(one.count) or 0) for one in self.sections}
        self._photos = sa.select(Photo.__table__).where(Photo.subject_id == subject_id).order_by(Photo.id)
        self._progress, self._done = progress, 0
        self._sha1: dict[str, str] = {}  # what the shapes of others ask for
        self._total = 3 * sum(self.outcome.counts.values()) + self.outcome.counts.get("media_photos", 0)

    def everything(self) -> None:
        """Write all files, the manifest last."""
        self._step(0)
        for section in self.sections:
            self._json(section)
            self._csv(section)
        self._originals()
        people.write(self.archive, self.connection, self.sections, self.subject_id)
        records.write_receipts(self.archive, self.connection, self.subject_id)
        records.write_wordings(self.archive, self.connection, self.subject_id)
        records.write_disclosures(self.archive, self.connection, self.subject_id)
        portable.write(self.archive, self.subject_id, self._sha1)
        self._schema()
        self._pages()
        self._manifest()
        self.archive.close()

    def _rows(self, section: Section) -> Iterator[dict[str, Any]]:
        """Yield a section's rows as JSON has them."""
        read = self.sealed.reading(section)
        seen = 0
        for row in snapshot.rows(self.connection, section.select):
            seen += 1
            yield read(row)
            self._step(1)
        if seen != self.outcome.counts[section.name]:
            raise Torn(f"{section.name}: {seen} rows, counted {self.outcome.counts[section.name]}")

    def _json(self, section: Section) -> None:
        head = {
            "format": f"{schema.FORMAT}-table",
            "version": schema.VERSION,
            "table": section.one.name,
            "room": section.one.room,
        }
        count = self.outcome.counts[section.name]
        with self.archive.file(f"data/{section.name}.json", rows=count) as file:
            file.write(cells.line(head)[:-1] + b', "rows": [')
            for number, row in enumerate(self._rows(section)):
                file.write((b",\n" if number else b"\n") + cells.line(row))
            file.write(b"\n]}\n")

    def _csv(self, section: Section) -> None:
        names = [column.name for column in section.columns]
        line = io.StringIO(newline="")
        writer = csv.writer(line)
        with self.archive.file(f"csv/{section.name}.csv", rows=self.outcome.counts[section.name]) as file:
            writer.writerow(names)
            for row in self._rows(section):
                writer.writerow([cells.to_csv(row[name]) for name in names])
                file.write(_taken_from(line))
            file.write(_taken_from(line))

    def _originals(self) -> None:
        """Write the photos as they are kept, at full size."""
        for photo in snapshot.rows(self.connection, self._photos):
            path = pages.photo_path(photo["id"], photo["suffix"])
            try:
                data = files.original(photo["folder"], photo["suffix"])
            except Missing:
                self.outcome.missing.append({"path": path, "reason": pages.GONE})
            else:
                self.archive.add(path, data, packed=False)
                self._sha1[path] = hashlib.sha1(data, usedforsecurity=False).hexdigest()
                if self.archive.files[-1]["sha256"] != photo["sha256"]:
                    self.outcome.missing.append({"path": path, "reason": pages.CHANGED})
            self._step(1)

    def _schema(self) -> None:
        self._document("schema.json", schema.document(self.sections))

    def _pages(self) -> None:
        self.archive.add("style.css", STYLE.read_bytes())
        for section in self.sections:
            pages.write_table(self.archive, section, self.outcome.counts[section.name], self._rows(section))
        pages.write_photos(self.archive, snapshot.rows(self.connection, self._photos))
        pages.write_index(self.archive, self.sections, self.outcome.counts, self.outcome.missing, self.made_at)

    def _manifest(self) -> None:
        self.outcome.files = len(self.archive.files)
        manifest = {
            "format": schema.FORMAT,
            "version": schema.VERSION,
            "generator": GENERATOR,
            "made_at": _moment(self.made_at),
            "subject": ids.encode(self.subject_id),
            "policy_version": notices.policy_in_force()[0],
            "complete": not self.outcome.missing,
            "missing": self.outcome.missing,
            "counts": self.outcome.counts,
            "files": self.archive.files,
        }
        self._document("manifest.json", manifest)

    def _document(self, path: str, content: dict[str, Any]) -> None:
        self.archive.add(path, json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")

    def _step(self, steps: int) -> None:
        self._done += steps
        if self._progress is not None:
            self._progress(self._done, self._total)


def _taken_from(line: io.StringIO) -> bytes:
    data = line.getvalue().encode()
    line.seek(0)
    line.truncate()
    return data


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
