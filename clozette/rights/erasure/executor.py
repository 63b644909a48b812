"""Carrying an erasure out, step by step, from what the rooms declare.

A step yields how many rows or files each of its batches took; after each the work is committed together with the count.
A step that is whole is noted by name, with its last batch where doing that again would count again (``Last``). So whatever kills the process, the next run goes on where this one was, counts
nothing twice, and ends with the same receipt.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.media import files
from clozette.media import services as media
from clozette.privacy import disclosures, ledger, subjects
from clozette.privacy.disclosures import queries
from clozette.privacy.models import Subject
from clozette.rights.declared import personal_tables
from clozette.rights.erasure import rows
from clozette.rights.erasure.models import Erasure, Receipt
from clozette.rights.erasure.rows import Last
from clozette.rights.export import vault
from clozette.rights.export.models import Export

Run = Callable[[int], Iterator[int]]
_KEY = "clozette.rights.erasure.steps"
LIST = "erasures/"


@dataclass(frozen=True)
class Step:
    """One part of the work; ``run(subject_id)`` may be called again after a crash and then does what is left."""

    name: str
    run: Run


def register(app: Flask, step: Step) -> None:
    """Let a room do what goes beyond its rows (files, counts of others, outside services) before its rows go."""
    app.extensions.setdefault(_KEY, []).append(step)


def execute(erasure_id: int, *, now: datetime, save: Callable[[], None]) -> bool:
    """Carry out an erasure that is due; say whether it is done now.

    :param save: ends a transaction and begins the next (``tasks.checkpoint``).
    """
    _lock_person(erasure_id)
    if not _begin(erasure_id, now):
        return False
    save()
    subject_id = _locked(erasure_id).subject_id
    for step in _steps(_locked(erasure_id)):
        _carry_out(erasure_id, step, subject_id, save)
    _finish(erasure_id, now)
    save()
    return True


def _begin(erasure_id: int, now: datetime) -> bool:
    """From here on it can't be undone: of an undoing and this at once, one wins."""
    due = (
        sa.update(Erasure)
        .where(
            Erasure.id == erasure_id,
            Erasure.undone_at.is_(None),
            Erasure.executed_at.is_(None),
            Erasure.due_at <= now,
        )
        .values(begun_at=sa.func.coalesce(Erasure.begun_at, now))
        .returning(Erasure.id)
    )
    return db.session.scalar(due) is not None


def _steps(erasure: Erasure) -> list[Step]:
    registered: list[Step] = current_app.extensions.get(_KEY, [])
    tell = Step("recipients", lambda subject_id: _tell(subject_id, erasure))
    photos = Step("photos", media.erase_photos)
    tables = [Step(one.name, rows.eraser(one, erasure)) for one in rows.children_first(personal_tables())]
    return [tell, *registered, Step("exports", _remove_exports), photos, *tables]


def _carry_out(erasure_id: int, step: Step, subject_id: int, save: Callable[[], None]) -> None:
    """Do one batch after the other, each under the lock and committed with its count: of two runs one does it."""
    batches = step.run(subject_id)
    while step.name not in (erasure := _locked(erasure_id)).steps:
        count = next((some for some in batches if some or isinstance(some, Last)), Last())
        if count:
            erasure.counts = {**erasure.counts, step.name: erasure.counts.get(step.name, 0) + count}
        if isinstance(count, Last):
            erasure.steps = [*erasure.steps, step.name]
        db.session.flush()
        save()


def _locked(erasure_id: int) -> Erasure:
    """Return the row as it is now, locked, so that two runs at once take turns."""
    return db.session.get_one(Erasure, erasure_id, with_for_update=True, populate_existing=True)


def _lock_person(erasure_id: int) -> None:
    """Wait for a hand-over of the person that is under way; the door refuses the next one once this has begun."""
    subject_id = db.session.scalar(sa.select(Erasure.subject_id).where(Erasure.id == erasure_id))
    if subject_id is not None:
        subjects.lock([subject_id])


def _tell(subject_id: int, erasure: Erasure) -> Iterator[int]:
    """Make it a task to tell every recipient, while what they know the person by can still be read.

    It counts nothing: the receipt counts those whom the person may know of (``_finish``).
    """
    subject = db.session.get_one(Subject, subject_id)
    if subject.key is not None:
        disclosures.tell_recipients(subject_id, kind="erasure", cause_id=erasure.id, now=erasure.asked_at)
    yield 0


def _remove_exports(subject_id: int) -> Iterator[int]:
    """Remove the archives' files; their rows go with their table."""
    mine = sa.select(Export.folder).where(Export.subject_id == subject_id, Export.folder.is_not(None))
    folders = list(db.session.scalars(mine))
    for folder in folders:
        vault.remove(str(folder))
    yield Last(len(folders))


def _finish(erasure_id: int, now: datetime) -> None:
    """Destroy the key and give the receipt, in one transaction with the leaf that proves it."""
    erasure = _locked(erasure_id)
    if erasure.executed_at is not None:
        return
    subject = db.session.get_one(Subject, erasure.subject_id, with_for_update=True, populate_existing=True)
    next(_tell(subject.id, erasure))
    subject.key, subject.erased_at, erasure.executed_at = None, now, now
    receipt = Receipt(
        id=new_id(), erasure_id=erasure.id, at=now, counts=_counts(erasure, now), kept=rows.kept(erasure, now)
    )
    db.session.add(receipt)
    db.session.flush()
    ledger.commit_to("erasure", receipt.id, receipt_payload(receipt), None)
    _remember_outside(erasure, now)


def _counts(erasure: Erasure, now: datetime) -> dict[str, Any]:
    """Return what the receipt counts. A recipient whom the law forbids to name is not counted either (requirement 77)."""
    told = {**erasure.counts, "recipients": queries.recipients_known(erasure.subject_id, now=now)}
    return {name: count for name, count in sorted(told.items()) if count}


def receipt_payload(receipt: Receipt) -> bytes:
    """Return what the tree says of a receipt: numbers and our own words."""
    counts = [f"{name}={count}" for name, count in sorted(receipt.counts.items())]
    kept = [f"{name}={entry['rows']}" for name, entry in sorted(receipt.kept.items())]
    facts = {"erasure": ids.encode(receipt.erasure_id), "at": ledger.moment(receipt.at), "counts": counts, "kept": kept}
    return ledger.payload(facts)


def _remember_outside(erasure: Erasure, now: datetime) -> None:
    """Leave a note outside the database, so that a restored backup can be told who was erased since."""
    subject = ids.encode(erasure.subject_id)
    files.store().put(f"{LIST}{subject}.txt", now.isoformat().encode(), "text/plain")


ledger.register_kind(ledger.Kind("erasure", Receipt, receipt_payload, subject_of=None))
