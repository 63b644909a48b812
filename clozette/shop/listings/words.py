"""What the stored words of listings are called in the reader's language."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.closets import categories, colours

MODES: Mapping[str, LazyString] = {
    "sale": _l("For sale"),
    "swap": _l("To swap"),
    "fee": _l("Digital, for a fee"),
    "view": _l("To look at"),
}
MODE_HINTS: Mapping[str, LazyString] = {
    "sale": _l("Somebody buys it, and you send it."),
    "swap": _l("Somebody offers something of theirs for it; no price."),
    "fee": _l("A pattern or another file that is paid for; nothing is sent by post."),
    "view": _l("It is shown in the shop, and can't be had."),
}
CONDITIONS: Mapping[str, LazyString] = {
    "new": _l("New with label"),
    "as_new": _l("As good as new"),
    "good": _l("Good"),
    "worn": _l("Worn, with marks"),
}
STATES: Mapping[str, LazyString] = {
    "draft": _l("Draft"),
    "active": _l("Offered"),
    "paused": _l("Paused"),
    "sold": _l("Sold"),
    "removed": _l("Taken down"),
}


def choices(words: Mapping[str, LazyString]) -> list[tuple[str, str]]:
    """Return a closed set of words for a form's field."""
    return [(value, str(label)) for value, label in words.items()]


def mode_choices() -> list[tuple[str, str, str]]:
    """Return the modes, each with what it means."""
    return [(mode, str(label), str(MODE_HINTS[mode])) for mode, label in MODES.items()]


def of_filter(name: str, value: str) -> str:
    """Return what a value of a filter is called."""
    if name == "category":
        return categories.label(*categories.split(value))
    if name == "colour":
        return colours.label(value)
    known = {"mode": MODES, "condition": CONDITIONS}.get(name, {})
    return str(known.get(value, value))
