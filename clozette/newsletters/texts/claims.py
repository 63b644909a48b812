"""Claiming one text after the other and writing down what became of it.

A text is ``submitting`` from the commit of its claim to the commit of its outcome; whoever finds it so much later knows
that its worker died and that nobody can say whether it went out: ``uncertain``, never sent again by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.newsletters.texts import eligibility, rules
from clozette.newsletters.texts.models import Phone, TextCampaign, TextSending

LOST_AFTER = timedelta(minutes=10)
TRIES = 6
FIRST_WAIT = timedelta(minutes=1)
_QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Claimed:
    """One text to one number, ours to send."""

    text_id: int
    phone_id: int
    number: str
    locale: str
    body: str
    is_unasked: bool
    mark: str
    at: datetime


def claim(text: TextCampaign, mark: str, now: datetime) -> Claimed | bool:
    """Claim the next text of a running campaign; ``True`` if one was looked at and skipped, ``False`` if none waits.

    The statement that claims asks again whether its holder may get it; who may not is ``skipped``, with the reason.
    """
    phone_id: int | None = db.session.scalar(_next(text, now))
    if phone_id is None:
        return False
    mine = (TextSending.text_id == text.id, TextSending.phone_id == phone_id)
    state = db.session.scalar(_take(text, phone_id, mark, now), execution_options=_QUIETLY)
    if state != "submitting":
        return state is not None
    free = sa.or_(Phone.next_at.is_(None), Phone.next_at <= now)
    step = sa.update(Phone).where(Phone.id == phone_id, free).values(next_at=now + rules.GAP)
    if not db.session.execute(step, execution_options=_QUIETLY).rowcount:  # type: ignore[attr-defined]
        skipped = {"state": "skipped", "reason": "frequency", "claim": None, "claimed_at": None}
        db.session.execute(sa.update(TextSending).where(*mine).values(**skipped), execution_options=_QUIETLY)
        return True
    asked = sa.select(Phone.number, Phone.locale, TextSending.basis).join(TextSending, TextSending.phone_id == Phone.id)
    row = db.session.execute(asked.where(*mine)).one()
    return Claimed(text.id, phone_id, row.number, row.locale, text.body, row.basis == "register", mark, now)


def accepted(one: Claimed, ref: str, now: datetime) -> None:
    """Write down that the provider took it; also where it was given up for lost meanwhile."""
    _settle(one, ("submitting", "uncertain"), state="sent", reason=None, ref=ref, sent_at=now)


def refused(one: Claimed, why: str) -> None:
    """Write down that it was refused for good; its holder may get another."""
    if _settle(one, ("submitting",), state="failed", reason=why[:64] or "refused"):
        _free(one.phone_id, one.at)


def unknown(one: Claimed) -> None:
    """Write down that nobody knows."""
    _settle(one, ("submitting",), state="uncertain", reason="no answer")


def later(one: Claimed, now: datetime) -> None:
    """Queue it again for later, or give it up after some tries."""
    tries = db.session.scalar(_mine(one, sa.select(TextSending.tries))) or 0
    if tries >= TRIES:
        refused(one, "unreachable")
        return
    wait = FIRST_WAIT * 2 ** max(tries - 1, 0)
    if _settle(one, ("submitting",), state="queued", claim=None, claimed_at=None, not_before=now + wait):
        _free(one.phone_id, one.at)


def give_up_lost(now: datetime) -> int:
    """Mark what was claimed long ago as uncertain; return how many."""
    lost = (TextSending.state == "submitting", TextSending.claimed_at < now - LOST_AFTER)
    step = sa.update(TextSending).where(*lost).values(state="uncertain", reason="worker died")
    return int(db.session.execute(step, execution_options=_QUIETLY).rowcount)  # type: ignore[attr-defined]


def decide(text_id: int, phone_id: int, *, was_sent: bool, now: datetime) -> bool:
    """Let staff say what became of an uncertain one: it was sent, or it goes into the queue again."""
    mine = (TextSending.text_id == text_id, TextSending.phone_id == phone_id, TextSending.state == "uncertain")
    running = sa.exists().where(TextCampaign.id == text_id, TextCampaign.state.in_(("running", "paused", "finished")))
    claimed_at = db.session.scalar(sa.select(TextSending.claimed_at).where(*mine))
    if was_sent:
        values: dict[str, Any] = {"state": "sent", "reason": "said by staff", "sent_at": now}
    else:
        values = {"state": "queued", "reason": None, "claim": None, "claimed_at": None, "not_before": None}
    step = sa.update(TextSending).where(*mine, running).values(**values)
    changed = bool(db.session.execute(step, execution_options=_QUIETLY).rowcount)  # type: ignore[attr-defined]
    if changed and not was_sent:
        _free(phone_id, claimed_at)
        again = (TextCampaign.id == text_id, TextCampaign.state == "finished")
        db.session.execute(sa.update(TextCampaign).where(*again).values(state="running", finished_at=None))
    return changed


def _next(text: TextCampaign, now: datetime) -> Any:
    """Select the next queued one where it is day, locked, those of other workers left out."""
    zones = db.session.scalars(sa.select(Phone.zone).distinct()).all()
    due = sa.or_(TextSending.not_before.is_(None), TextSending.not_before <= now)
    return (
        sa.select(TextSending.phone_id)
        .join(Phone, Phone.id == TextSending.phone_id)
        .where(TextSending.text_id == text.id, TextSending.state == "queued", due)
        .where(Phone.zone.in_(rules.with_day(zones, now)))
        .order_by(TextSending.phone_id)
        .limit(1)
        .with_for_update(of=TextSending, skip_locked=True)
    )


def _take(text: TextCampaign, phone_id: int, mark: str, now: datetime) -> Any:
    """Return the statement that claims one, or skips it."""
    asked = sa.select(
        Phone.id.label("phone_id"),
        eligibility.why_not(text, now).label("why"),
        sa.case((eligibility.is_evident(text), "consent"), else_=_basis_elsewhere(now)).label("basis"),
        eligibility.checked_by(now).label("check_id"),
    )
    picked = asked.where(Phone.id == phone_id).cte("picked")
    goes = picked.c.why.is_(None)
    running = sa.exists().where(TextCampaign.id == text.id, TextCampaign.state == "running").correlate(None)
    mine = (TextSending.text_id == text.id, TextSending.phone_id == phone_id, TextSending.state == "queued")
    return (
        sa.update(TextSending)
        .where(*mine, running, TextSending.phone_id == picked.c.phone_id)
        .values(
            state=sa.case((goes, "submitting"), else_="skipped"),
            reason=picked.c.why,
            basis=sa.case((goes, picked.c.basis), else_=None),
            check_id=sa.case((sa.and_(goes, picked.c.basis == "register"), picked.c.check_id), else_=None),
            claim=sa.case((goes, mark), else_=None),
            claimed_at=sa.case((goes, sa.literal(now)), else_=None),
            tries=TextSending.tries + sa.case((goes, 1), else_=0),
        )
        .returning(TextSending.state)
    )


def _basis_elsewhere(now: datetime) -> sa.ColumnElement[str]:
    """Where no register rules, the consent is what it rests on, however it was kept."""
    ruled = Phone.country.in_(sorted(rules.REGISTERS))
    return sa.case((ruled, "register"), else_="consent")


def _settle(one: Claimed, was: tuple[str, ...], **values: Any) -> bool:
    step = _mine(one, sa.update(TextSending)).where(TextSending.state.in_(was)).values(**values)
    return bool(db.session.execute(step, execution_options=_QUIETLY).rowcount)  # type: ignore[attr-defined]


def _mine(one: Claimed, statement: Any) -> Any:
    mine = (TextSending.text_id == one.text_id, TextSending.phone_id == one.phone_id, TextSending.claim == one.mark)
    return statement.where(*mine)


def _free(phone_id: int, claimed_at: datetime | None) -> None:
    """Take the wait back that a claim began, as nothing came of it; one that another text began since goes on."""
    if claimed_at is not None:
        mine = (Phone.id == phone_id, Phone.next_at == claimed_at + rules.GAP)
        db.session.execute(sa.update(Phone).where(*mine).values(next_at=None), execution_options=_QUIETLY)
