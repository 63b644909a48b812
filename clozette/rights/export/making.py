"""Makes an archive in the background, again from the start if it was interrupted.

Every try writes into a folder of its own, under a key of its own, and is named in the row before its first file is
written; at the end one conditional statement says that this try is the archive. So a killed worker leaves nothing but
parts that nothing points to (and that no key is kept for), and of two workers with the same export only one can finish.
"""

import secrets
import time
from contextlib import suppress
from datetime import timedelta

import sqlalchemy as sa

from clozette.kernel import clock, database
from clozette.kernel.database import db
from clozette.kernel.ports.storage import StorageError
from clozette.kernel.tasks import checkpoint, is_task
from clozette.privacy.models import Subject
from clozette.rights.export import exporter, rules, vault
from clozette.rights.export.models import Export

NOTE_EVERY = 1.0
"""Seconds between two notes of progress."""
FORGOTTEN_AFTER = timedelta(days=365)


class Superseded(Exception):
    """The export was removed, or another worker makes it."""


def make(export_id: int) -> bool:
    """Make the archive of an export; say whether this call made it."""
    export = db.session.get(Export, export_id, with_for_update=True)
    if export is None or export.ready_at is not None or export.failed_at is not None:
        return False
    subject = db.session.get_one(Subject, export.subject_id)
    if subject.key is None:  # erased meanwhile
        export.failed_at = clock.now()
        return False
    former, folder, key = export.folder, secrets.token_hex(16), vault.new_key()
    export.folder, export.sealed_key = folder, vault.seal_key(key, subject, export.id)
    export.started_at, export.steps_done = clock.now(), 0
    db.session.flush()
    _let_go()
    if former is not None:
        vault.remove(former)
    return _make(export_id, subject.id, export.locale, folder, key)


def _make(export_id: int, subject_id: int, locale: str, folder: str, key: bytes) -> bool:
    writer = vault.Writer(folder, key)
    try:
        outcome = exporter.write(writer, subject_id, locale=locale, progress=_Progress(export_id, folder))
        digest = writer.finish()
        if _finish(export_id, folder, writer, digest, len(outcome.missing)):
            return True
    except Superseded:
        pass
    except BaseException:
        with suppress(StorageError):  # else the sweep finds them
            vault.remove(folder)
        raise
    vault.remove(folder)
    return False


def _finish(export_id: int, folder: str, writer: vault.Writer, digest: str, missing: int) -> bool:
    now = clock.now()
    ready = {"ready_at": now, "expires_at": now + rules.KEPT, "steps_done": Export.steps_total, "missing": missing}
    written = {"parts": writer.parts, "bytes": writer.size, "sha256": digest}
    done = db.session.execute(_mine(export_id, folder).values({**ready, **written}))
    return bool(done.rowcount)  # type: ignore[attr-defined]


class _Progress:
    """Notes how far it is, now and then, in a transaction of its own."""

    def __init__(self, export_id: int, folder: str) -> None:
        self._export_id, self._folder = export_id, folder
        self._noted = 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._noted < NOTE_EVERY:
            return
        self._noted = time.monotonic()
        with database.writing() as session:
            note = _mine(self._export_id, self._folder).values(steps_done=done, steps_total=total)
            if not session.execute(note).rowcount:  # type: ignore[attr-defined]
                raise Superseded


def sweep() -> None:
    """Remove what ran out, what no export points to, and what was never finished; forget exports of last year."""
    now = clock.now()
    kept = sa.update(Export).where(Export.removed_at.is_(None)).execution_options(synchronize_session=False)
    gone = {"removed_at": now, "folder": None, "sealed_key": None}
    db.session.execute(kept.where(Export.expires_at <= now).values(gone))
    late = (Export.ready_at.is_(None), Export.failed_at.is_(None), Export.asked_at < now - rules.GIVEN_UP_AFTER)
    db.session.execute(kept.where(*late).values({"failed_at": now, **gone}))
    db.session.execute(sa.delete(Export).where(Export.asked_at < now - FORGOTTEN_AFTER))
    db.session.flush()
    _let_go()
    _sweep_files()


def _sweep_files() -> None:
    """Remove folders that no row names. A folder is named before its first file is written, so none is too young."""
    there = vault.folders()
    named = set(db.session.scalars(sa.select(Export.folder).where(Export.folder.is_not(None))))
    _let_go()
    for folder in there - named:
        vault.remove(folder)


def _mine(export_id: int, folder: str) -> sa.Update:
    """Change an export only while this try is the one that makes it."""
    mine = (Export.id == export_id, Export.folder == folder, Export.ready_at.is_(None), Export.failed_at.is_(None))
    return sa.update(Export).where(*mine).execution_options(synchronize_session=False)


def _let_go() -> None:
    """Hold no lock during slow work."""
    if is_task():
        checkpoint()
