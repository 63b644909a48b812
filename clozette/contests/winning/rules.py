"""Decisions about winners: how long they have, what may follow what, and why a prize goes on. No database, no clock."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

ANSWER = timedelta(days=14)
"""How long a winner has for each step, where the rules of the contest say nothing else."""
REMIND = timedelta(days=3)
"""A reminder goes so long before the end, or half-way where the time is short; without one, nothing ends."""
KEPT = timedelta(days=30)
"""How long an address is kept after the prize arrived."""
RECORDS_KEPT = timedelta(days=5 * 366)
"""How long it is kept who won what, after everything was given."""
ARRIVED_AFTER = timedelta(days=60)
"""A prize of which nobody has said anything for so long after it was sent counts as arrived."""
STEPS: Mapping[str, tuple[str, ...]] = {
    "alternate": ("chosen", "notified", "disqualified"),
    "chosen": ("notified", "disqualified"),
    "notified": ("accepted", "declined", "expired", "disqualified"),
    "accepted": ("addressed", "shipped", "declined", "expired", "disqualified"),
    "addressed": ("addressed", "shipped", "declined", "disqualified"),
    "shipped": ("received",),
    "received": (),
    "declined": (),
    "expired": (),
    "disqualified": (),
}
"""What may follow each state; an online prize goes from accepted to shipped without an address."""
BECAUSE = ("not-eligible", "against-rules", "no-proof")
"""Public words for why staff pass somebody over."""
DECLINED, LATE, GONE = "declined", "late", "gone"
"""Public words for what needs nobody's judgement; ``gone``: the account or the entry is."""


def answer_within(content: Mapping[str, Any]) -> timedelta:
    """Return how long winners have for a step, as the rules say."""
    days = content.get("answer_days")
    return timedelta(days=int(days)) if isinstance(days, int) and days > 0 else ANSWER


def reminded_before(within: timedelta) -> timedelta:
    """Return how long before the end a reminder goes."""
    return min(REMIND, within / 2)


def due_after_reminder(due_at: datetime, now: datetime, within: timedelta) -> datetime:
    """Return until when somebody has who is reminded now: never less than after a reminder in time."""
    return max(due_at, now + reminded_before(within))


def may_name(content: Mapping[str, Any]) -> bool:
    """Whether the rules let the public list name winners who agree to that; some say that it has numbers alone."""
    return content.get("winner_list") != "asked"


def erase_on(now: datetime) -> date:
    """Return the day on which an address goes whose prize has arrived."""
    return (now + KEPT).date()


def too_late() -> Refusal:
    """Return why a step is not done: the state changed meanwhile, or the time is over."""
    return Refusal("too_late", _("This can't be done any more: the time for it is over, or somebody did it before."))


def not_for_posting() -> Refusal:
    """Return why no address is taken."""
    return Refusal("online", _("This prize is given online; it needs no address."))


def address_missing() -> Refusal:
    """Return why a prize is not sent yet."""
    return Refusal("no_address", _("The winner has not said yet where the prize shall go."))
