"""Cards and the panel of filters, made once and kept under everything that they show: nothing has to be thrown away.

Who may see a listing was decided before, by the query that found it; a card shows nothing of whoever looks but their
country and language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import get_territory_currencies
from flask import current_app, render_template
from flask_babel import get_locale
from markupsafe import Markup

from clozette.accounts import countries
from clozette.closets import categories, colours
from clozette.kernel import money
from clozette.kernel.images.sizes import widths_for
from clozette.kernel.kept import Kept
from clozette.media.models import Photo
from clozette.shop.listings import words
from clozette.shop.listings.queries import Card, Filters
from clozette.shop.sellers import places

_KEY = "clozette.shop.cards"
MOST_CARDS, EAGER = 8192, 4


def render(cards: Sequence[Card], country: str) -> Markup:
    """Return the cards of a page, in order."""
    language = str(get_locale())
    made = [_card(card, place < EAGER, country, language) for place, card in enumerate(cards)]
    return Markup("".join(made))  # noqa: S704 - made by templates


def panel(
    filters: Filters,
    country: str,
    active: Sequence[tuple[str, str]],
    wrong: Mapping[str, Sequence[str]],
    typed: Mapping[str, str],
) -> Markup:
    """Return the form of the filters. ``typed``: amounts as they were typed; ``wrong``: what can't be read of them."""
    kept = _kept()
    said = tuple((name, tuple(wrong[name])) for name in typed if name in wrong)
    key = ("panel", str(get_locale()), country, filters, len(active), said, tuple(typed.values()))
    made = kept.get(key)
    if made is None:
        choices = _choices(country, filters)
        made = render_template(
            "shop/_filters.html", filters=filters, active=active, wrong=dict(said), typed=typed, **choices
        )
        kept.put(key, made)
    return Markup(made)  # noqa: S704 - made by a template


def _card(card: Card, eager: bool, country: str, language: str) -> str:
    kept = _kept()
    key = (*_shown(card), eager, country, language)
    made = kept.get(key)
    if made is None:
        made = render_template("shop/_card.html", card=card, eager=eager, country=country, words=words, places=places)
        if _is_settled(card.cover):
            kept.put(key, made)
    return made


def _kept() -> Kept[str]:
    found: Kept[str] = current_app.extensions.setdefault(_KEY, Kept(MOST_CARDS))
    return found


def _is_settled(cover: Photo | None) -> bool:
    """Whether a card would be the same tomorrow: every width of its photo is ready, at an address that stays."""
    if cover is None:
        return True
    return cover.public_token is not None and set(widths_for(cover.width)) <= set(cover.variants)


def _shown(card: Card) -> tuple[Any, ...]:
    """Return all that a card is made of but the reader's country and language."""
    one = card.listing
    facts = (one.id, one.title, one.size, one.condition, one.mode, one.price_minor, one.remaining > 0)
    return (*facts, card.cover and card.cover.public_token, card.all_in)


def _choices(country: str, filters: Filters) -> dict[str, Any]:
    used = get_territory_currencies(country)
    here = filters.currency or next((code for code in used if code in money.CURRENCIES), "EUR")
    return {
        "words": words,
        "places": places,
        "country": country,
        "families": colours.FAMILIES,
        "groups": [(code, about.label) for code, about in categories.GROUPS.items()],
        "countries": countries.choices(),
        "currencies": sorted(money.CURRENCIES),
        "currency": here,
    }
