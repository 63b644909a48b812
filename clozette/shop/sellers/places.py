"""Countries that sellers ship to, one by one or several with one rate."""

import re
from collections.abc import Iterable, Mapping, Sequence

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.shop.sellers.queries import Way

_EU = re.findall("..", "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISK")
_ASEAN = re.findall("..", "BNIDKHLAMMMYPHSGTHTLVN")
GROUPS: Mapping[str, frozenset[str]] = {
    "eu": frozenset(_EU),
    "asean": frozenset(_ASEAN),
    "all": countries.CODES,
}
"""The European Union (27), ASEAN (11, East Timor since October 2025), and everywhere."""
_NAMES = {
    "eu": _l("All countries of the European Union"),
    "asean": _l("All countries of ASEAN"),
    "all": _l("Every country"),
}


def choices() -> Sequence[tuple[str, str]]:
    """Return groups, then countries in the order of the reader's language."""
    return [*((code, str(label)) for code, label in _NAMES.items()), *countries.choices()]


def of(code: str) -> frozenset[str]:
    """Return the countries that a choice stands for."""
    return GROUPS.get(code, frozenset({code}))


def name(code: str) -> str:
    """Return a country's name in the reader's language."""
    return str((get_locale() or Locale("en")).territories.get(code, code))


def together(rates: Iterable[Way]) -> list[tuple[Way, list[str]]]:
    """Return each rate once, with the names of all countries that it holds for, the cheapest first."""
    return [(rate, [named for named, _code in where]) for rate, where in grouped(rates)]


def grouped(rates: Iterable[Way]) -> list[tuple[Way, list[tuple[str, str]]]]:
    """Return each rate once, with name and code of all countries that it holds for, the cheapest first."""
    same: dict[tuple[int, int, int, int], tuple[Way, list[tuple[str, str]]]] = {}
    for rate in rates:
        key = (rate.first_minor, rate.more_minor, rate.days_from, rate.days_to)
        same.setdefault(key, (rate, []))[1].append((name(rate.country), rate.country))
    return [(rate, sorted(where, key=lambda one: one[0].casefold())) for _key, (rate, where) in sorted(same.items())]
