"""When a campaign may change, and when it is due. No database, no clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

GRACE = timedelta(hours=1)
"""How late a campaign may start by itself; later it asks (requirement 38)."""
REPEATS = ("day", "week", "month")
EARLIEST, LATEST = timedelta(minutes=1), timedelta(days=2 * 365)


def next_time(first: datetime, zone: str, repeats: str, after: datetime) -> datetime:
    """Return when something that repeats is due next, after a moment: at the wall clock's time, and on the day, of its first.

    Where the clocks skip that time, it is due as much later as they were moved; a month without its day has it on its
    last. Neither moves the times after it.
    """
    local = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    steps = 0
    while True:
        steps += 1
        wanted = _later(local, repeats, steps).replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
        if wanted > after:
            return wanted


def time_of(first: datetime, zone: str, repeats: str, sent: datetime) -> datetime:
    """Return for which time of something that repeats it was sent at a moment: at that time, or early for it."""
    return first if sent <= first else next_time(first, zone, repeats, sent - timedelta(microseconds=1))


def is_late(send_at: datetime, now: datetime) -> bool:
    """Whether a due campaign must ask before it goes out."""
    return now - send_at > GRACE


def why_not_schedule(send_at: datetime, now: datetime) -> Refusal | None:
    """Refuse what is over, and what is so far away that it must be a slip."""
    if send_at < now + EARLIEST:
        return Refusal("past", _("This time is over. Choose one that is at least a minute away."), "send_at")
    if send_at > now + LATEST:
        return Refusal("far", _("That is more than two years away. Look at the year again."), "send_at")
    return None


def _later(local: datetime, repeats: str, steps: int) -> datetime:
    if repeats == "day":
        return local + timedelta(days=steps)
    if repeats == "week":
        return local + timedelta(weeks=steps)
    month = local.month - 1 + steps
    year, month = local.year + month // 12, month % 12 + 1
    for day in range(local.day, 27, -1):
        try:
            return local.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return local.replace(year=year, month=month)
