"""When a guardian may be asked. No database."""

from datetime import date, datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _

from clozette.accounts.models import ADULT_AGE
from clozette.kernel.refusal import Refusal

VALID = timedelta(days=7)
RESTS = timedelta(days=30)
AGREED, DECLINED, WITHDRAWN = "agreed", "declined", "withdrawn"


def born_by(today: date) -> date:
    """Return the last day of birth of those who are of age today."""
    day = min(today.day, 28) if today.month == 2 else today.day  # 29 February: 18 years before is no leap year
    return today.replace(year=today.year - ADULT_AGE, day=day)


def no_need() -> Refusal:
    """Nobody has to be asked."""
    return Refusal("not_needed", _("For this no parent or guardian has to be asked."), "purpose")


def own_address() -> Refusal:
    """Nobody is their own guardian."""
    return Refusal("own_address", _("This is your own address. Give that of a parent or guardian."), "guardian_email")


def why_not_yet(
    decision: str | None, decided_at: datetime | None, expires_at: datetime, now: datetime
) -> Refusal | None:
    """A question that waits is not put again, and a no is respected for a month."""
    if decision is None:
        waits = expires_at > now
        return (
            Refusal("asked_already", _("They were asked already. Take the question back to ask anew."))
            if waits
            else None
        )
    if decision != AGREED and decided_at is not None and decided_at + RESTS > now:
        day = format_date(decided_at + RESTS, "long")
        return Refusal("said_no", _("They said no. You can ask again from %(day)s.", day=day))
    return None


def gone() -> Refusal:
    """Somebody else decided first, or it is too late."""
    return Refusal("gone", _("This link no longer works."))
