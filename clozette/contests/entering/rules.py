"""Pure decisions about entries: who may enter, what an entry commits to."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

MAX_PHOTOS = 4
LIVE = ("entered", "asked")
COUNTED = (*LIVE, "disqualified")
"""States of an entry beside which there can be no other of the same member."""
SHOWN = ("public", "members")
"""Visibilities of looks that can be entered."""
DISQUALIFYING = ("not-eligible", "not-own-work", "rules-broken", "two-accounts")
"""Why staff take an entry out, in a public word."""


@dataclass(frozen=True)
class Entrant:
    """What is known of somebody who wants to enter, and what the contest asks for.

    :ivar closed: why the contest takes nothing now: ``early``, ``late``, ``over``; empty while it is open.
    :ivar account_days: how old the account is.
    :ivar allows_minors: whether the rules are made for people under 18 too.
    """

    closed: str
    opens_at: datetime
    country: str
    countries: Sequence[str]
    age: int
    min_age: int
    account_days: int
    min_account_days: int
    is_confirmed: bool = True
    is_leaving: bool = False
    is_staff: bool = False
    is_judge: bool = False
    is_sponsors: bool = False
    is_minor: bool = False
    allows_minors: bool = False
    has_entered: bool = False


def why_not_enter(who: Entrant) -> Refusal | None:
    """Say why somebody can't enter, or nothing. The reasons that will never change come before those that may."""
    return next((Refusal(code, words()) for code, holds, words in _REASONS if holds(who)), None) or _why_not_yet(who)


def why_not_open(who: Entrant) -> Refusal | None:
    """Say why the contest takes no entry now, or nothing."""
    if who.closed == "early":
        return Refusal("early", _("Entries are taken from %(when)s on.", when=format_datetime(who.opens_at, "long")))
    return Refusal("closed", _("This contest takes no entries any more.")) if who.closed else None


_Reason = tuple[str, Callable[[Entrant], bool], Callable[[], str]]
_REASONS: tuple[_Reason, ...] = (
    ("entered", lambda who: who.has_entered, lambda: _("You have entered already: one entry for each person.")),
    ("leaving", lambda who: who.is_leaving, lambda: _("You asked us to erase your account.")),
    ("unconfirmed", lambda who: not who.is_confirmed, lambda: _("Confirm your mail address first.")),
    ("staff", lambda who: who.is_staff, lambda: _("Staff of this site can't enter.")),
    ("judge", lambda who: who.is_judge, lambda: _("You are in the jury of this contest, and can't enter it.")),
    ("sponsors", lambda who: who.is_sponsors, lambda: _("People who work for its sponsor can't enter this contest.")),
    ("country", lambda who: who.country not in who.countries, lambda: _("This contest isn't open to your country.")),
)


def _why_not_yet(who: Entrant) -> Refusal | None:
    if who.age < who.min_age:
        words = _("This contest is for people who are %(age)d or older.", age=who.min_age)
        return Refusal("age", words)
    if who.is_minor and not who.allows_minors:
        return Refusal("minor", _("This contest has no rules for people under 18, so only adults can enter."))
    if who.account_days < who.min_account_days:
        words = ngettext(
            "Your account has to be at least %(num)d day old.",
            "Your account has to be at least %(num)d days old.",
            who.min_account_days,
        )
        return Refusal("account_age", words)
    return why_not_open(who)


def why_not_this_look(*, is_published: bool, visibility: str) -> Refusal | None:
    """Say why a look of one's own can't be entered, or nothing."""
    if is_published and visibility in SHOWN:
        return None
    words = _("Only a look that is published for everyone or for members can be entered.")
    return Refusal("look_hidden", words, "look")


def why_not_these_photos(number: int) -> Refusal | None:
    """Say why so many photos can't be entered, or nothing."""
    if 1 <= number <= MAX_PHOTOS:
        return None
    words = ngettext("Send one to %(num)d photo.", "Send one to %(num)d photos.", MAX_PHOTOS)
    return Refusal("photos", words, "photos")


def digest_of(*, caption: str, statement: str, alts: Sequence[str], photos: Sequence[str]) -> str:
    """Return the digest of what an entry shows: its words, and its pictures by their own digests."""
    shown = {"alts": list(alts), "caption": caption, "photos": list(photos), "statement": statement}
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def commitment(slug: str, number: int, code: bytes, snapshot_sha256: str) -> str:
    """Return what an entry's line in the frozen list says; whoever has the receipt can recompute it."""
    text = f"clozette entry 1\n{slug}\n{number}\n{code.hex()}\n{snapshot_sha256}\n"
    return hashlib.sha256(text.encode()).hexdigest()


def list_of(lines: Sequence[tuple[int, str]]) -> bytes:
    """Return the frozen list: the number and commitment of each entry on a line, in the order of numbers."""
    return "".join(f"{number} {committed}\n" for number, committed in lines).encode()
