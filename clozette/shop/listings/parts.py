"""Parts of a listing's page, made once and kept under everything that they show: nothing has to be thrown away.

Who may see the listing, and what of its item, was decided before, anew for each page. Addresses of private photos expire;
what holds some is kept under the hour too.
"""

from collections.abc import Hashable, Sequence
from typing import Any

from flask import current_app, render_template
from flask_babel import get_locale
from markupsafe import Markup

from clozette.closets import colours, measures, naming
from clozette.closets import words as closet_words
from clozette.closets.models import Item
from clozette.kernel.kept import Kept
from clozette.kernel.web.locale import code
from clozette.media.addresses import key_of
from clozette.shop.listings import words
from clozette.shop.listings.closet import Answer, Length, ShownItem
from clozette.shop.listings.models import Listing
from clozette.shop.listings.prices import AllIn
from clozette.shop.sellers import places
from clozette.shop.sellers.models import Seller

_KEY, _PIECE = "clozette.shop.parts", "shop/_piece.html"
MOST = 6000


def gallery(item: ShownItem) -> Markup:
    """Return the photos of an item."""
    key = (*item.said, *(key_of(photo) for photo in item.photos))
    return _part("shop/_photos.html", key, item=item, naming=naming)


def top(listing: Listing, seller: Seller, all_in: AllIn | None, country: str) -> Markup:
    """Return who offers what at which price. What is left of it, and until when it is held, stands elsewhere."""
    assert seller.member is not None
    who = (seller.member.handle, seller.member.display_name, seller.member.avatar_token)
    key = (*_columns(listing), *who, all_in, country)
    given = {"listing": listing, "seller": seller, "all_in": all_in, "country": country}
    return _part("shop/_top.html", key, **given, words=words, places=places)


def facts(listing: Listing, item: ShownItem | None, *, mine: bool) -> Markup:
    """Return what is said of it."""
    key = (*_columns(listing), item and item.said, mine)
    given = {"listing": listing, "item": item, "words": words, "closet_words": closet_words}
    return _part("shop/_facts.html", key, **given, colours=colours, measures=measures)


def sold_by(listing: Listing, seller: Seller, ways: Sequence[Any]) -> Markup:
    """Return who sells it, and what shipping costs."""
    assert seller.member is not None
    who = (seller.member.handle, seller.member.display_name)
    key = (*_columns(seller), *who, listing.mode, listing.currency, *ways)
    return _part("shop/_seller.html", key, listing=listing, seller=seller, ways=ways, places=places)


def measured(lengths: Sequence[Length], choices: Sequence[tuple[int, str]], mine: Item | None) -> Markup:
    """Return how it measures, beside a garment of the viewer's if one was chosen."""
    key = (tuple(lengths), tuple(choices), mine and mine.id)
    given = {"lengths": lengths, "choices": choices, "mine_beside": mine}
    return _part("shop/_measures.html", key, **given, measures=measures, locale=get_locale() or "en")


def pieces(answer: Answer) -> dict[int, Markup]:
    """Return the garments of the viewer's own that an answer names, each as its strip shows it."""
    shown = {}
    for piece in [*answer.doubles, *answer.goes_with]:
        is_double, alike = piece in answer.doubles, piece.id in answer.alike
        key = (piece.id, piece.title, is_double, alike, key_of(piece.cover))
        shown[piece.id] = _part(_PIECE, key, piece=piece, is_double=is_double, alike=alike)
    return shown


def _part(template: str, key: Hashable, **given: Any) -> Markup:
    # A viewer's own garments are many and asked for by few: they push nothing else out.
    store = f"{_KEY}.pieces" if template == _PIECE else _KEY
    kept: Kept[Markup] = current_app.extensions.setdefault(store, Kept(MOST))
    whole = (template, code(), key)
    made = kept.get(whole)
    if made is None:
        made = Markup(render_template(template, **given))  # noqa: S704 - made by a template
        kept.put(whole, made)
    return made


def _columns(row: Listing | Seller) -> tuple[Hashable, ...]:
    """Return all that a row says, whatever of it is shown."""
    values = row.__dict__
    return tuple([repr(values[attribute.key]) for attribute in row.__mapper__.column_attrs])
