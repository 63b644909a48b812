"""Deeds on exports: ask, fetch, remove. Making one is the task's work (``making``)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.privacy.models import Subject
from clozette.rights.export import queries, rules, vault
from clozette.rights.export.events import ExportAsked, ExportFetched
from clozette.rights.export.models import Export


def ask(subject_id: int, *, asked_by: str, locale: str, now: datetime) -> Export:
    """Ask for an export; while one is in making it is given instead, whoever asks at the same time.

    If that one ends just then, it is still what is given: it is newer than the wish.
    """
    export_id = new_id()
    asked = insert_once(
        Export, id=export_id, subject_id=subject_id, asked_at=now, asked_by=asked_by, locale=locale, parts=0
    )
    if asked:
        events.publish(ExportAsked(export_id))
    return queries.in_making(subject_id) or queries.latest(subject_id, 1)[0]


def fetch(export: Export, *, now: datetime) -> Iterator[bytes]:
    """Count a download and return the archive's bytes.

    :raises Refused: if it isn't there (any more), was fetched as often as it may be, or isn't whole.
    """
    refuse(rules.why_not_fetch(export, now))
    refuse(_why_damaged(export))
    counted = _counting(export.id, now).values(downloads=Export.downloads + 1, downloaded_at=now)
    if not _changes(counted):  # somebody else was quicker
        db.session.refresh(export)
        refuse(rules.why_not_fetch(export, now))
    db.session.refresh(export)
    assert export.folder is not None and export.sealed_key is not None
    try:
        key = vault.open_key(export.sealed_key, db.session.get_one(Subject, export.subject_id), export.id)
    except vault.Damaged as damaged:
        raise Refused(_damaged()) from damaged
    events.publish(ExportFetched(export.id, export.downloads))
    return vault.read(export.folder, key, export.parts)


def remove(export: Export, *, now: datetime) -> None:
    """Remove an archive before its time, or give up one in making. Its files go when nothing points to them (sweep)."""
    values: dict[str, Any] = {"removed_at": now, "folder": None, "sealed_key": None}
    if export.ready_at is None and export.failed_at is None:
        values["failed_at"] = now
    _changes(sa.update(Export).where(Export.id == export.id, Export.removed_at.is_(None)).values(values))
    db.session.refresh(export)


def remove_all(subject_id: int, *, now: datetime) -> int:
    """Remove every archive of a person, for their erasure; return how many there were."""
    kept = sa.select(Export).where(Export.subject_id == subject_id, Export.removed_at.is_(None))
    exports = list(db.session.scalars(kept))
    for export in exports:
        remove(export, now=now)
    return len(exports)


def _counting(export_id: int, now: datetime) -> sa.Update:
    may_be_fetched = (
        Export.ready_at.is_not(None),
        Export.removed_at.is_(None),
        Export.expires_at > now,
        Export.downloads < rules.MOST_DOWNLOADS,
    )
    return sa.update(Export).where(Export.id == export_id, *may_be_fetched)


def _why_damaged(export: Export) -> Refusal | None:
    whole = export.folder is not None and vault.is_whole(export.folder, export.parts, export.bytes)
    return None if whole else _damaged()


def _damaged() -> Refusal:
    return Refusal("export-damaged", _("This export is damaged, so we don't hand it out. Please ask for a new one."))


def _changes(statement: sa.Update) -> bool:
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(done.rowcount)  # type: ignore[attr-defined]
