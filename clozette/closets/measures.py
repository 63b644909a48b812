"""Flat measurements and sizes: what is measured on which category, kept in whole millimetres, shown in cm or inches."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.numbers import format_decimal
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.closets import categories

LABELS: Mapping[str, LazyString] = {
    "chest": _l("Chest, armpit to armpit"),
    "shoulder": _l("Shoulder to shoulder"),
    "sleeve": _l("Sleeve"),
    "waist": _l("Waist"),
    "hips": _l("Hips"),
    "rise": _l("Rise"),
    "inseam": _l("Inseam"),
    "leg_opening": _l("Leg opening"),
    "length": _l("Length"),
    "insole": _l("Insole"),
    "heel": _l("Heel height"),
    "shaft": _l("Shaft height"),
    "width": _l("Width"),
    "height": _l("Height"),
    "depth": _l("Depth"),
    "strap": _l("Strap drop"),
    "circumference": _l("Circumference"),
}

MAX_MM = 5000
UNITS: Mapping[str, LazyString] = {"cm": _l("cm"), "in": _l("inches")}
_MM = {"cm": Decimal(10), "in": Decimal("25.4")}
_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d{1,3})?")
_INCH_COUNTRIES = frozenset({"US", "LR", "MM"})

SIZE_SYSTEMS: Mapping[str, LazyString] = {
    "int": _l("Letters (S, M, L)"),
    "eu": _l("EU"),
    "uk": _l("UK"),
    "us": _l("US"),
    "it": _l("Italy"),
    "fr": _l("France"),
    "jp": _l("Japan"),
    "one": _l("One size"),
    "custom": _l("Something else"),
}
ONE_SIZE = "one"


def of(group: str) -> tuple[str, ...]:
    """Return what is measured on a group of categories."""
    about = categories.GROUPS.get(group)
    return about.measures if about else ()


def unit_of(country: str | None) -> str:
    """Return the unit that people of a country measure clothes in."""
    return "in" if country in _INCH_COUNTRIES else "cm"


def parse(text: str, unit: str) -> int | None:
    """Read a length as typed (``52``, ``52.5``, ``52,5``) into millimetres; ``None`` if it isn't one from 1 to 5,000.

    A comma and a point both mark decimals here, in every language: nobody's sleeve is a thousand centimetres long.
    """
    bare = "".join(text.split())
    if not _NUMBER.fullmatch(bare):
        return None
    mm = int((Decimal(bare.replace(",", ".")) * _MM[unit]).to_integral_value(ROUND_HALF_UP))
    return mm if 1 <= mm <= MAX_MM else None


def typed(mm: int, unit: str, locale: Locale | str) -> str:
    """Write a length as a form's field shows it, fine enough that reading it back gives the same millimetres."""
    return _written(mm, unit, locale, Decimal("0.1") if unit == "cm" else Decimal("0.01"))


def shown(mm: int, locale: Locale | str) -> str:
    """Write a length in both units: ``52.5 cm (20.7 in)``."""
    cm, inches = (_written(mm, unit, locale, Decimal("0.1")) for unit in ("cm", "in"))
    return f"{cm} cm ({inches} in)"


def _written(mm: int, unit: str, locale: Locale | str, step: Decimal) -> str:
    number = (Decimal(mm) / _MM[unit]).quantize(step, ROUND_HALF_UP).normalize()
    return str(format_decimal(number, locale=locale, group_separator=False))
