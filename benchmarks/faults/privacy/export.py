"""Exports and workers that are killed in mid-making, on both databases.

Whatever the moment: an archive that is offered is whole, one that isn't is made again from the start by another worker,
and of the try that was killed nothing stays behind once the sweep has run.
"""

import hashlib
import io
import json
import secrets
import sys
import time
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report
from benchmarks.faults import core
from benchmarks.faults.privacy.site import Site
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.looks.models import Look, LookPhoto
from clozette.media import files
from clozette.media.models import Photo
from clozette.privacy.models import Subject
from clozette.rights.export import making, rules, services, vault
from clozette.rights.export.models import Export
from tests.factories import accounts
from tests.support import processes

KILLS = 6
LOOKS = 400
PHOTO_BYTES = 200_000
PATIENCE = 90


def run(report: Report) -> None:
    """Run it on SQLite and on PostgreSQL."""
    for database in (core._sqlite, core._postgresql):
        with processes.scratch("export") as folder, database(folder) as url:
            _experiment(_Site(url, folder, database.__name__.strip("_")), report)


class _Site(Site):
    """With what the experiment needs."""

    def __init__(self, url: str, folder: Path, name: str) -> None:
        super().__init__(url, folder, name)
        with self.inside():
            self.subject_id = _fill()

    def ask(self) -> int:
        """Ask for an export."""
        with self.inside():
            return services.ask(self.subject_id, asked_by="page", locale="en", now=clock.now()).id

    def look(self, export_id: int) -> Export:
        """Return how an export stands now."""
        with self.app.app_context():
            export = db.session.get_one(Export, export_id)
            db.session.expunge(export)
            db.session.rollback()
            return export

    def wait_for_parts(self, export_id: int, number: int) -> None:
        """Wait until so many parts of an archive are kept, or it is ready."""
        with self.app.app_context():
            store = files.store()
        while (export := self.look(export_id)).ready_at is None:
            kept = list(store.stored(f"{vault.ROOT}{str(export.folder)[:2]}/{export.folder}/"))
            if len(kept) >= number:
                return
            time.sleep(0.005)

    def wait(self, export_id: int, *, started: bool = False) -> Export:
        """Wait until an export is ready, or only until a worker has begun with it.

        :raises TimeoutError: with the end of the workers' log.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            export = self.look(export_id)
            if export.ready_at or (started and export.started_at):
                return export
            time.sleep(0.02)
        raise TimeoutError(self.last_words())


def _experiment(site: _Site, report: Report) -> None:
    parts = _undisturbed(site)
    found = {"in_mid_making": 0, "offered_half": 0, "not_made": 0, "not_whole": 0, "left_behind": 0}
    for _ in range(KILLS):
        export_id = site.ask()
        with site.worker() as victim:
            site.wait(export_id, started=True)
            site.wait_for_parts(export_id, site.random.randrange(parts))
            time.sleep(site.random.uniform(0, 0.1))
            core._kill(victim)
        killed = site.look(export_id)
        found["in_mid_making"] += killed.ready_at is None
        found["offered_half"] += _is_offered(killed) and not _is_whole(site, killed)
        with site.worker():
            try:
                found["not_whole"] += not _is_whole(site, site.wait(export_id))
            except TimeoutError as error:
                report.figures[f"{site.name}_log"] = str(error)
                found["not_made"] += 1
        found["left_behind"] += _left_behind(site)
    report.figures[f"{site.name}_export"] = {**found, "kills": KILLS, "parts": parts}
    _claim(site, report, found)


def _claim(site: _Site, report: Report, found: dict[str, int]) -> None:
    report.claim(f"{site.name}-exports-killed-in-mid-making", found["in_mid_making"], KILLS // 2, at_most=False)
    report.claim(f"{site.name}-half-exports-offered", found["offered_half"], 0)
    report.claim(f"{site.name}-killed-exports-never-made", found["not_made"], 0)
    report.claim(f"{site.name}-exports-not-whole", found["not_whole"], 0)
    report.claim(f"{site.name}-export-parts-left-behind", found["left_behind"], 0)
    report.claim(f"{site.name}-planted-lost-part-noticed", int(_planted(site)), 1, at_most=False)


def _undisturbed(site: _Site) -> int:
    """Make an export while nobody is killed; return in how many parts it is kept."""
    export_id = site.ask()
    with site.worker():
        parts = site.wait(export_id).parts
    _left_behind(site)
    return parts


def _is_offered(export: Export) -> bool:
    return rules.state_of(export, clock.now()) == "ready"


def _is_whole(site: _Site, export: Export) -> bool:
    """Fetch an archive as its person does, and hold it against its own manifest and against what is kept."""
    try:
        with site.inside():
            data = b"".join(services.fetch(db.session.get_one(Export, export.id), now=clock.now()))
        return _fits(data, export)
    except Exception as error:  # noqa: BLE001 - whatever it is, this is no whole archive
        print(f"{site.name}: {type(error).__name__}: {error}", file=sys.stderr)
        return False


def _fits(data: bytes, export: Export) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
        digests = all(
            hashlib.sha256(archive.read(one["path"])).hexdigest() == one["sha256"] for one in manifest["files"]
        )
    counts = manifest["counts"]
    complete = manifest["complete"] and counts["looks_looks"] == counts["media_photos"] == LOOKS
    return bool(digests and complete and hashlib.sha256(data).hexdigest() == export.sha256)


def _left_behind(site: _Site) -> int:
    """Return how many folders of parts are there that no export names, after the sweep; end the export."""
    with site.inside():
        making.sweep()
    with site.inside():
        named = set(db.session.scalars(sa.select(Export.folder).where(Export.folder.is_not(None))))
        left = len(vault.folders() - named)
    with site.inside():
        services.remove_all(site.subject_id, now=clock.now())
    return left


def _planted(site: _Site) -> bool:
    """Plant the fault that must be noticed: a part that is lost after the archive was made."""
    export_id = site.ask()
    with site.worker():
        export = site.wait(export_id)
    with site.inside():
        first, *_ = files.store().stored(vault.ROOT + f"{export.folder[:2]}/{export.folder}/")
        files.store().remove(first.key)
    return not _is_whole(site, export)


def _fill() -> int:
    """Add a member with looks and photos; return their subject."""
    member, now = accounts.make_member("victoria"), clock.now()
    photos, looks, links = [], [], []
    for place in range(LOOKS):
        data, folder = secrets.token_bytes(PHOTO_BYTES), secrets.token_hex(16)
        files.put_original(folder, "jpg", data)
        photos.append(_photo(member.subject_id, folder, data, now, place))
        looks.append(_look(member.id, now, place))
        links.append({"photo_id": photos[-1]["id"], "look_id": looks[-1]["id"], "position": 0})
    db.session.execute(sa.insert(Photo), photos)
    db.session.execute(sa.insert(Look), looks)
    db.session.execute(sa.insert(LookPhoto), links)
    assert db.session.get_one(Subject, member.subject_id).key
    return member.subject_id


def _photo(subject_id: int, folder: str, data: bytes, now: datetime, place: int) -> dict[str, Any]:
    known = {"id": place + 1, "subject_id": subject_id, "created_at": now, "folder": folder, "suffix": "jpg"}
    read = {"width": 1, "height": 1, "placeholder": "", "colours": [], "dhash": 0, "variants": [], "avif": []}
    return {**known, **read, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _look(member_id: int, now: datetime, place: int) -> dict[str, Any]:
    return {"id": place + 1, "member_id": member_id, "caption": f"Look {place}", "created_at": now, "changed_at": now}
