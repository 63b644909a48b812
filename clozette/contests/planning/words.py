"""How pages name what is decided about a contest."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from flask_babel import format_date, format_time, get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.contests.planning.models import Contest

STATE_NAMES = {
    "draft": _l("draft"),
    "checked": _l("checked"),
    "published": _l("coming"),
    "open": _l("open"),
    "closed": _l("being decided"),
    "judged": _l("decided"),
    "announced": _l("announced"),
    "done": _l("over"),
    "cancelled": _l("cancelled"),
}
DECIDED_NAMES = {"draw": _l("by draw"), "jury": _l("by a jury")}
ENTRY_NAMES = {
    "look": _l("a look of yours"),
    "photos": _l("photos"),
    "none": _l("nothing but a press of the button"),
}
SENT_NAMES = {"house": _l("we send it"), "sponsor": _l("the sponsor sends it"), "online": _l("it is given online")}
_MOMENTS: tuple[tuple[str, LazyString], ...] = (
    ("opens_at", _l("Opens")),
    ("closes_at", _l("Closes")),
    ("votes_from", _l("Votes count from")),
    ("votes_until", _l("Votes count until")),
    ("judging_until", _l("The jury decides until")),
    ("draw_at", _l("Drawn")),
    ("announce_at", _l("Announced")),
)


def names() -> dict[str, Any]:
    """Return the names of what columns hold, for templates."""
    return {
        "state_names": STATE_NAMES,
        "decided_names": DECIDED_NAMES,
        "entry_names": ENTRY_NAMES,
        "sent_names": SENT_NAMES,
    }


def moments(contest: Contest) -> list[tuple[LazyString, datetime]]:
    """Return a contest's dates with what each is, in order."""
    return [(title, at) for name, title in _MOMENTS if (at := getattr(contest, name)) is not None]


def countries(contest: Contest) -> list[str]:
    """Return the names of the countries that one may enter from, in the reader's language."""
    known = (get_locale() or Locale("en")).territories
    return sorted((known.get(code, code) for code in contest.countries), key=str.casefold)


def zone_moment(at: datetime, zone: str) -> str:
    """Write a moment as the wall clock of a zone shows it, in the reader's way, with the zone's name."""
    there = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    day, time = format_date(there, "medium", rebase=False), format_time(there, "short", rebase=False)
    return f"{day}, {time} ({zone.replace('_', ' ')})"


def is_same_clock(at: datetime, zone: str, other: str) -> bool:
    """Whether the wall clocks of two zones show the same at a moment."""
    return at.astimezone(ZoneInfo(zone)).utcoffset() == at.astimezone(ZoneInfo(other)).utcoffset()
