"""A listing beside the viewer's own closet: what it goes with there, what is nearly the same, and how it measures up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from clozette.closets import categories, measures
from clozette.closets.models import Item, ItemPhoto, Label
from clozette.kernel import database
from clozette.kernel.images import are_alike
from clozette.kernel.kept import Kept
from clozette.kernel.money import Money
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import Viewer
from clozette.kernel.web.locale import code
from clozette.media.models import Photo
from clozette.shop.listings import wearing
from clozette.shop.listings.models import Listing
from clozette.shop.listings.wearing import Garment

MOST_LOOKED_AT, MOST_SHOWN, MOST_TO_COMPARE = 200, 6, 50
MOST_KEPT = 2000
WEARS = "clozette.wears"
"""Who keeps wears puts ``(member_id, group) -> wears a year of such a garment, or nothing`` among the extensions."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A garment of the viewer's as a strip shows it."""

    id: int
    title: str
    cover: Any


@dataclass(frozen=True)
class ShownItem:
    """The item of a listing as everybody may see it, and its owner."""

    id: int
    member_id: int
    category: str
    subcategory: str | None
    brand: str | None
    measurements: Mapping[str, int]
    photos: Sequence[Any]
    colours: Sequence[str]
    seasons: Sequence[str]
    tags: Sequence[str]

    @property
    def said(self) -> tuple[Any, ...]:
        """All of it but photos and lengths."""
        words = tuple(self.colours), tuple(self.seasons), tuple(self.tags)
        return (self.id, self.member_id, self.category, self.subcategory, self.brand, *words)


@dataclass(frozen=True)
class Answer:
    """What the viewer's closet says to a listing. ``alike``: those of the doubles whose photo looks the same."""

    goes_with: Sequence[Piece]
    doubles: Sequence[Piece]
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


# By the rows themselves: what changes in a closet is another key.
_named: Kept[Sequence[tuple[int, str]]] = Kept(MOST_KEPT)
_weighings: Kept[tuple[Sequence[int], Sequence[int]]] = Kept(MOST_KEPT)


def shown_item(viewer: Viewer, listing: Listing) -> ShownItem | None:
    """Return the item of a listing as far as the viewer sees it: once it is hidden, or another's, nothing of it is shown."""
    owner, reader = listing.seller.member_id, database.reader()
    rows = _ITEM.rows(reader, {"item": listing.item_id, "owner": owner})
    if not rows or (rows[0].publicised_at is None and owner != viewer.member_id):
        return None
    labels = _LABELS.rows(reader, {"item": listing.item_id})
    words = {kind: [label.value for label in labels if label.kind == kind] for kind in ("colour", "season", "tag")}
    photos = _SHOWN.rows(reader, {"item": listing.item_id})
    one = rows[0]
    known = (one.id, one.member_id, one.category, one.subcategory, one.brand, one.measurements)
    return ShownItem(*known, photos, words["colour"], words["season"], words["tag"])


def ask(viewer: Viewer, item: ShownItem, total: Money | None) -> Answer:
    """Look through the viewer's closet; three statements, whatever it holds."""
    one = Garment(item.id, item.category, item.subcategory, list(item.colours), list(item.seasons))
    fitting, same = _weighed(viewer, one)
    alike = _alike(viewer, item)
    doubles = [*alike, *(other for other in same if other not in alike)][:MOST_SHOWN]
    pieces = _pieces(viewer, [*fitting, *doubles])
    return Answer(
        [pieces[item_id] for item_id in fitting if item_id in pieces],
        [pieces[item_id] for item_id in doubles if item_id in pieces],
        frozenset(alike),
        _a_wear(viewer, item.category, total),
    )


def to_compare(viewer: Viewer, group: str) -> Sequence[tuple[int, str]]:
    """Return the viewer's garments of a group that were measured: each one's id, and a name to choose it by."""
    rows = tuple(_MEASURED.rows(database.reader(), {"me": viewer.member_id, "group": group}))
    key = (code(), rows)
    known = _named.get(key)
    if known is None:
        sized = _("size %(size)s")
        known = tuple([(row.id, _name(row, sized)) for row in rows])
        _named.put(key, known)
    return known


def compare(item: ShownItem, mine: Item | None) -> list[Length]:
    """Return a listing's measurements, beside those of a garment of the viewer's where one was chosen."""
    others: Mapping[str, int] = mine.measurements if mine else {}
    known = [name for name in measures.of(item.category) if name in item.measurements]
    return [Length(name, item.measurements[name], others.get(name)) for name in known]


def _name(row: Any, sized: str) -> str:
    said = [
        categories.label(row.category, row.subcategory),
        row.brand,
        sized % {"size": row.size} if row.size else None,
    ]
    return ", ".join(word for word in said if word)


def _weighed(viewer: Viewer, one: Garment) -> tuple[Sequence[int], Sequence[int]]:
    """Return which of the viewer's garments fit, and which are doubles; the rules are asked once about the same garments."""
    groups = dict(zip(_GROUPS, [one.group, *wearing.partners(one.group)] + [""] * len(_GROUPS), strict=False))
    rows = tuple(_WORDED.rows(database.reader(), {"me": viewer.member_id, **groups}))
    key = (one.group, one.kind, *one.colours, None, *one.seasons, rows)
    known = _weighings.get(key)
    if known is None:
        mine = _garments(rows)
        same = [other.id for other in mine if wearing.is_double(one, other)]
        known = (wearing.fitting(one, mine, MOST_SHOWN), same)
        _weighings.put(key, known)
    return known


def _garments(rows: Sequence[Any]) -> list[Garment]:
    """Return garments with their words: the newest of a group and of those worn with it."""
    found: dict[int, Garment] = {}
    for row in rows:
        garment = found.setdefault(row.id, Garment(row.id, row.category, row.subcategory, [], []))
        if row.kind is not None:
            (garment.colours if row.kind == "colour" else garment.seasons).append(row.value)
    return list(found.values())


def _alike(viewer: Viewer, item: ShownItem) -> list[int]:
    """Return the viewer's garments of the same group that have a photo much like the listing's first."""
    if not item.photos:
        return []
    cover = item.photos[0]
    rows = _PHOTOS.rows(database.reader(), {"me": viewer.member_id, "group": item.category})
    found = [row.item_id for row in rows if are_alike(cover.dhash, row.dhash, cover.colours, row.colours)]
    return list(dict.fromkeys(found))


def _pieces(viewer: Viewer, item_ids: Sequence[int]) -> dict[int, Piece]:
    if not item_ids:
        return {}
    asked = dict(zip(_IDS, [*item_ids] + [0] * len(_IDS), strict=False))
    rows = _COVERS.rows(database.reader(), {"me": viewer.member_id, **asked})
    return {row.item_id: Piece(row.item_id, categories.label(row.category, row.subcategory), row) for row in rows}


def _a_wear(viewer: Viewer, group: str, total: Money | None) -> Money | None:
    known: Callable[[int | None, str], float | None] | None = current_app.extensions.get(WEARS)
    often = known(viewer.member_id, group) if known and total else None
    return wearing.cost_of_a_wear(total, often) if total and often is not None else None


# Statements, compiled once: a page of one listing makes them all.

_GROUPS = tuple(f"group_{number}" for number in range(6))
_IDS = tuple(f"item_{number}" for number in range(2 * MOST_SHOWN))
_OWNED = (Item.member_id == sa.bindparam("me"), Item.kind == "owned", Item.archived_at.is_(None))
_FEW: sa.ColumnElement[int] = sa.literal_column(str(MOST_TO_COMPARE))
_MANY: sa.ColumnElement[int] = sa.literal_column(str(MOST_LOOKED_AT))


def _worded() -> sa.Select[Any]:
    among = Item.category.in_([sa.bindparam(name) for name in _GROUPS])
    newest = sa.select(Item.id, Item.category, Item.subcategory).where(*_OWNED, among)
    some = newest.order_by(Item.id.desc()).limit(_MANY).subquery()
    words = sa.and_(Label.item_id == some.c.id, Label.kind.in_([sa.literal_column(f"'{k}'") for k in _KINDS]))
    return sa.select(some, Label.kind, Label.value).outerjoin(Label, words).order_by(some.c.id.desc(), Label.position)


def _photos() -> sa.Select[Any]:
    joined: Any = sa.select(ItemPhoto.item_id, Photo.dhash, Photo.colours)
    joined = joined.join(Photo, Photo.id == ItemPhoto.photo_id).join(Item, Item.id == ItemPhoto.item_id)
    mine: sa.Select[Any] = joined.where(*_OWNED, Item.category == sa.bindparam("group"))
    return mine.order_by(Photo.id.desc()).limit(_MANY)


def _covers() -> sa.Select[Any]:
    joined: Any = sa.select(Item.id.label("item_id"), Item.category, Item.subcategory, *_PHOTO)
    joined = joined.join(ItemPhoto, sa.and_(ItemPhoto.item_id == Item.id, ItemPhoto.position == 0))
    mine: sa.Select[Any] = joined.join(Photo, Photo.id == ItemPhoto.photo_id).where(*_OWNED)
    return mine.where(Item.id.in_([sa.bindparam(name) for name in _IDS]))


def _item() -> sa.Select[Any]:
    facts: Any = (Item.id, Item.member_id, Item.category, Item.subcategory, Item.brand, Item.measurements)
    return sa.select(*facts, Item.publicised_at).where(
        Item.id == sa.bindparam("item"), Item.member_id == sa.bindparam("owner")
    )


def _labels() -> sa.Select[Any]:
    words: Any = sa.select(Label.kind, Label.value).where(Label.item_id == sa.bindparam("item"))
    ordered: sa.Select[Any] = words.order_by(Label.position)
    return ordered


def _shown() -> sa.Select[Any]:
    facts: Any = sa.select(*_PHOTO, Photo.dhash, Photo.colours).join(ItemPhoto, ItemPhoto.photo_id == Photo.id)
    ordered: sa.Select[Any] = facts.where(ItemPhoto.item_id == sa.bindparam("item")).order_by(ItemPhoto.position)
    return ordered


def _measured() -> sa.Select[Any]:
    facts: Any = sa.select(Item.id, Item.category, Item.subcategory, Item.brand, Item.size)
    mine: sa.Select[Any] = facts.where(*_OWNED, Item.category == sa.bindparam("group"))
    return mine.where(sa.cast(Item.measurements, sa.String) != "{}").order_by(Item.id.desc()).limit(_FEW)


_KINDS = ("colour", "season")
_PHOTO = (Photo.id, Photo.public_token, Photo.width, Photo.height, Photo.placeholder, Photo.variants, Photo.avif)
_WORDED, _PHOTOS, _COVERS, _MEASURED = (Prepared(made()) for made in (_worded, _photos, _covers, _measured))
_ITEM, _LABELS, _SHOWN = (Prepared(made()) for made in (_item, _labels, _shown))
