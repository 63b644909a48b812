"""A listing beside the viewer's own closet: what it goes with there, what is nearly the same, and how it measures up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from clozette.closets import categories, measures, queries
from clozette.closets.models import Item, ItemPhoto, Label
from clozette.closets.queries import Card
from clozette.kernel.database import db
from clozette.kernel.images import are_alike
from clozette.kernel.money import Money
from clozette.kernel.viewer import Viewer
from clozette.media.models import Photo
from clozette.shop.listings import wearing
from clozette.shop.listings.wearing import Garment

MOST_LOOKED_AT, MOST_SHOWN, MOST_TO_COMPARE = 200, 6, 50
WEARS = "clozette.wears"
"""Who keeps wears puts ``(member_id, group) -> wears a year of such a garment, or nothing`` among the extensions."""


@dataclass(frozen=True)
class Answer:
    """What the viewer's closet says to a listing. ``alike``: those of the doubles whose photo looks the same."""

    goes_with: Sequence[Card]
    doubles: Sequence[Card]
    alike: frozenset[int]
    a_wear: Money | None


@dataclass(frozen=True, slots=True)
class Length:
    """One measurement of both, in millimetres; ``more`` is how much the listing has more."""

    name: str
    theirs: int
    mine: int | None

    @property
    def more(self) -> int | None:
        """The difference."""
        return None if self.mine is None else self.theirs - self.mine


def ask(viewer: Viewer, item: Item, total: Money | None) -> Answer:
    """Look through the viewer's closet; four statements, whatever it holds."""
    one = Garment(item.id, item.category, item.subcategory, item.colours, item.seasons)
    mine = _mine(viewer, {item.category, *wearing.partners(item.category)})
    alike = _alike(viewer, item)
    doubles = [*alike, *(other.id for other in mine if wearing.is_double(one, other) and other.id not in alike)]
    fitting = wearing.fitting(one, mine, MOST_SHOWN)
    cards = queries.styleable_cards(viewer, [*fitting, *doubles[:MOST_SHOWN]])
    return Answer(
        [cards[item_id] for item_id in fitting if item_id in cards],
        [cards[item_id] for item_id in doubles[:MOST_SHOWN] if item_id in cards],
        frozenset(alike),
        _a_wear(viewer, item.category, total),
    )


def to_compare(viewer: Viewer, group: str) -> Sequence[tuple[int, str]]:
    """Return the viewer's garments of a group that were measured: each one's id, and a name to choose it by."""
    measured = sa.cast(Item.measurements, sa.String) != "{}"
    facts = sa.select(Item.id, Item.category, Item.subcategory, Item.brand, Item.size)
    mine = facts.where(*_owned(viewer), Item.category == group, measured)
    rows = db.session.execute(mine.order_by(Item.id.desc()).limit(MOST_TO_COMPARE))
    return [(row.id, _name(row.category, row.subcategory, row.brand, row.size)) for row in rows]


def compare(item: Item, mine: Item | None) -> list[Length]:
    """Return a listing's measurements, beside those of a garment of the viewer's where one was chosen."""
    others: Mapping[str, int] = mine.measurements if mine else {}
    known = [name for name in measures.of(item.category) if name in item.measurements]
    return [Length(name, item.measurements[name], others.get(name)) for name in known]


def _owned(viewer: Viewer) -> tuple[sa.ColumnElement[bool], ...]:
    return Item.member_id == viewer.member_id, Item.kind == "owned", Item.archived_at.is_(None)


def _name(category: str, subcategory: str | None, brand: str | None, size: str | None) -> str:
    said = [categories.label(category, subcategory), brand, _("size %(size)s", size=size) if size else None]
    return ", ".join(word for word in said if word)


def _mine(viewer: Viewer, groups: Iterable[str]) -> list[Garment]:
    """Return the newest of the viewer's garments of some groups, with their words, in one statement."""
    newest = sa.select(Item.id, Item.category, Item.subcategory).where(
        *_owned(viewer), Item.category.in_(sorted(groups))
    )
    some = newest.order_by(Item.id.desc()).limit(MOST_LOOKED_AT).subquery()
    worded = sa.and_(Label.item_id == some.c.id, Label.kind.in_(("colour", "season")))
    rows = db.session.execute(
        sa.select(some, Label.kind, Label.value).outerjoin(Label, worded).order_by(some.c.id.desc(), Label.position)
    )
    found: dict[int, Garment] = {}
    for item_id, group, kind, word, value in rows:
        garment = found.setdefault(item_id, Garment(item_id, group, kind, [], []))
        if word is not None:
            (garment.colours if word == "colour" else garment.seasons).append(value)
    return list(found.values())


def _alike(viewer: Viewer, item: Item) -> list[int]:
    """Return the viewer's garments of the same group that have a photo much like the listing's first."""
    if not item.photos:
        return []
    cover = item.photos[0]
    photos: Any = sa.select(ItemPhoto.item_id, Photo.dhash, Photo.colours)
    photos = photos.join(Photo, Photo.id == ItemPhoto.photo_id).join(Item, Item.id == ItemPhoto.item_id)
    mine = photos.where(*_owned(viewer), Item.category == item.category)
    mine = mine.order_by(Photo.id.desc()).limit(MOST_LOOKED_AT)
    found = [
        row.item_id for row in db.session.execute(mine) if are_alike(cover.dhash, row.dhash, cover.colours, row.colours)
    ]
    return list(dict.fromkeys(found))


def _a_wear(viewer: Viewer, group: str, total: Money | None) -> Money | None:
    known: Callable[[int | None, str], float | None] | None = current_app.extensions.get(WEARS)
    often = known(viewer.member_id, group) if known and total else None
    return wearing.cost_of_a_wear(total, often) if total and often is not None else None
