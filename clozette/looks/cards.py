"""Cards of looks, made once and kept: a page of the feed is mostly pieces that some page showed before.

A card is kept under everything it is made of: the look's id and version (which its labels turn too), its count of loves, its author's name, handle and
picture, the language, whether the viewer loves it, and its place on the page. Nothing has to be thrown away when one of
them changes, because the next page asks under another key. Who may see a look was decided before, by the query that
found it; so a card never shows to anybody what the query did not give them. A card of a look that is not public carries
addresses that expire: its key says in which spell of time it was made.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from flask import Flask, current_app, get_template_attribute
from markupsafe import Markup

from clozette.kernel.database import db
from clozette.kernel.images.sizes import widths_for
from clozette.kernel.kept import Kept
from clozette.kernel.web.locale import code
from clozette.looks.feed import FeedRow
from clozette.looks.models import Look, LookPhoto
from clozette.looks.queries import Hung, hung_on
from clozette.looks.rules import Visibility
from clozette.media.models import Photo

_KEY = "clozette.looks.cards"
MOST_CARDS = 8192
SPELL = timedelta(minutes=10)
"""How long a card with expiring addresses is used; the addresses themselves live longer."""
EAGER = 4
BIG_EVERY = 10

Key = tuple[object, ...]


class Place(NamedTuple):
    """Where a card stands: the first are loaded at once; in a grid with features, some are big on wide screens."""

    eager: bool
    big: bool


class Content(NamedTuple):
    """What a card shows beside what the feed's row says."""

    caption: str
    photo: Photo | None
    alt: str
    labels: Sequence[Hung] = ()

    @property
    def is_settled(self) -> bool:
        """Whether every width of the photo is ready; a card made before that would go on naming the small ones."""
        return self.photo is None or set(widths_for(self.photo.width)) <= set(self.photo.variants)


PLACES = tuple(Place(number < EAGER, number % BIG_EVERY == 0) for number in range(2 * BIG_EVERY))


def init_app(app: Flask) -> None:
    """Give ``app`` a place to keep cards."""
    app.extensions[_KEY] = Kept(MOST_CARDS)


def render(rows: Sequence[FeedRow], *, now: datetime) -> Markup:
    """Return the cards of a page of the feed, in order; those that are not kept are made with one query."""
    kept: Kept[str] = current_app.extensions[_KEY]
    language = code()
    spell = int(now.timestamp() // SPELL.total_seconds())
    keys = [_key(row, place(number), language, spell) for number, row in enumerate(rows)]
    cards = [kept.get(key) for key in keys]
    missing = [number for number, card in enumerate(cards) if card is None]
    if missing:
        contents = _contents([rows[number].look_id for number in missing])
        for number in missing:
            row = rows[number]
            content = contents.get(row.look_id, Content("", None, ""))
            cards[number] = made = _make(row, content, place(number))
            if content.is_settled:
                kept.put(keys[number], made)
    return Markup("".join(card for card in cards if card is not None))  # noqa: S704 - made by templates


def place(number: int) -> Place:
    """Return the place of the card with this number on a page."""
    return PLACES[number] if number < len(PLACES) else PLACES[BIG_EVERY + number % BIG_EVERY]


def _key(row: FeedRow, where: Place, language: str, spell: int) -> Key:
    expires = None if row.visibility == Visibility.PUBLIC else spell
    return (*row, where, language, expires)


def _make(row: FeedRow, content: Content, where: Place) -> str:
    card = get_template_attribute("looks/_card.html", "card")
    return str(card(row, content, where))


def _contents(look_ids: Sequence[int]) -> Mapping[int, Content]:
    cover = sa.and_(LookPhoto.look_id == Look.id, LookPhoto.position == 0)
    rows = db.session.execute(
        sa.select(Look.id, Look.caption, Photo, LookPhoto.alt)
        .outerjoin(LookPhoto, cover)
        .outerjoin(Photo, Photo.id == LookPhoto.photo_id)
        .where(Look.id.in_(look_ids))
    )
    hung = hung_on(look_ids)
    return {look_id: Content(caption, photo, alt or "", hung.get(look_id, ())) for look_id, caption, photo, alt in rows}
