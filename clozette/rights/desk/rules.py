"""Decisions of the desk: whose clock runs, how long, what may be put off, and when a breach must be told to whom.

Sources: Indonesia UU PDP 27/2022 art. 30, 32, 40, 41 (3 x 24 hours) and 46; GDPR art. 12(3) (one month, and two more
where needed, with reasons given within the first), 33 and 34; Singapore PDPA s. 21, 22, 26D and the regulations' 30 days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.kernel.refusal import Refusal

KINDS: dict[str, LazyString] = {
    "access": _l("See what you keep about me"),
    "correction": _l("Correct something about me"),
    "erasure": _l("Erase what you keep about me"),
    "export": _l("Give me my data to take along"),
    "restriction": _l("Stop using something about me"),
    "objection": _l("I object to a use of my data"),
    "withdrawal": _l("I take back a consent"),
    "complaint": _l("I complain about how you treat my data"),
    "contact": _l("Something else"),
}
UNDER_NO_LAW = "contact"
EVENTS: dict[str, LazyString] = {
    "received": _l("Received"),
    "proof-asked": _l("Proof of who asks wanted; the clock stands still"),
    "identified": _l("It is certain who asks"),
    "extended": _l("Put off"),
    "replied": _l("Written to the person"),
    "sorted": _l("Sorted anew"),
    "soon": _l("Alarm: due within a day"),
    "waits": _l("Alarm: the assessment that starts the clock is missing"),
    "overdue": _l("Alarm: overdue"),
    "stuck": _l("Alarm: it has waited for a week"),
    "closed": _l("Answered and closed"),
    "opened": _l("Entered"),
    "changed": _l("Facts corrected"),
    "assessed": _l("Assessed"),
    "told": _l("Told"),
    "words": _l("Mails to people asked for"),
    "list taken": _l("List of people taken"),
}
KEPT_AFTER_ANSWER = timedelta(days=2 * 365)
BREACH_KEPT = timedelta(days=5 * 365)
ADDRESS_RESTS = timedelta(days=30)
OUTCOMES: dict[str, LazyString] = {
    "done": _l("Done"),
    "part": _l("Done in part"),
    "nothing": _l("Nothing is kept about this person"),
    "refused": _l("Refused, with the reason"),
    "unproven": _l("Closed: nobody proved who asks"),
    "taken-back": _l("Taken back by the person"),
    "not-theirs": _l("Closed: the reader of this address did not ask it"),
}
NOT_THEIRS = "not-theirs"
BY_THE_PERSON = frozenset({"taken-back", NOT_THEIRS})
"""Outcomes that the person chose: they need no mail about it."""
WARNED_BEFORE = timedelta(hours=24)
WAITS_LONG = timedelta(days=7)
# The European Economic Area, and the United Kingdom, whose own law says the same.
EU = frozenset(
    {
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "GB",
    }
)


@dataclass(frozen=True)
class Law:
    """How long a law gives: ``hours``, or else calendar ``months``, or else ``days``; and how far it can be put off.

    :param most_months: how many months later it may be put off to, all in all; ``None`` for "as long as needed, if we
        say until when"; 0 for not at all.
    """

    name: LazyString
    article: str
    hours: int = 0
    months: int = 0
    days: int = 0
    most_months: int | None = 0

    def due(self, received_at: datetime) -> datetime:
        """Return when the time is up."""
        return months_later(received_at, self.months) + timedelta(days=self.days, hours=self.hours)


LAWS = {
    "ID": Law(_l("Indonesia: 3 × 24 hours"), "UU PDP 27/2022 art. 32", hours=72),
    "EU": Law(_l("Europe: one month"), "GDPR art. 12(3)", months=1, most_months=3),
    "SG": Law(_l("Singapore: 30 days"), "PDPA s. 21", days=30, most_months=None),
}
STRICTEST = "ID"


def law_of(country: str | None) -> str:
    """Return whose clock runs for somebody from a country; where we don't know, or no law is listed, the strictest."""
    if country in EU:
        return "EU"
    return country if country in LAWS and country is not None else STRICTEST


def due_at(kind: str, law: str, received_at: datetime) -> datetime | None:
    """Return when a request must be answered; never, for a question under no law."""
    return None if kind == UNDER_NO_LAW else LAWS[law].due(received_at)


def furthest(law: str, received_at: datetime) -> datetime | None:
    """Return until when a law lets a request be put off at most; nothing where it names no end."""
    terms = LAWS[law]
    if terms.most_months is None:
        return None
    return months_later(received_at, terms.most_months) if terms.most_months else terms.due(received_at)


def months_later(moment: datetime, months: int) -> datetime:
    """Return the same day so many months later, or that month's last day where it has no such day."""
    month = moment.month - 1 + months
    year, month = moment.year + month // 12, month % 12 + 1
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=year, month=month, day=min(day, moment.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


Standing = Literal["closed", "paused", "overdue", "soon", "open"]


def standing(
    *, closed_at: datetime | None, paused_at: datetime | None, due: datetime | None, now: datetime
) -> Standing:
    """Return how a request stands against its clock."""
    if closed_at is not None:
        return "closed"
    if paused_at is not None:
        return "paused"
    if due is not None and due <= now:
        return "overdue"
    return "soon" if due is not None and due - now <= WARNED_BEFORE else "open"


def why_not_extend(
    *, law: str, received_at: datetime, due: datetime | None, until: datetime, extended: bool, now: datetime
) -> Refusal | None:
    """Refuse to put off what the law does not let be put off, or so far, or again, or too late."""
    terms = LAWS[law]
    if due is None:
        return Refusal("no_clock", _("No clock runs for this request."))
    if terms.most_months == 0:
        return Refusal("no_extension", _("This law gives no more time."))
    if now >= due:
        return Refusal("too_late", _("The time is up; the person had to be told before."))
    if extended:
        return Refusal("extended", _("It was put off once already."))
    if until <= due:
        return Refusal("not_later", _("This is not later than it is due now."), "until")
    if terms.most_months is not None and until > months_later(received_at, terms.most_months):
        return Refusal("too_far", _("This law does not let it be put off so far."), "until")
    return None


def why_not_close(*, closed: bool, kind: str, outcome: str, identified: bool) -> Refusal | None:
    """Refuse to close twice, and to do what was asked for somebody nobody identified."""
    if closed:
        return Refusal("closed", _("This request is closed already."))
    if kind != UNDER_NO_LAW and outcome in {"done", "part"} and not identified:
        return Refusal("unproven", _("First make sure who asks."), "outcome")
    return None


def why_not_pause(*, closed: bool, paused: bool, identified: bool) -> Refusal | None:
    """The clock stands still for one reason alone: we asked for a proof of identity and wait for it."""
    if closed or paused or identified:
        return Refusal("no_pause", _("The clock only stands still while we wait for a proof of who asks."))
    return None


@dataclass(frozen=True)
class BreachClock:
    """One duty to tell after a breach.

    :param starts: ``noticed`` or ``assessed``: from when it counts.
    :param only: the duty holds for this risk or a higher one.
    """

    law: str
    whom: Literal["authority", "people"]
    hours: int
    starts: Literal["noticed", "assessed"]
    only: Literal["none", "some", "high"]
    source: str

    @property
    def id(self) -> str:
        """Return its name, such as ``EU:authority``."""
        return f"{self.law}:{self.whom}"


PLACES: dict[str, LazyString] = {"ID": _l("Indonesia"), "EU": _l("Europe"), "SG": _l("Singapore")}
RISKS: dict[str, LazyString] = {
    "none": _l("No risk for people is likely"),
    "some": _l("A risk for people"),
    "high": _l("A high risk, or significant harm, for people"),
}
NOTIFIABLE = "high"
"""From which risk on Singapore's duties hold: its clock starts when an assessment finds it, or at 500 people."""
_RANK = {"none": 0, "some": 1, "high": 2}
MANY = 500
BREACH_CLOCKS = (
    BreachClock("ID", "authority", 72, "noticed", "none", "UU PDP 27/2022 art. 46"),
    BreachClock("ID", "people", 72, "noticed", "none", "UU PDP 27/2022 art. 46"),
    BreachClock("EU", "authority", 72, "noticed", "some", "GDPR art. 33"),
    BreachClock("EU", "people", 72, "noticed", "high", "GDPR art. 34 (without undue delay)"),
    BreachClock("SG", "authority", 72, "assessed", "high", "PDPA s. 26D (3 calendar days after the assessment)"),
    BreachClock("SG", "people", 72, "assessed", "high", "PDPA s. 26D (on or after telling the authority)"),
)


def clocks_of(
    laws: Iterable[str], risk: str, people: int, noticed_at: datetime, assessed_at: datetime | None
) -> list[tuple[BreachClock, datetime | None]]:
    """Return every duty that holds and when its time is up; no time while the assessment it counts from is missing.

    In Singapore the number of people (500) makes the authority's duty too, whatever the harm.
    """
    found: list[tuple[BreachClock, datetime | None]] = []
    for one in BREACH_CLOCKS:
        holds = _RANK[risk] >= _RANK[one.only] or (one.id == "SG:authority" and people >= MANY)
        if one.law in laws and holds:
            start = noticed_at if one.starts == "noticed" else assessed_at
            found.append((one, start + timedelta(hours=one.hours) if start else None))
    return found
