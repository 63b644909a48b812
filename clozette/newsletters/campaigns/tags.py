"""Merge tags: ``{{ first_name }}``, or ``{{ first_name | "there" }}`` with a word for whoever has none.

What we don't know is a fault when it is written, not a blank when it is sent (requirement 37).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from clozette.newsletters.campaigns.slots import CLOSE, OPEN, PERSONAL, slot

NAMES = ("first_name", "last_name")
ADDRESSES = ("unsubscribe_url", "preferences_url", "why_url", "view_url")
_TAG = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_INSIDE = re.compile(r"""\s*(\w+)\s*(?:\|\s*["“”]([^"“”{}|]{0,60})["“”]\s*)?""")


class BadTag(Exception):
    """A tag that can't be filled; says why."""


def to_slots(text: str) -> str:
    """Return a text with its tags as slots.

    :raises BadTag: naming the first tag that we don't know or that is not closed.
    """
    if OPEN in text or CLOSE in text:
        raise BadTag(_("This has characters that can't be shown. Type it again."))
    filled = _TAG.sub(lambda found: _slot_of(found.group(1)), text)
    for left, right in (("{{", "}}"), ("}}", "{{")):
        if left in filled:
            raise BadTag(_("“%(tag)s” stands without its “%(other)s”.", tag=left, other=right))
    return filled


def defaults_in(texts: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the slots of tags with a word for whoever has no name: slot to (name, word)."""
    found = {}
    for text in texts:
        for inside in _TAG.findall(text):
            tag = _INSIDE.fullmatch(inside)
            if tag and tag.group(1) in NAMES and tag.group(2) is not None:
                found[_default_slot(tag.group(1), tag.group(2))] = (tag.group(1), tag.group(2))
    return found


def texts_of(content: Any) -> Iterator[str]:
    """Give every text in blocks, however deep."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from texts_of(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from texts_of(value)


def _slot_of(inside: str) -> str:
    tag = _INSIDE.fullmatch(inside)
    name = tag.group(1) if tag else inside.strip()
    if tag is None or name not in NAMES + ADDRESSES:
        raise BadTag(
            _("We don't know the tag “%(name)s”. These are known: %(known)s.", name=name[:40], known=", ".join(NAMES))
        )
    default = tag.group(2)
    if default is None:
        return slot(name)
    if name not in NAMES:
        raise BadTag(_("An address such as “%(name)s” takes no other word.", name=name))
    return slot(_default_slot(name, default))


def _default_slot(name: str, default: str) -> str:
    return f"{PERSONAL}{name}.{default.encode().hex()}"
