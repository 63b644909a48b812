"""Reads of closets: a page of cards with its facets, an item's neighbours, and what upper rooms need to show items.

A page costs the same few statements whatever the closet's size: one for the cards, one for their words, one for all the
facets.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, selectinload

from clozette.accounts.models import Member
from clozette.closets import categories, colours, rules
from clozette.closets.access import WHOLE, in_closet, shown_to, styleable_by
from clozette.closets.models import Item, ItemPhoto, Label
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer
from clozette.media import services as media
from clozette.media.models import Photo

MAX_FACET = 40
"""How many values of one facet are listed, the most frequent first (brands and tags have no end)."""

VISIBILITIES = ("private", "public", "styleable")


@dataclass(frozen=True, slots=True)
class Card:
    """An item as a grid shows it: its words (``colours``, ``tags``) are loaded, its cover, and whose it is."""

    item: Item
    cover: Photo | None
    owner_handle: str
    owner_name: str


@dataclass(frozen=True)
class Filters:
    """What a closet is narrowed to. Values of one filter widen each other, the filters together narrow."""

    q: str | None = None
    kind: Sequence[str] = ()
    category: Sequence[str] = ()
    colour: Sequence[str] = ()
    brand: Sequence[str] = ()
    season: Sequence[str] = ()
    state: Sequence[str] = ()
    tag: Sequence[str] = ()
    visibility: Sequence[str] = ()

    @property
    def groups(self) -> set[str]:
        """The groups of the categories that are chosen: their kinds are worth listing."""
        return {categories.split(code)[0] for code in self.category}

    def active(self) -> list[tuple[str, str]]:
        """Return what is chosen as (filter, value) pairs, the search left out."""
        return [(name, value) for name in FACETS for value in getattr(self, name)]


FACETS = ("kind", "category", "colour", "brand", "season", "state", "tag", "visibility")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet and how many items have it. ``label`` is set where the value is the member's own word."""

    value: str
    count: int
    label: str | None = None


@dataclass
class Facets:
    """How many items the filters leave, and every facet's values; those chosen are there even where nothing is left."""

    total: int
    values: Mapping[str, list[Value]]

    def __getitem__(self, name: str) -> list[Value]:
        return self.values[name]


def count(member_id: int) -> int:
    """Return how many items a closet holds, archived ones too."""
    return db.session.scalar(sa.select(sa.func.count()).where(Item.member_id == member_id, in_closet())) or 0


def item_by_key(member_id: int, upload_key: str) -> Item | None:
    """Return the item that a form already made."""
    return db.session.scalar(sa.select(Item).where(Item.member_id == member_id, Item.upload_key == upload_key))


def similar_items(owner: Member, photos: Iterable[Photo]) -> list[Card]:
    """Return the owner's items that have a photo much like one of ``photos``, newest first."""
    alike = {one.id for photo in photos for one in media.similar_photos(owner.subject_id, photo.dhash, photo.colours)}
    if not alike:
        return []
    having = sa.select(ItemPhoto.item_id).where(ItemPhoto.photo_id.in_(alike))
    mine = _cards().where(Item.member_id == owner.id, in_closet(), Item.id.in_(having))
    return _read(mine.order_by(Item.id.desc()).limit(rules.MAX_PHOTOS))


def closet(viewer: Viewer, filters: Filters, after: int | None, size: int = PAGE_SIZE) -> Page[Card]:
    """Return a page of the viewer's own closet, newest first."""
    mine = _cards().where(*_narrowed(viewer, filters))
    return _page(mine, after, size)


def facets(viewer: Viewer, filters: Filters) -> Facets:
    """Count the viewer's items by every facet, each among what the other filters leave; in one statement."""
    branches = [branch(_narrowed(viewer, filters, leaving_out=name)) for name, branch in _BRANCHES.items()]
    counted: dict[str, list[Value]] = defaultdict(list)
    rows: Iterable[Any] = db.session.execute(sa.union_all(*branches))
    for name, value, text, number in rows:
        counted[name].append(Value(value, number, text))
    counted["category"] = _with_groups(counted["category"])
    counted["visibility"] = _with_public(counted["visibility"])
    values = {name: _with_chosen(counted[name], getattr(filters, name)) for name in FACETS}
    return Facets(counted["total"][0].count, values)


def public_closet(viewer: Viewer, owner: Member, after: int | None, size: int = PAGE_SIZE) -> Page[Card]:
    """Return a page of what a member publicised: what everybody sees, the owner too."""
    public = _cards().where(Item.member_id == owner.id, shown_to(viewer))
    return _page(public, after, size)


def whole_items(viewer: Viewer, filters: Filters, after: int | None) -> Page[Item]:
    """Return a page of the viewer's items with all their photos and words, for the API."""
    return _whole_page(sa.select(Item).join(Member).where(*_narrowed(viewer, filters)), after)


def whole_public_items(viewer: Viewer, owner: Member, after: int | None) -> Page[Item]:
    """Return a page of what a member publicised with all photos and words, for the API."""
    return _whole_page(sa.select(Item).join(Member).where(Item.member_id == owner.id, shown_to(viewer)), after)


def public_count(owner_id: int) -> int:
    """Return how many items a member publicised."""
    public = sa.select(sa.func.count()).where(Item.member_id == owner_id, Item.publicised_at.is_not(None))
    return db.session.scalar(public.where(in_closet())) or 0


def styleable_cards(viewer: Viewer, ids: Iterable[int]) -> dict[int, Card]:
    """Return those items that the viewer may put into looks, by id."""
    wanted = set(ids)
    if not wanted:
        return {}
    cards = _joined(styleable_by(viewer)).where(Item.id.in_(wanted))
    return {card.item.id: card for card in _read(cards)}


def _cards() -> sa.Select[Any]:
    return _joined(sa.select(Item).join(Member, Member.id == Item.member_id))


def _joined(items: sa.Select[Any]) -> sa.Select[Any]:
    """Add the words, the cover and the owner to a selection of items joined with their owners."""
    cover = sa.and_(ItemPhoto.item_id == Item.id, ItemPhoto.position == 0)
    joined = items.outerjoin(ItemPhoto, cover).outerjoin(Photo, Photo.id == ItemPhoto.photo_id)
    return joined.add_columns(Photo, Member.handle, Member.display_name).options(selectinload(Item.labels))


def _read(cards: sa.Select[Any]) -> list[Card]:
    return [Card(*row) for row in db.session.execute(cards)]


def _page(cards: sa.Select[Any], after: int | None, size: int) -> Page[Card]:
    if after is not None:
        cards = cards.where(Item.id < after)
    rows = _read(cards.order_by(Item.id.desc()).limit(size + 1))
    return page_of(rows, lambda card: card.item.id, size)


def _whole_page(items: sa.Select[Item], after: int | None) -> Page[Item]:
    if after is not None:
        items = items.where(Item.id < after)
    wanted = items.order_by(Item.id.desc()).limit(PAGE_SIZE + 1).options(*WHOLE, contains_eager(Item.owner))
    return page_of(list(db.session.scalars(wanted)), lambda item: item.id)


# Filters: each makes conditions on Item.


def _narrowed(viewer: Viewer, filters: Filters, leaving_out: str = "") -> list[sa.ColumnElement[bool]]:
    """Return the conditions of the filters; a facet counts what all but its own filter leave."""
    conditions = [Item.member_id == viewer.member_id, in_closet(), *_search(filters.q)]
    if leaving_out != "state":
        conditions.append(_in_states(filters.state))
    for name, make in _CONDITIONS.items():
        values = getattr(filters, name)
        if values and name != leaving_out:
            conditions.append(make(values))
    return conditions


def _search(q: str | None) -> list[sa.ColumnElement[bool]]:
    """Every word must be found: in brand, tags or notes, or in the name of the category or a colour."""
    return [_has_word(word) for word in rules.fold(q or "").split()[:8]]


def _has_word(word: str) -> sa.ColumnElement[bool]:
    ways = [Item.search_text.contains(word, autoescape=True)]
    groups, kinds = categories.matching(word)
    if groups:
        ways.append(Item.category.in_(groups))
    ways += [sa.and_(Item.category == group, Item.subcategory == kind) for group, kind in kinds]
    families = colours.matching(word)
    if families:
        ways.append(_has_label("colour")(families))
    return sa.or_(*ways)


def _has_label(kind: str) -> Callable[[Sequence[str]], sa.ColumnElement[bool]]:
    def condition(values: Sequence[str]) -> sa.ColumnElement[bool]:
        word = aliased(Label)  # not the table that a facet counts
        return sa.exists().where(word.item_id == Item.id, word.kind == kind, word.value.in_(values))

    return condition


def _in_category(codes: Sequence[str]) -> sa.ColumnElement[bool]:
    ways = []
    for code in codes:
        group, kind = categories.split(code)
        ways.append(sa.and_(Item.category == group, *([Item.subcategory == kind] if kind else [])))
    return sa.or_(*ways)


def _in_states(states: Sequence[str]) -> sa.ColumnElement[bool]:
    """The archive is out of sight until it is asked for."""
    present = [state for state in states if state != rules.ARCHIVED]
    ways: list[sa.ColumnElement[bool]] = []
    if present or not states:
        ways.append(sa.and_(Item.archived_at.is_(None), *([Item.state.in_(present)] if present else [])))
    if rules.ARCHIVED in states:
        ways.append(Item.archived_at.is_not(None))
    return sa.or_(*ways)


def _with_visibility(values: Sequence[str]) -> sa.ColumnElement[bool]:
    ways = {
        "private": Item.publicised_at.is_(None),
        "public": Item.publicised_at.is_not(None),
        "styleable": Item.styleable_at.is_not(None),
    }
    return sa.or_(*(ways[value] for value in values))


_CONDITIONS: Mapping[str, Callable[[Sequence[str]], sa.ColumnElement[bool]]] = {
    "kind": Item.kind.in_,
    "category": _in_category,
    "brand": Item.brand_key.in_,
    "colour": _has_label("colour"),
    "season": _has_label("season"),
    "tag": _has_label("tag"),
    "visibility": _with_visibility,
}


# Facets: each makes a branch (facet, value, text, number) of one UNION ALL.

Conditions = list[sa.ColumnElement[bool]]
Branch = Callable[[Conditions], sa.Select[Any]]

_NOTHING = sa.cast(sa.null(), sa.String)
_STATE = sa.case((Item.archived_at.is_not(None), sa.literal_column("'archived'")), else_=Item.state)
_VISIBILITY = sa.case(
    (Item.styleable_at.is_not(None), sa.literal_column("'styleable'")),
    (Item.publicised_at.is_not(None), sa.literal_column("'public'")),
    else_=sa.literal_column("'private'"),
)
_CODE = Item.category.concat(sa.literal_column("'.'")).concat(
    sa.func.coalesce(Item.subcategory, sa.literal_column("''"))
)


def _by(
    name: str, value: sa.ColumnElement[Any], text: sa.ColumnElement[Any] = _NOTHING, most: int = MAX_FACET
) -> Branch:
    def branch(conditions: Conditions) -> sa.Select[Any]:
        counted = sa.select(*_columns(name, value, text)).where(*conditions, value.is_not(None)).group_by(value)
        return _most(counted, most)

    return branch


def _by_label(kind: str) -> Branch:
    def branch(conditions: Conditions) -> sa.Select[Any]:
        counted = sa.select(*_columns(kind, Label.value.expression, _NOTHING)).join(Item, Item.id == Label.item_id)
        return _most(counted.where(Label.kind == kind, *conditions).group_by(Label.value), MAX_FACET)

    return branch


def _columns(name: str, value: sa.ColumnElement[Any], text: sa.ColumnElement[Any]) -> tuple[sa.ColumnElement[Any], ...]:
    named = sa.literal(name).label("facet"), value.label("value"), text.label("text")
    return (*named, sa.func.count().label("number"))


def _most(counted: sa.Select[Any], most: int) -> sa.Select[Any]:
    """Keep the most frequent values; a branch of a UNION needs a subquery to have an order of its own."""
    return sa.select(counted.order_by(sa.desc("number"), sa.asc("value")).limit(most).subquery())


def _all(conditions: Conditions) -> sa.Select[Any]:
    return sa.select(*_columns("total", sa.literal_column("''"), _NOTHING)).select_from(Item).where(*conditions)


_BRANCHES: Mapping[str, Branch] = {
    "total": _all,
    "kind": _by("kind", Item.kind.expression),
    "category": _by("category", _CODE, most=len(categories.CODES)),
    "colour": _by_label("colour"),
    "brand": _by("brand", Item.brand_key.expression, sa.func.max(Item.brand)),
    "season": _by_label("season"),
    "state": _by("state", _STATE),
    "tag": _by_label("tag"),
    "visibility": _by("visibility", _VISIBILITY),
}


def _with_groups(kinds: list[Value]) -> list[Value]:
    """Turn counts of ``group.kind`` into counts of groups, each followed by its kinds."""
    groups: dict[str, list[Value]] = defaultdict(list)
    for one in kinds:
        groups[one.value.partition(".")[0]].append(one)
    totals = {group: sum(one.count for one in found) for group, found in groups.items()}
    values = []
    for group in sorted(groups, key=lambda name: (-totals[name], name)):
        values.append(Value(group, totals[group]))
        values += [one for one in groups[group] if not one.value.endswith(".")]
    return values


def _with_public(values: list[Value]) -> list[Value]:
    """Count what may be styled as public too; list in a fixed order."""
    counts = {one.value: one.count for one in values}
    if "styleable" in counts:
        counts["public"] = counts.get("public", 0) + counts["styleable"]
    return [Value(name, counts[name]) for name in VISIBILITIES if name in counts]


def _with_chosen(values: list[Value], chosen: Sequence[str]) -> list[Value]:
    known = {one.value for one in values}
    return values + [Value(value, 0) for value in chosen if value not in known]
