"""Consents: what a person agreed to, refused or took back, per purpose and channel (requirements 5, 6, 19 to 25)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _

from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.privacy import ledger, notices, purposes
from clozette.privacy.events import ConsentEnded
from clozette.privacy.ledger.state import Key, State, fold
from clozette.privacy.models import Consent
from clozette.privacy.purposes import CHANNEL_NAMES, PURPOSES, ConsentPurpose, about, purpose_of

__all__ = [
    "CHANNEL_NAMES",
    "PURPOSES",
    "ConsentPurpose",
    "Key",
    "State",
    "about",
    "answer",
    "current",
    "fold",
    "is_in_force",
    "purpose_of",
    "stands",
]

ENDINGS = frozenset({"withdrawn", "refused", "expired", "superseded"})
_MINORS = "clozette.privacy.is_minor"
_LAPSES = "clozette.privacy.lapsed"
Lapsed = Callable[[], list[sa.ColumnElement[bool]]]
"""Returns conditions on ``Consent``: a row that meets one of them counts no more."""


def current(subject_id: int) -> dict[Key, State]:
    """Return how every purpose that was ever answered stands, by (purpose, channel)."""
    mine = sa.select(Consent).where(Consent.subject_id == subject_id)
    return {(row.purpose, row.channel): State(row.action, row.entry_id, row.at) for row in db.session.scalars(mine)}


def stands(subject_id: int, purpose: str, channel: str) -> int | None:
    """Return the entry of the consent that stands, or nothing: silence is no consent."""
    given = sa.select(Consent.entry_id).where(
        Consent.subject_id == subject_id,
        Consent.purpose == purpose,
        Consent.channel == channel,
        is_in_force(),
    )
    found: int | None = db.session.scalar(given)
    return found


def is_in_force() -> sa.ColumnElement[bool]:
    """Whether a row of the current state is a yes that counts now; one that lapsed counts no more, even before the sweep
    writes that down.
    """
    asked: list[Lapsed] = current_app.extensions.get(_LAPSES, [])
    return sa.and_(Consent.action == "given", *(sa.not_(one) for lapsed in asked for one in lapsed()))


def ask_lapses_of(app: Flask, lapsed: Lapsed) -> None:
    """Say who else knows which rows of the current state lapsed; for the wiring page."""
    app.extensions.setdefault(_LAPSES, []).append(lapsed)


def answer(
    subject_id: int,
    purpose: str,
    channel: str,
    action: ledger.Action,
    *,
    now: datetime,
    method: str,
    point: str | None = None,
    shown: notices.Shown | None = None,
    served_id: int | None = None,
    wording: str | None = None,
    actor: str = "subject",
    guardian: str | None = None,
    surface: str | None = None,
    circumstances: Mapping[str, Any] | None = None,
) -> ledger.Added:
    """Record an answer to one purpose by one channel and bring its state up to it, in one transaction.

    :param point: where it was asked; by default the point of the channel.
    :param purpose: a name of ``PURPOSES``, or ``about(purpose, object_id)`` where it is for one thing.
    :param shown: what the form showed (``notices.answered``); recorded as served first, unless ``served_id`` says it was.
    :param wording: the control's words, if they were others than those of the form, or of today where there was none.
    :param guardian: how a minor's parent or guardian agreed (kept sealed); without it a minor's yes is refused.
    :raises Refused: for an unknown purpose or channel, a yes to what was not offered or is over, or a minor's yes alone.
    """
    asked = _asked(purpose, channel)
    if action == "given":
        _check_open(purpose)
        _check_offered(shown, purpose, channel)
        _check_age(asked, subject_id, guardian, now)
    facts = {**(circumstances or {}), **({"guardian": guardian} if guardian else {})}
    stood = action in ENDINGS and (state := current(subject_id).get((purpose, channel))) is not None and state.stands
    entry = ledger.record(
        subject_id=subject_id,
        point=point or purposes.point_of(purpose, channel),
        action=action,
        purpose=purpose,
        channel=channel,
        wording=wording or _words(shown, purpose, channel),
        method=method,
        now=now,
        actor=actor,
        circumstances=facts,
        surface=surface,
        shown=shown,
        served_id=served_id,
    )
    if stood:
        events.publish(ConsentEnded(subject_id, entry.id))
    return entry


def ask_ages_of(app: Flask, is_minor: Callable[[int, datetime], bool]) -> None:
    """Say who knows whether a subject is a minor; for the wiring page."""
    app.extensions[_MINORS] = is_minor


def is_minor(subject_id: int, now: datetime) -> bool:
    """Whether a subject is known to be under age."""
    ask: Callable[[int, datetime], bool] | None = current_app.extensions.get(_MINORS)
    return ask is not None and ask(subject_id, now)


def needs_guardian(asked: ConsentPurpose, by_minor: bool) -> bool:
    """Whether a yes needs a parent's or guardian's besides; then nobody asks the minor for it."""
    return by_minor and asked.needs_guardian


def guardian_needed() -> Refusal:
    """Return why a minor's yes alone does not count."""
    return Refusal("guardian_needed", _("Until you are 18, a parent or guardian has to agree to this."), "purpose")


def _asked(purpose: str, channel: str) -> ConsentPurpose:
    try:
        asked = purpose_of(purpose)
    except KeyError:
        raise Refused(Refusal("unknown_purpose", _("We don't ask for this."), "purpose")) from None
    if channel not in asked.channels:
        raise Refused(Refusal("unknown_channel", _("We don't use this way."), "channel"))
    return asked


def _check_offered(shown: notices.Shown | None, purpose: str, channel: str) -> None:
    """A yes counts only for what stood on the form as a control of its own (requirement 25)."""
    if shown is not None and (purpose, channel) not in shown.offers:
        raise Refused(Refusal("not_offered", _("This was not asked on the form that was sent."), "purpose"))


def _check_open(purpose: str) -> None:
    """A yes to something that was replaced since would be a yes to nothing."""
    if not purposes.is_open(purpose):
        raise Refused(Refusal("over", _("This is not asked for any more."), "purpose"))


def _check_age(asked: ConsentPurpose, subject_id: int, guardian: str | None, now: datetime) -> None:
    if not guardian and needs_guardian(asked, is_minor(subject_id, now)):
        raise Refused(guardian_needed())


def _words(shown: notices.Shown | None, purpose: str, channel: str) -> str:
    if shown is None or (purpose, channel) not in shown.offers:
        return purposes.wording(purpose, channel)
    return notices.control_words(shown, (purpose, channel))
