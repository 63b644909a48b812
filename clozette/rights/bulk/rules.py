"""Decisions about bulk exports: no database, no Flask, no clock."""

from collections.abc import Collection
from datetime import datetime, timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.rights.bulk.models import REFUSED, BulkExport
from clozette.rights.bulk.uses import Use

OPEN_FOR = timedelta(days=7)
"""How long an export may be downloaded."""
MOST_DOWNLOADS = 5
"""How often one export may be downloaded, begun ones that broke off too."""
COUNTED_FOR = timedelta(days=30)
"""So long the people of an export that nobody else agreed to count against what its asker may have alone: many small
exports are a large one."""

HANDED_OVER_AT_ONCE = 2000
"""How many people one hand-over may be about: its payload is made and logged as a whole."""


def why_not_ask(use: Use, columns: Collection[str], counted: int, *, leaves: bool) -> Refusal | None:
    """Refuse columns that this use has no need of, a file about nobody, and a hand-over that has no ground."""
    if set(columns) - set(use.columns):
        return Refusal("column", _("Exports for this use can't have all of these columns."), "columns")
    if not counted:
        return Refusal("nobody", _("No member fits this."))
    if leaves and not use.may_leave:
        return Refusal("stays", _("What is exported for this use stays in the house."), "recipient_name")
    if leaves and counted > HANDED_OVER_AT_ONCE:
        message = _("At most %(most)s members can be handed over at once. Narrow it down.", most=HANDED_OVER_AT_ONCE)
        return Refusal("too-many", message)
    return None


def why_not_decide(export: BulkExport, by_id: int, now: datetime) -> Refusal | None:
    """Refuse a decision on one's own export, on one that needs none, and a second one."""
    if by_id == export.asked_by_id:
        return Refusal("oneself", _("Somebody else has to decide on an export that you asked for."))
    if not export.needs_second_person:
        return Refusal("free", _("This export is small enough to need nobody's approval."))
    if export.decision is not None:
        return decided()
    return _over(export, now)


def decided() -> Refusal:
    """Say that somebody was faster."""
    return Refusal("decided", _("Somebody has decided on this export already."))


def why_not_download(export: BulkExport, by_id: int, *, fit_now: int, downloads: int, now: datetime) -> Refusal | None:
    """Refuse whoever did not ask for it, an export that waits or was refused, is used up, or has grown since."""
    if by_id != export.asked_by_id:
        return Refusal("not-yours", _("Only who asked for an export can download it."))
    if export.decision is not None and export.decision.verdict == REFUSED:
        return Refusal("refused", _("A second person has refused this export."))
    if not export.is_open:
        return Refusal("waits", _("This export waits for a second person’s approval."))
    if downloads >= MOST_DOWNLOADS:
        return Refusal("used-up", _("This export was downloaded as often as it may be. Ask for a new one."))
    if fit_now > most(export):
        return grown()
    return _over(export, now)


def grown() -> Refusal:
    """Say that it would be about more people than were counted."""
    return Refusal("grown", _("More members fit this by now than were counted. Ask for a new export."))


def someone_leaves() -> Refusal:
    """Say that the erasure of somebody in it has begun; who is left is found by asking again."""
    return Refusal("leaves", _("Somebody in this export is being erased. Ask for a new export."))


def most(export: BulkExport) -> int:
    """Return how many people may be in it: those that were counted and agreed to, or that needed nobody's agreement."""
    return export.counted


def left_alone(limit: int, had: int) -> int:
    """Return how many people an admin may still export without a second person, after those they ``had`` lately."""
    return max(0, limit - had)


def _over(export: BulkExport, now: datetime) -> Refusal | None:
    if now >= export.expires_at:
        return Refusal("over", _("This export is over. Ask for a new one."))
    return None
