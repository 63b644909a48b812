"""How things are called on the pages of looks: an item where it is worn ("Shirt in beige"), and who may see a look."""

from collections.abc import Sequence

from flask_babel import gettext as _

from clozette.closets import categories, colours
from clozette.closets.models import Item
from clozette.looks.rules import Visibility, alt_from_items


def item_name(item: Item) -> str:
    """Name an item by what it is and its main colour; its words (``labels``) must be loaded."""
    garment = categories.label(item.category, item.subcategory)
    if not item.colours:
        return garment
    name: str = _("%(garment)s in %(colour)s", garment=garment, colour=_lower(colours.label(item.colours[0])))
    return name


def suggest_alt(items: Sequence[Item]) -> str:
    """Suggest a photo's description from the items tagged on it: "Shirt in beige, jeans in navy"."""
    names = [item_name(item) for item in items]
    return alt_from_items([name if number == 0 else _lower(name) for number, name in enumerate(names)])


def _lower(name: str) -> str:
    """Write a name inside a sentence; in German and the like, where nouns are capitalised, translations see to that."""
    return name[:1].lower() + name[1:]


def label_line(sponsor: str) -> str:
    """Write what stands on a contest entry wherever it is shown: what it is, and who stands behind it, if somebody does."""
    line: str = _("Contest entry, sponsored by %(sponsor)s", sponsor=sponsor) if sponsor else _("Contest entry")
    return line


def visibility_names() -> dict[str, str]:
    """Return how each visibility is called beside a look."""
    return {
        Visibility.PRIVATE: _("Only me"),
        Visibility.FOLLOWERS: _("Followers"),
        Visibility.MEMBERS: _("Members"),
        Visibility.PUBLIC: _("Everyone"),
    }


def audiences() -> list[tuple[str, str, str]]:
    """Return each visibility with its name and what it means, the widest first."""
    meanings = {
        Visibility.PUBLIC: _("On the whole web, search engines included."),
        Visibility.MEMBERS: _("Whoever is signed in here."),
        Visibility.FOLLOWERS: _("Those who follow you."),
        Visibility.PRIVATE: _("It becomes a draft again."),
    }
    names = visibility_names()
    return [(visibility, names[visibility], meaning) for visibility, meaning in meanings.items()]
