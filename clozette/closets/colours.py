"""Colour families: the few names that people sort clothes by, and which of them the colours of a photo belong to."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Family:
    """A family: its name, and the colour of its swatch."""

    label: LazyString
    swatch: str


FAMILIES: Mapping[str, Family] = {
    "black": Family(_l("Black"), "#17171a"),
    "white": Family(_l("White"), "#ffffff"),
    "grey": Family(_l("Grey"), "#8d9096"),
    "beige": Family(_l("Beige"), "#dccbb0"),
    "brown": Family(_l("Brown"), "#7a4f2f"),
    "red": Family(_l("Red"), "#c8202b"),
    "burgundy": Family(_l("Burgundy"), "#6d1526"),
    "orange": Family(_l("Orange"), "#ef7d22"),
    "yellow": Family(_l("Yellow"), "#f4cf3a"),
    "green": Family(_l("Green"), "#2f8f4e"),
    "khaki": Family(_l("Khaki"), "#767548"),
    "turquoise": Family(_l("Turquoise"), "#23a5a8"),
    "blue": Family(_l("Blue"), "#2f6fd0"),
    "light_blue": Family(_l("Light blue"), "#a3cbec"),
    "navy": Family(_l("Navy"), "#1c2a52"),
    "purple": Family(_l("Purple"), "#7b4aa8"),
    "pink": Family(_l("Pink"), "#ef8fb4"),
    "gold": Family(_l("Gold"), "#c9a227"),
    "silver": Family(_l("Silver"), "#c0c4ca"),
    "multi": Family(_l("Many colours"), ""),
}
MAX_COLOURS = 5
_FROM_PHOTO = 2
_HEX = re.compile(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_NEUTRAL = 9.0
"""Below this chroma (CIELAB) the eye sees no hue."""


def label(code: str) -> str:
    """Return a family's name in the reader's language; of an unknown code, the code."""
    return str(FAMILIES[code].label) if code in FAMILIES else code


def choices() -> list[tuple[str, str]]:
    """Return every family for a form."""
    return [(code, str(family.label)) for code, family in FAMILIES.items()]


def matching(term: str) -> list[str]:
    """Return the families whose name in the reader's language contains a folded ``term``."""
    return [code for code, family in FAMILIES.items() if term in str(family.label).casefold()]


def families_of(hexes: Iterable[str]) -> list[str]:
    """Suggest families for a photo's dominant colours (most common first): the first few that differ."""
    found = [family for one in hexes if (family := family_of(one))]
    return list(dict.fromkeys(found))[:_FROM_PHOTO]


def family_of(colour: str) -> str | None:
    """Return the family of one ``#rrggbb``, or nothing if it isn't one. Metals can't be told from a colour alone."""
    parts = _HEX.fullmatch(colour)
    if parts is None:
        return None
    lightness, chroma, hue = _lch(*(int(part, 16) for part in parts.groups()))
    if lightness < 18 or (lightness < 26 and chroma < 16):
        return "navy" if 255 <= hue < 310 and chroma > 14 else "black"
    if chroma < _NEUTRAL:
        return "white" if lightness > 86 else "grey" if lightness > 30 else "black"
    return _family_of_hue(lightness, chroma, hue)


def _family_of_hue(lightness: float, chroma: float, hue: float) -> str:
    """Name a colour that has a hue. The angles are those of CIELAB: red 30, yellow 90, green 150, blue 270, violet 310."""
    if hue < 40 or hue >= 345:
        return _reddish(lightness, chroma, hue)
    if hue < 75:
        return _orangish(lightness, chroma)
    if hue < 112:
        return _yellowish(lightness, chroma)
    if hue < 170:
        return "khaki" if chroma < 25 and lightness < 60 and hue < 135 else "green"
    if hue < 225:
        return "turquoise" if lightness > 35 else "green"
    if hue < 300:
        return "navy" if lightness < 33 and chroma < 45 else "light_blue" if lightness > 70 else "blue"
    return "purple" if lightness < 68 or hue < 325 else "pink"


def _reddish(lightness: float, chroma: float, hue: float) -> str:
    if lightness > 62:
        return "beige" if chroma < 16 and hue < 40 and hue > 15 else "pink"
    if lightness < 32:
        return "burgundy" if chroma > 14 else "brown"
    if chroma < 22:
        return "brown" if hue > 15 and hue < 40 else "purple"
    return "pink" if hue >= 345 or (hue < 12 and lightness > 50) else "red"


def _orangish(lightness: float, chroma: float) -> str:
    if chroma > 55 and lightness > 50:
        return "orange"
    if lightness > 66:
        return "beige" if chroma < 32 else "orange"
    return "brown"


def _yellowish(lightness: float, chroma: float) -> str:
    if chroma > 42 and lightness > 60:
        return "yellow"
    if lightness > 66:
        return "beige"
    return "khaki" if lightness < 60 and chroma < 42 else "gold"


def _lch(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """Turn sRGB into CIELAB's lightness, chroma and hue angle (D65)."""
    r, g, b = (_linear(part / 255) for part in (red, green, blue))
    x = _cube((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
    y = _cube(0.2126 * r + 0.7152 * g + 0.0722 * b)
    z = _cube((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
    a_star, b_star = 500 * (x - y), 200 * (y - z)
    return 116 * y - 16, math.hypot(a_star, b_star), math.degrees(math.atan2(b_star, a_star)) % 360


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _cube(part: float) -> float:
    return float(part ** (1 / 3)) if part > 0.008856 else 7.787 * part + 16 / 116
