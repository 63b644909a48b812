"""What the stored words are called in the reader's language."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.closets import categories

WAYS: Mapping[str, LazyString] = {
    "second_hand": _l("Second hand"),
    "new": _l("New"),
    "handmade": _l("Made by hand"),
    "swap": _l("By swapping"),
}
GENDERS: Mapping[str, LazyString] = {"woman": _l("Woman"), "man": _l("Man"), "other": _l("Neither, or both")}
QUESTIONS: Mapping[str, LazyString] = {
    "likes": _l("What you like to buy"),
    "ways": _l("How you like to come by it"),
    "age": _l("Your age"),
    "gender": _l("You are"),
    "household": _l("How many you are at home"),
}


def label(question: str, value: str) -> str:
    """Return what an answer is called."""
    if question == "likes":
        return str(categories.GROUPS[value].label)
    known: Mapping[str, LazyString] = {"ways": WAYS, "gender": GENDERS}.get(question, {})
    return str(known.get(value, value))
