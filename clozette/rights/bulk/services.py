"""What staff do with bulk exports. Every deed is a row that nobody can change."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from clozette.accounts.models import Member
from clozette.kernel import ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports.couriers import Download
from clozette.kernel.ports.release import Release
from clozette.kernel.refusal import Refused, refuse
from clozette.privacy import disclosures
from clozette.privacy.disclosures import Agreement
from clozette.privacy.models import Subject
from clozette.rights.bulk import queries, reads, rules, selection
from clozette.rights.bulk.models import BulkDecision, BulkDownload, BulkExport
from clozette.rights.bulk.selection import Filter
from clozette.rights.bulk.stream import HANDED_OVER, Order
from clozette.rights.bulk.uses import COLUMNS, USES
from clozette.settings import Settings

# Without letters and digits that look alike: a mark may be read off paper.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Outsider:
    """Somebody outside the house, by name: see ``disclosures.recipient``."""

    legal_name: str
    address: str
    country: str
    contact: str


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    use: str
    reason: str
    format: str
    columns: Sequence[str]
    filter: Filter
    recipient: Outsider | None = None


def ask(wish: Wish, *, by_id: int, now: datetime) -> BulkExport:
    """Ask for an export; above the set size it then waits for a second person."""
    use = USES[wish.use]
    counted = selection.count(selection.conditions(wish.filter, use))
    refuse(rules.why_not_ask(use, wish.columns, counted, leaves=wish.recipient is not None))
    settings: Settings = current_app.extensions["clozette.settings"]
    _wait_for_others_of(by_id)
    export = BulkExport(
        asked_by_id=by_id,
        asked_at=now,
        use=use.id,
        reason=wish.reason,
        format=HANDED_OVER if wish.recipient else wish.format,
        columns=[name for name in COLUMNS if name in wish.columns],
        filter=wish.filter.as_json(),
        counted=counted,
        limit=rules.left_alone(settings.export_approval_above, queries.had_alone(by_id, now - rules.COUNTED_FOR)),
        recipient_id=disclosures.recipient(**vars(wish.recipient), now=now).id if wish.recipient else None,
        expires_at=now + rules.OPEN_FOR,
    )
    db.session.add(export)
    db.session.flush()
    return export


def decide(export: BulkExport, *, by_id: int, verdict: str, now: datetime) -> None:
    """Approve or refuse somebody else's export; of two at once one is told that it was too late."""
    refuse(rules.why_not_decide(export, by_id, now))
    values = {"id": new_id(), "export_id": export.id, "by_id": by_id, "at": now, "verdict": verdict}
    if not insert_once(BulkDecision, **values):
        raise Refused(rules.decided())


def download(export: BulkExport, *, by_id: int, now: datetime) -> Order:
    """Begin a download: it is written down before its first byte leaves. ``stream.pieces`` gives the bytes."""
    chosen, use = Filter.of(export.filter), USES[export.use]
    fit_now = selection.count(selection.conditions(chosen, use))
    _wait_for_others_of(by_id)
    downloads = queries.downloads_of(export.id)
    refuse(rules.why_not_download(export, by_id, fit_now=fit_now, downloads=downloads, now=now))
    release = _hand_over(export, chosen, by_id=by_id, now=now) if export.recipient else None
    begun = BulkDownload(export_id=export.id, by_id=by_id, at=now, mark=_new_mark())
    begun.handover_id = release.handover_id if release else None
    db.session.add(begun)
    db.session.flush()
    noted = _note_reads(begun, fit_now)
    return Order(
        download_id=begun.id,
        mark=begun.mark,
        use=export.use,
        format=export.format,
        columns=tuple(export.columns),
        filter=chosen,
        most=rules.most(export),
        about=_about(export, begun),
        noted=noted,
        payload=_carried(release) if release else None,
    )


def _wait_for_others_of(by_id: int) -> None:
    """Let one admin's deeds come one after the other, so that each sees what the others count."""
    db.session.execute(sa.select(Subject.id).where(Subject.id == by_id).with_for_update())


def _carried(release: Release) -> bytes:
    """Let a port note what leaves, in the transaction of its log; no byte is sent before the commit."""
    courier = Download()
    courier.carry(release)
    return courier.payload


def _note_reads(begun: BulkDownload, people: int) -> tuple[int, ...] | None:
    """Write down at once who is in a small one, and return them: nobody else is then sent; None of a large one."""
    return reads.note_few(begun) if people <= reads.SOME else None


def _hand_over(export: BulkExport, chosen: Filter, *, by_id: int, now: datetime) -> Release:
    """Go through the one door: it makes the payload and logs each person in it, in this transaction."""
    assert export.recipient is not None
    columns = {f"{Member.__tablename__}.{name}": COLUMNS[name].source for name in export.columns}
    met = selection.conditions(chosen, USES[export.use])
    found = db.session.execute(sa.select(Member.subject_id, *columns.values()).where(*met)).all()
    people = {subject_id: dict(zip(columns, values, strict=True)) for subject_id, *values in found}
    agreement = Agreement(
        purpose=export.use, trigger="bulk_export", object_id=export.id, basis="law", duty=export.reason
    )
    to: dict[str, Any] = {"recipient": export.recipient, "agreement": agreement, "now": now, "actor_id": by_id}
    try:
        return disclosures.disclose(people=people, fields=list(columns), **to)
    except disclosures.BeingErased:
        raise Refused(rules.someone_leaves()) from None


def _about(export: BulkExport, begun: BulkDownload) -> dict[str, Any]:
    """Return what the manifest of a ZIP says; no names: the log has them."""
    return {
        "export": ids.encode(export.id),
        "mark": begun.mark,
        "made_at": begun.at.isoformat(),
        "use": export.use,
        "reason": export.reason,
        "filter": export.filter,
        "columns": export.columns,
    }


def _new_mark() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(16))
