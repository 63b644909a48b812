"""Countries that we text to: calling code, how long a number is there, and the time zones it may be in."""

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_BETWEEN = re.compile(r"[\s().\-/\u2010-\u2015]+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NOUGHT_BELONGS = frozenset({"39"})
"""Calling codes after which a nought is part of the number."""


@dataclass(frozen=True)
class Region:
    """One country.

    :ivar digits: how many come after the calling code, at least and at most.
    :ivar zones: every time zone a number may be in; where nobody says which, texts come when it is day in all of them.
    """

    code: str
    country: str
    digits: tuple[int, int]
    zones: tuple[str, ...]


_AMERICA = (
    "America/St_Johns",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Pacific/Honolulu",
)
_ALL = (
    Region("65", "SG", (8, 8), ("Asia/Singapore",)),
    Region("62", "ID", (9, 12), ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")),
    Region("60", "MY", (8, 10), ("Asia/Kuala_Lumpur",)),
    Region("63", "PH", (10, 10), ("Asia/Manila",)),
    Region("66", "TH", (9, 9), ("Asia/Bangkok",)),
    Region("84", "VN", (9, 10), ("Asia/Ho_Chi_Minh",)),
    Region("852", "HK", (8, 8), ("Asia/Hong_Kong",)),
    Region("886", "TW", (9, 9), ("Asia/Taipei",)),
    Region("81", "JP", (10, 10), ("Asia/Tokyo",)),
    Region("82", "KR", (9, 10), ("Asia/Seoul",)),
    Region("91", "IN", (10, 10), ("Asia/Kolkata",)),
    Region("61", "AU", (9, 9), ("Australia/Perth", "Australia/Adelaide", "Australia/Sydney")),
    Region("64", "NZ", (8, 10), ("Pacific/Auckland",)),
    Region("971", "AE", (9, 9), ("Asia/Dubai",)),
    Region("49", "DE", (10, 11), ("Europe/Berlin",)),
    Region("43", "AT", (10, 13), ("Europe/Vienna",)),
    Region("41", "CH", (9, 9), ("Europe/Zurich",)),
    Region("33", "FR", (9, 9), ("Europe/Paris",)),
    Region("39", "IT", (9, 10), ("Europe/Rome",)),
    Region("34", "ES", (9, 9), ("Europe/Madrid", "Atlantic/Canary")),
    Region("351", "PT", (9, 9), ("Europe/Lisbon", "Atlantic/Azores")),
    Region("31", "NL", (9, 9), ("Europe/Amsterdam",)),
    Region("32", "BE", (9, 9), ("Europe/Brussels",)),
    Region("45", "DK", (8, 8), ("Europe/Copenhagen",)),
    Region("46", "SE", (9, 9), ("Europe/Stockholm",)),
    Region("47", "NO", (8, 8), ("Europe/Oslo",)),
    Region("358", "FI", (8, 10), ("Europe/Helsinki",)),
    Region("48", "PL", (9, 9), ("Europe/Warsaw",)),
    Region("44", "GB", (10, 10), ("Europe/London",)),
    Region("353", "IE", (9, 9), ("Europe/Dublin",)),
    Region("1", "US", (10, 10), _AMERICA),
)
REGIONS = {region.code: region for region in _ALL}
COUNTRIES = {region.country: region for region in _ALL}


def canonical(typed: str) -> str | None:
    """Return a number as E.164 writes it; nothing if it is none: the country's code has to stand before it.

    One telephone has one spelling: the nought that is dialled inside a country alone is left out.
    """
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", typed)).strip())
    text = f"+{text[2:]}" if text.startswith("00") else text
    return _without_nought(text) if _NUMBER.fullmatch(text) else None


def _without_nought(number: str) -> str:
    code = next((number[1 : 1 + length] for length in (3, 2, 1) if number[1 : 1 + length] in REGIONS), "")
    if not code or code in _NOUGHT_BELONGS:
        return number
    return f"+{code}{number[1 + len(code) :].lstrip('0')}"


def region_of(number: str) -> Region | None:
    """Return where a canonical number is from; nothing if we don't text there, or it has too few or too many digits."""
    for length in (3, 2, 1):
        region = REGIONS.get(number[1 : 1 + length])
        if region is not None:
            least, most = region.digits
            return region if least <= len(number) - 1 - length <= most else None
    return None


def national(number: str) -> str:
    """Return a canonical number as it is written inside its country: without the calling code."""
    region = region_of(number)
    return number[1 + len(region.code) :] if region else number


def zones_of(zone: str) -> tuple[str, ...]:
    """Return the time zones that a number's ``zone`` stands for: itself, or all of a country's."""
    if not zone.startswith("+"):
        return (zone,)
    region = REGIONS.get(zone[1:])
    return region.zones if region else ()
