"""A campaign of texts from draft to end; every change of its state is one conditional statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.newsletters.campaigns import rules as schedules
from clozette.newsletters.sending.senders import SOON
from clozette.newsletters.texts import eligibility
from clozette.newsletters.texts.events import TextLate
from clozette.newsletters.texts.models import Phone, TextCampaign, TextSending

MOVES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "pause": (("running",), "paused"),
    "resume": (("paused",), "running"),
    "cancel": (("draft", "running", "paused"), "cancelled"),
}


@dataclass(frozen=True)
class Counts:
    """How many numbers a campaign goes to, and how many of those that could have it not, by reason."""

    getting: int
    refused: dict[str, int]


def make(data: Mapping[str, Any], now: datetime) -> TextCampaign:
    """Add a draft."""
    text = TextCampaign(**data, state="draft", made_at=now)
    db.session.add(text)
    db.session.flush()
    return text


def save(text: TextCampaign, data: Mapping[str, Any], *, version: int) -> None:
    """Change a draft.

    :raises Refused: if it is none any more, or somebody else changed it meanwhile.
    """
    still = (*_waits_for_nothing(text), TextCampaign.version == version)
    step = sa.update(TextCampaign).where(*still).values(**data, version=version + 1)
    if not _changed(step):
        raise Refused(Refusal("changed", _("This was changed meanwhile, in another window or by somebody else.")))
    db.session.refresh(text)


def schedule(text: TextCampaign, send_at: datetime, zone: str, *, version: int, now: datetime) -> None:
    """Let a draft go by itself at a moment.

    :param version: which of it was on the page that said so.
    :raises Refused: for what is over, and if it is no draft that waits for nothing, or was changed meanwhile.
    """
    refuse(schedules.why_not_schedule(send_at, now))
    still = (*_waits_for_nothing(text), TextCampaign.version == version)
    if not _changed(sa.update(TextCampaign).where(*still).values(send_at=send_at, time_zone=zone, because=None)):
        raise Refused(Refusal("changed", _("This was changed meanwhile, in another window or by somebody else.")))
    db.session.refresh(text)


def unschedule(text: TextCampaign) -> bool:
    """Make an ordinary draft of what waits for its time, or missed it; say whether that changed anything."""
    waits = (TextCampaign.id == text.id, TextCampaign.state == "draft", TextCampaign.send_at.is_not(None))
    changed = _changed(sa.update(TextCampaign).where(*waits).values(send_at=None, because=None))
    db.session.refresh(text)
    return changed


def come_due(text_id: int, now: datetime) -> bool:
    """Start what waits for its time, which has come; say whether it started.

    What missed it by more than the grace asks (requirement 38), and so does what can't go: it stands still and says why.
    """
    text = db.session.get_one(TextCampaign, text_id, populate_existing=True)
    if text.send_at is None or schedules.is_late(text.send_at, now):
        _ask(text, "late", now)
        return False
    try:
        with db.session.begin_nested():
            start(text, now, when=_is_due(now))
    except Refused as refused:
        db.session.refresh(text)
        _ask(text, refused.refusal.code, now)
        return False
    return True


def could_not_start(text_id: int, now: datetime) -> None:
    """Let one ask that failed at its time by a fault of ours."""
    _ask(db.session.get_one(TextCampaign, text_id, populate_existing=True), "fault", now)


def due(now: datetime) -> list[int]:
    """Return what is to start by itself now."""
    wanted = sa.select(TextCampaign.id).where(*_is_due(now)).order_by(TextCampaign.send_at)
    return list(db.session.scalars(wanted))


def counts(text: TextCampaign, now: datetime) -> Counts:
    """Count who gets it now, and who agreed to its purpose and does not get it all the same.

    Whoever did not agree is no recipient, and counted nowhere.
    """
    why = eligibility.why_not(text, now)
    counted = sa.select(why, sa.func.count()).select_from(Phone).where(*_of_country(text)).group_by(why)
    found: dict[str | None, int] = {row[0]: row[1] for row in db.session.execute(counted)}
    return Counts(found.pop(None, 0), {name: found[name] for name in eligibility.REASONS[1:] if found.get(name)})


def start(text: TextCampaign, now: datetime, *, when: Sequence[sa.ColumnElement[bool]] = ()) -> Counts:
    """Queue a row for everybody who gets it, and one with the reason for everybody who agreed and does not.

    :param when: what has to be so besides.
    :raises Refused: if it is no draft any more, or nobody gets it.
    """
    begun = sa.update(TextCampaign).where(TextCampaign.id == text.id, TextCampaign.state == "draft", *when)
    if not _changed(begun.values(state="running", started_at=now, because=None)):
        raise Refused(Refusal("started", _("This is no draft any more.")))
    why = eligibility.why_not(text, now)
    state = sa.case((why.is_(None), "queued"), else_="skipped")
    rows = sa.select(sa.literal(text.id), Phone.id, state, why, sa.literal(0)).where(*_of_country(text))
    rows = rows.where(sa.or_(why.is_(None), why != "consent"))
    rows = rows.with_for_update(
        of=Phone, read=True, key_share=True
    )  # whoever forgets theirs at this moment is left out
    queue = sa.insert(TextSending).from_select(["text_id", "phone_id", "state", "reason", "tries"], rows)
    db.session.execute(queue)
    db.session.refresh(text)
    made = outcomes(text)
    if not made.get("queued"):
        raise Refused(Refusal("nobody", _("Nobody would get this.")))
    return Counts(made["queued"], {})


def move(text: TextCampaign, deed: str, now: datetime, *, because: str | None = None) -> bool:
    """Pause, resume or cancel; say whether that changed anything. What a server has it has."""
    before, after = MOVES[deed]
    values: dict[str, Any] = {"state": after, "because": because, "not_before": None, "failures": 0}
    if after == "cancelled":
        values["finished_at"] = now
    mine = (TextCampaign.id == text.id, TextCampaign.state.in_(before))
    changed = _changed(sa.update(TextCampaign).where(*mine).values(**values))
    if changed and after == "cancelled":
        waits = (TextSending.text_id == text.id, TextSending.state == "queued")
        db.session.execute(sa.update(TextSending).where(*waits).values(state="skipped", reason="cancelled"))
    db.session.refresh(text)
    return changed


def is_under_way() -> bool:
    """Whether anything is being sent."""
    return db.session.scalar(sa.select(TextCampaign.id).where(TextCampaign.state == "running").limit(1)) is not None


def hold_everything(now: datetime) -> None:
    """Let nothing go on or begin by itself: what was written since the database's older state is lost, and nobody gets
    anything twice.
    """
    running = sa.update(TextCampaign).where(TextCampaign.state == "running")
    db.session.execute(running.values(state="paused", because="restored"))
    soon = sa.update(TextCampaign).where(*_is_due(now + SOON))
    db.session.execute(soon.values(because="restored"))


def finish(text_id: int, now: datetime) -> bool:
    """End a running campaign if nothing of it waits or is on its way."""
    open_rows = sa.exists().where(TextSending.text_id == text_id, TextSending.state.in_(("queued", "submitting")))
    mine = (TextCampaign.id == text_id, TextCampaign.state == "running", sa.not_(open_rows))
    return _changed(sa.update(TextCampaign).where(*mine).values(state="finished", finished_at=now))


def outcomes(text: TextCampaign) -> dict[str, int]:
    """Return how many sendings stand how."""
    counted = sa.select(TextSending.state, sa.func.count()).where(TextSending.text_id == text.id)
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(TextSending.state))}


def reasons(text: TextCampaign) -> dict[tuple[str, str], int]:
    """Return how many were skipped or failed, by state and reason."""
    mine = (TextSending.text_id == text.id, TextSending.state.in_(("skipped", "failed")))
    counted = sa.select(TextSending.state, TextSending.reason, sa.func.count()).where(*mine)
    grouped = counted.group_by(TextSending.state, TextSending.reason).order_by(TextSending.state, TextSending.reason)
    return {(row[0], row[1] or ""): row[2] for row in db.session.execute(grouped)}


def _is_due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (TextCampaign.state == "draft", TextCampaign.send_at <= now, TextCampaign.because.is_(None))


def _ask(text: TextCampaign, because: str, now: datetime) -> None:
    """Let a campaign wait for what staff say, and tell them."""
    still = (TextCampaign.id == text.id, *_is_due(now))
    if _changed(sa.update(TextCampaign).where(*still).values(because=because)):
        events.publish(TextLate(text.id))
    db.session.refresh(text)


def _waits_for_nothing(text: TextCampaign) -> tuple[sa.ColumnElement[bool], ...]:
    return (TextCampaign.id == text.id, TextCampaign.state == "draft", TextCampaign.send_at.is_(None))


def _of_country(text: TextCampaign) -> list[sa.ColumnElement[bool]]:
    return [Phone.country == text.country] if text.country else []


def _changed(step: sa.Update) -> bool:
    return bool(db.session.execute(step).rowcount)  # type: ignore[attr-defined]
