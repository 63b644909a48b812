"""Countries that a member may be of: the codes of ISO 3166-1, named in the reader's language by Babel."""

from collections.abc import Sequence
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import get_locale

# Territories in CLDR that are no countries: groupings, and codes kept for private use.
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})


def _codes() -> frozenset[str]:
    territories = map(str, Locale("en").territories)
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha()) - _NOT_COUNTRIES


CODES = _codes()
ZONES = frozenset(available_timezones())


def choices() -> Sequence[tuple[str, str]]:
    """Return (code, name) in the order of the reader's language."""
    names = (get_locale() or Locale("en")).territories
    return sorted(((code, names.get(code, code)) for code in CODES), key=lambda pair: pair[1].casefold())


def zones() -> Sequence[tuple[str, str]]:
    """Return (name, label) of every time zone of the tz database that names a place, and UTC."""
    places = sorted(zone for zone in ZONES if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/")))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]
