"""What an item is called, as a title and in words for who can't see its photo."""

from flask_babel import gettext as _

from clozette.closets import categories, colours
from clozette.closets.models import Item


def title(item: Item) -> str:
    """Return the name of an item's category: ``Midi dress``."""
    return categories.label(item.category, item.subcategory)


def describe(item: Item) -> str:
    """Describe an item in a few words: ``Midi dress in green, COS``. Its words (``labels``) must be loaded."""
    said = title(item)
    if item.colours:
        said = _("%(garment)s in %(colour)s", garment=said, colour=colours.label(item.colours[0]).lower())
    if item.brand:
        said = _("%(garment)s, %(brand)s", garment=said, brand=item.brand)
    return said


def photo_alt(item: Item, position: int = 0) -> str:
    """Return the alternative text of one of an item's photos."""
    said = describe(item)
    return said if position == 0 else _("%(item)s, photo %(number)s", item=said, number=position + 1)
