"""What stored words are called in the reader's language, for pages."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.closets import categories, colours

KINDS: Mapping[str, LazyString] = {"owned": _l("I own it"), "wished": _l("I wish for it")}
SHORT_KINDS: Mapping[str, LazyString] = {"owned": _l("Owned"), "wished": _l("Wished for")}
STATES: Mapping[str, LazyString] = {
    "available": _l("Available"),
    "in_wash": _l("In the wash"),
    "at_repair": _l("At repair"),
    "lent": _l("Lent"),
    "archived": _l("Archived"),
}
REASONS: Mapping[str, LazyString] = {
    "sold": _l("Sold"),
    "given": _l("Given away"),
    "returned": _l("Sent back"),
    "worn_out": _l("Worn out"),
    "outgrown": _l("No longer fits"),
    "lost": _l("Lost"),
    "other": _l("Another reason"),
}
SEASONS: Mapping[str, LazyString] = {
    "spring": _l("Spring"),
    "summer": _l("Summer"),
    "autumn": _l("Autumn"),
    "winter": _l("Winter"),
}
VISIBILITIES: Mapping[str, LazyString] = {
    "private": _l("Private"),
    "public": _l("Public"),
    "styleable": _l("Others may style with it"),
}
FACETS: Mapping[str, LazyString] = {
    "kind": _l("Mine or wished for"),
    "category": _l("Category"),
    "colour": _l("Colour"),
    "brand": _l("Brand"),
    "season": _l("Season"),
    "state": _l("Where it is"),
    "tag": _l("Tag"),
    "visibility": _l("Who sees it"),
}
_CLOSED: Mapping[str, Mapping[str, LazyString]] = {
    "kind": SHORT_KINDS,
    "season": SEASONS,
    "state": STATES,
    "visibility": VISIBILITIES,
}


def of(facet: str, value: str, label: str | None = None) -> str:
    """Return what a facet's value is called; a member's own word (brand, tag) is its own name."""
    if facet == "category":
        return categories.label(*categories.split(value))
    if facet == "colour":
        return colours.label(value)
    if facet in _CLOSED and value in _CLOSED[facet]:
        return str(_CLOSED[facet][value])
    return label or value


def choices(words: Mapping[str, LazyString]) -> list[tuple[str, str]]:
    """Return a closed set of words for a form's field."""
    return [(value, str(label)) for value, label in words.items()]
