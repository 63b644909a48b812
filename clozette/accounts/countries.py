"""Countries that a member may be of: the codes of ISO 3166-1, named in the reader's language by Babel."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import get_locale
from markupsafe import Markup

# Territories in CLDR that are no countries: groupings, and codes kept for private use.
_NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})


def _codes() -> frozenset[str]:
    territories = map(str, Locale("en").territories)
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha()) - _NOT_COUNTRIES


CODES = _codes()
ZONES = frozenset(available_timezones())


class Choices(tuple[tuple[str, str], ...]):
    """Countries to choose from, which know how they are written as options: a form may have hundreds of them twice."""

    def options(self, chosen: str) -> Markup:
        """Return them with one chosen."""
        kept: dict[str, Markup] = self.__dict__
        known = chosen if chosen in CODES else ""
        if known not in kept:
            kept[known] = self._written(known)
        return kept[known]

    def _written(self, chosen: str) -> Markup:
        option, selected = Markup('<option value="{}"{}>{}</option>'), {chosen: Markup(" selected")}
        return Markup("\n").join(option.format(code, selected.get(code, ""), name) for code, name in self)


def choices() -> Choices:
    """Return (code, name) in the order of the reader's language."""
    return _named(str(get_locale() or "en"))


@cache
def _named(language: str) -> Choices:
    names = Locale.parse(language).territories
    return Choices(sorted(((code, names.get(code, code)) for code in CODES), key=lambda pair: pair[1].casefold()))


def zones() -> Sequence[tuple[str, str]]:
    """Return (name, label) of every time zone of the tz database that names a place, and UTC."""
    places = sorted(zone for zone in ZONES if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/")))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]
