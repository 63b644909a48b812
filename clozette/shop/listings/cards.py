"""Cards and the panel of filters, made once and kept under everything that they show: nothing has to be thrown away.

Who may see a listing was decided before, by the query that found it; a card shows nothing of whoever looks but their
country and language.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from babel.numbers import get_territory_currencies
from flask import current_app, render_template
from markupsafe import Markup

from clozette.accounts import countries
from clozette.closets import categories, colours
from clozette.kernel import money
from clozette.kernel.images.sizes import widths_for
from clozette.kernel.kept import Kept
from clozette.kernel.web.locale import code
from clozette.media.models import Photo
from clozette.shop.listings import prices, queries, words
from clozette.shop.listings.models import Listing
from clozette.shop.listings.pages import Row
from clozette.shop.listings.prices import AllIn
from clozette.shop.listings.queries import Filters
from clozette.shop.sellers import places
from clozette.shop.sellers.fees import all_current

_KEY = "clozette.shop.cards"
MOST_CARDS, EAGER = 8192, 4


def render(rows: Sequence[Row], country: str, *, now: datetime) -> Markup:
    """Return the cards of a page, in order; those that are not kept are made with one statement more."""
    kept, language, fees = _kept(), code(), all_current(now)
    taken = {currency: line.id for currency, line in fees.items()}
    keys = [(row, taken.get(row.currency), place < EAGER, country, language) for place, row in enumerate(rows)]
    cards = [kept.get(key) for key in keys]
    missing = [place for place, card in enumerate(cards) if card is None]
    if missing:
        found = queries.covered([rows[place].id for place in missing], country)
        for place in missing:
            row, (listing, cover) = rows[place], found[rows[place].id]
            all_in = prices.of_one(listing, row.first_minor, fees.get(row.currency))
            cards[place] = made = _card(listing, cover, all_in, country, left=row.left, eager=place < EAGER)
            if _is_settled(row, listing, cover):
                kept.put(keys[place], made)
    return Markup("".join(card for card in cards if card is not None))  # noqa: S704 - made by templates


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
    key = ("panel", code(), country, filters, len(active), said, tuple(typed.values()))
    made = kept.get(key)
    if made is None:
        choices = _choices(country, filters)
        made = render_template(
            "shop/_filters.html", filters=filters, active=active, wrong=dict(said), typed=typed, **choices
        )
        kept.put(key, made)
    return Markup(made)  # noqa: S704 - made by a template


def _card(listing: Listing, cover: Photo | None, all_in: AllIn | None, country: str, *, left: int, eager: bool) -> str:
    about = {"one": listing, "cover": cover, "all_in": all_in, "country": country, "left": left, "eager": eager}
    return render_template("shop/_card.html", **about, words=words, places=places)


def _kept() -> Kept[str]:
    found: Kept[str] = current_app.extensions.setdefault(_KEY, Kept(MOST_CARDS))
    return found


def _is_settled(row: Row, listing: Listing, cover: Photo | None) -> bool:
    """Whether a card is of what its key says, and would be the same tomorrow: every width of its photo is ready."""
    facts: tuple[Any, ...] = tuple(getattr(listing, name) for name in Row._fields[:7])
    left = row.left if listing.variant else listing.remaining > 0
    if (*facts, left, cover and cover.public_token) != row[:9]:
        return False
    return cover is None or set(widths_for(cover.width)) <= set(cover.variants)


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
