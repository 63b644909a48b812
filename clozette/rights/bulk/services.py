"""What staff do with bulk exports. Every deed is a row that nobody can change."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app

from clozette.kernel import ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused, refuse
from clozette.rights.bulk import rules, selection
from clozette.rights.bulk.models import BulkDecision, BulkDownload, BulkExport
from clozette.rights.bulk.selection import Filter
from clozette.rights.bulk.stream import Order
from clozette.rights.bulk.uses import COLUMNS, USES
from clozette.settings import Settings

# Without letters and digits that look alike: a mark may be read off paper.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    use: str
    reason: str
    format: str
    columns: Sequence[str]
    filter: Filter


def ask(wish: Wish, *, by_id: int, now: datetime) -> BulkExport:
    """Ask for an export; above the set size it then waits for a second person."""
    use = USES[wish.use]
    counted = selection.count(selection.conditions(wish.filter, use))
    refuse(rules.why_not_ask(use, wish.columns, counted))
    settings: Settings = current_app.extensions["clozette.settings"]
    export = BulkExport(
        asked_by_id=by_id,
        asked_at=now,
        use=use.id,
        reason=wish.reason,
        format=wish.format,
        columns=[name for name in COLUMNS if name in wish.columns],
        filter=wish.filter.as_json(),
        counted=counted,
        limit=settings.export_approval_above,
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
    refuse(rules.why_not_download(export, by_id, fit_now, now))
    begun = BulkDownload(export_id=export.id, by_id=by_id, at=now, mark=_new_mark())
    db.session.add(begun)
    db.session.flush()
    return Order(
        download_id=begun.id,
        mark=begun.mark,
        use=export.use,
        format=export.format,
        columns=tuple(export.columns),
        filter=chosen,
        most=rules.most(export),
        about=_about(export, begun),
    )


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
