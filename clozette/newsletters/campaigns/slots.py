"""Places in a mail where each reader's own values go: two private characters around a name.

``sending.message`` patches them into the finished bytes: escaped in HTML, plain in text, encoded in the subject.
"""

import re
from collections.abc import Callable, Mapping

OPEN, CLOSE = "\ue000", "\ue001"
PERSONAL = "personal:"
LINK = "link:"
PIXEL = "pixel"
_SLOT = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
Value = str | tuple[str, str]
"""What goes into a slot; a pair (trusted HTML, text) where the two differ."""


def slot(name: str) -> str:
    """Return the mark for a value."""
    return f"{OPEN}{name}{CLOSE}"


def without(text: str) -> str:
    """Return somebody else's words as words alone: no mark in them is a place."""
    return text.replace(OPEN, "").replace(CLOSE, "")


def names_in(text: str) -> list[str]:
    """Return the names of all slots of a text, in order, each once."""
    return list(dict.fromkeys(_SLOT.findall(text)))


def fill(text: str, values: Mapping[str, Value], *, escape: Callable[[str], str] | None = None) -> str:
    """Put values into a text; a name without a value vanishes. With ``escape`` the text is HTML."""

    def value(found: re.Match[str]) -> str:
        given = values.get(found.group(1), "")
        if isinstance(given, tuple):
            return given[0] if escape else given[1]
        return escape(given) if escape else given

    return _SLOT.sub(value, text)
