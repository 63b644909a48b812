"""Reads for the pages of looks: lists by their newest, one look with all that is on its page, members, search.

Every list is a number of queries that doesn't grow with its length.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from clozette.accounts import access as members
from clozette.accounts import finding
from clozette.accounts.models import Member
from clozette.closets import access as closets
from clozette.closets.models import Item, ItemPhoto
from clozette.closets.queries import Card, Filters, closet, styleable_cards
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer
from clozette.looks import access, rules
from clozette.looks.models import Comment, Hotspot, Look, LookLabel, LookPhoto, Love, Tag
from clozette.looks.naming import item_name, label_line
from clozette.media.models import Photo

WEEK = timedelta(days=7)
MOST_LOVED = 12
PICKED = 24
_CANDIDATES = 60
"""How many of the most loved looks are kept, so that enough stay after those are left out that a viewer may not see."""
COUNTED = 200_000
"""How many loves of a week are counted at most."""
SEARCHED = 2000
"""How many of the newest looks a search through captions reads."""


@dataclass(frozen=True)
class Pin:
    """A tagged item as a page shows it.

    :ivar number: the item's number in the look, the same on each photo.
    :ivar name: empty where the item is somebody else's and no longer shared.
    :ivar item: only where the viewer may see it; ``cover`` is its photo.
    :ivar owner: whom to credit, only where the item is shared.
    :ivar is_own: whether it is the author's own item.
    """

    photo_id: int
    x: int
    y: int
    number: int
    name: str
    item: Item | None
    item_id: int | None
    owner: Member | None
    is_own: bool
    cover: Photo | None = None


@dataclass(frozen=True)
class Shot:
    """A photo of a look with the tags on it."""

    photo: Photo
    alt: str
    pins: Sequence[Pin]


@dataclass(frozen=True)
class Hung:
    """A label that hangs on a look, as it reads in the language of the page."""

    label: LookLabel
    text: str


@dataclass(frozen=True)
class Whole:
    """A look with all that is on its page but the comments."""

    look: Look
    author: Member
    shots: Sequence[Shot]
    loved: bool
    labels: Sequence[Hung] = ()

    @property
    def pins(self) -> list[Pin]:
        """All tags, photo by photo, each item once."""
        pins = [pin for shot in self.shots for pin in shot.pins]
        return list({pin.number: pin for pin in pins}.values())

    @property
    def credited(self) -> list[Pin]:
        """The tags that need a credit line: items that are not the author's own."""
        return [pin for pin in self.pins if not pin.is_own]

    @property
    def tags(self) -> list[str]:
        """The hashtags of the caption."""
        return rules.tags_of(self.look.caption)


@dataclass(frozen=True)
class Remark:
    """A comment as a page shows it; ``member`` is nobody where its author was erased."""

    comment: Comment
    member: Member | None


@dataclass(frozen=True)
class Lover:
    """A member who loves a look; ``key`` is the place in the list."""

    key: int
    member: Member


# ---- lists ------------------------------------------------------------------------------------------------------


def newest(viewer: Viewer, after: int | None = None, size: int = PAGE_SIZE) -> Page[Look]:
    """Return the newest looks that are open to everybody the viewer belongs to (public; for members, members' too)."""
    return _page(access.visible_to(viewer).where(_open_to(viewer)), after, size)


def newest_of(viewer: Viewer, member_id: int, after: int | None = None) -> Page[Look]:
    """Return a member's newest looks that the viewer may see."""
    return _page(access.visible_to(viewer).where(Look.member_id == member_id), after)


def newest_tagged(viewer: Viewer, tag: str, after: int | None = None) -> Page[Look]:
    """Return the newest looks with a hashtag (folded) that the viewer may see."""
    tagged = access.visible_to(viewer).join(Tag, Tag.look_id == Look.id).where(Tag.tag == tag)
    if after is not None:
        tagged = tagged.where(Tag.feed_key < after)
    return _page_of(tagged.order_by(Tag.feed_key.desc()), PAGE_SIZE)


def own(viewer: Viewer, after: int | None = None, *, drafts: bool) -> Page[Look]:
    """Return the viewer's own looks, the last made first: drafts, or those that are out."""
    state = Look.feed_key.is_(None) if drafts else Look.feed_key.is_not(None)
    mine = sa.select(Look).where(Look.member_id == viewer.member_id, state).order_by(Look.id.desc())
    if after is not None:
        mine = mine.where(Look.id < after)
    return page_of(db.session.scalars(mine.limit(PAGE_SIZE + 1)).all(), lambda look: look.id)


def most_loved_ids(now: datetime) -> list[int]:
    """Return the ids of the public looks that were loved most in a week. It reads a week's loves: keep the answer."""
    # The LIMIT bounds the work, and makes SQLite read the week's loves instead of grouping all there ever were.
    lately = sa.select(Love.look_id).where(Love.at > now - WEEK).order_by(Love.at.desc()).limit(COUNTED).subquery()
    counted = (
        sa.select(lately.c.look_id, sa.func.count().label("loves"))
        .group_by(lately.c.look_id)
        .order_by(sa.desc("loves"), lately.c.look_id.desc())
        .limit(_CANDIDATES * 2)
        .subquery()
    )
    public = sa.select(Look.id).join(counted, counted.c.look_id == Look.id)
    public = public.where(Look.feed_key.is_not(None), Look.visibility == rules.Visibility.PUBLIC)
    return list(db.session.scalars(public.order_by(counted.c.loves.desc(), Look.id.desc()).limit(_CANDIDATES)))


def these(viewer: Viewer, look_ids: Sequence[int], size: int) -> list[Look]:
    """Return the first ``size`` of some looks that the viewer may see, in the order given."""
    found = {look.id: look for look in db.session.scalars(access.visible_to(viewer).where(Look.id.in_(look_ids)))}
    return [found[look_id] for look_id in look_ids if look_id in found][:size]


# ---- one look ---------------------------------------------------------------------------------------------------


def whole(viewer: Viewer, look: Look) -> Whole:
    """Return a look with its author, photos and tags."""
    return wholes(viewer, [look])[0]


def wholes(viewer: Viewer, looks: Sequence[Look]) -> list[Whole]:
    """Return looks with their authors, photos and tags, in few queries however many they are."""
    ids = [look.id for look in looks]
    authors = {member.id: member for member in _rows(Member, [look.member_id for look in looks])}
    pins = _pins(viewer, ids)
    shots: dict[int, list[Shot]] = {look_id: [] for look_id in ids}
    for shown, photo in db.session.execute(
        sa.select(LookPhoto, Photo)
        .join(Photo, Photo.id == LookPhoto.photo_id)
        .where(LookPhoto.look_id.in_(ids))
        .order_by(LookPhoto.look_id, LookPhoto.position)
    ):
        shots[shown.look_id].append(Shot(photo, shown.alt, pins.get(photo.id, ())))
    loved, hung = loved_among(viewer, ids), hung_on(ids)
    return [
        Whole(look, authors[look.member_id], shots[look.id], look.id in loved, hung.get(look.id, ())) for look in looks
    ]


def labels_of(look_ids: Collection[int]) -> dict[int, list[LookLabel]]:
    """Return the labels of looks, the oldest first; looks without any are not in it."""
    labels: dict[int, list[LookLabel]] = {}
    wanted = sa.select(LookLabel).where(LookLabel.look_id.in_(look_ids)).order_by(LookLabel.look_id, LookLabel.id)
    for label in db.session.scalars(wanted) if look_ids else ():
        labels.setdefault(label.look_id, []).append(label)
    return labels


def hung_on(look_ids: Collection[int]) -> dict[int, list[Hung]]:
    """Return the labels of looks with how they read; one query, however many looks."""
    labels = labels_of(look_ids)
    return {look_id: [Hung(label, label_line(label.sponsor)) for label in some] for look_id, some in labels.items()}


def covers(viewer: Viewer, looks: Sequence[Look]) -> list[Whole]:
    """Return looks as a grid shows them: with their authors and first photos, without tags."""
    ids = [look.id for look in looks]
    authors = {member.id: member for member in _rows(Member, [look.member_id for look in looks])}
    shown = sa.select(LookPhoto.look_id, LookPhoto.alt, Photo).join(Photo, Photo.id == LookPhoto.photo_id)
    first = shown.where(LookPhoto.look_id.in_(ids), LookPhoto.position == 0)
    shots = {look_id: [Shot(photo, alt, ())] for look_id, alt, photo in db.session.execute(first)}
    loved, hung = loved_among(viewer, ids), hung_on(ids)
    return [
        Whole(look, authors[look.member_id], shots.get(look.id, []), look.id in loved, hung.get(look.id, ()))
        for look in looks
    ]


def own_covers(viewer: Viewer, look_ids: Sequence[int]) -> list[Whole]:
    """Return those of some looks that are the viewer's own, drafts too, as a grid shows them."""
    mine = sa.select(Look).where(Look.member_id == viewer.member_id, Look.id.in_(look_ids))
    return covers(viewer, db.session.scalars(mine).all())


def loved_among(viewer: Viewer, look_ids: Sequence[int]) -> set[int]:
    """Return which of some looks the viewer loves."""
    if viewer.member_id is None or not look_ids:
        return set()
    mine = sa.select(Love.look_id).where(Love.member_id == viewer.member_id, Love.look_id.in_(look_ids))
    return set(db.session.scalars(mine))


def comments(viewer: Viewer, look: Look, after: int | None = None, size: int = PAGE_SIZE) -> Page[Remark]:
    """Return the comments under a look that the viewer may see, newest first."""
    wanted = access.comments_for(viewer, look).order_by(Comment.id.desc()).limit(size + 1)
    if after is not None:
        wanted = wanted.where(Comment.id < after)
    rows = [Remark(comment, member) for comment, member in db.session.execute(wanted)]
    return page_of(rows, lambda row: row.comment.id, size)


def lovers(viewer: Viewer, look: Look, after: int | None = None) -> Page[Lover]:
    """Return who loves a look, the last first, as far as the viewer may see them."""
    wanted = (
        sa.select(Love.id, Member)
        .join(Member, Member.id == Love.member_id)
        .where(Love.look_id == look.id, members.is_present(), members.not_blocked(viewer, Love.member_id))
        .order_by(Love.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        wanted = wanted.where(Love.id < after)
    rows = [Lover(key, member) for key, member in db.session.execute(wanted)]
    return page_of(rows, lambda lover: lover.key)


# ---- the editor -------------------------------------------------------------------------------------------------


def pickable(viewer: Viewer, item_ids: Sequence[int], words: str = "", size: int = PICKED) -> list[Card]:
    """Return items to choose from in the editor: those of ``item_ids`` first, then one's own newest that fit ``words``."""
    mine = [card.item.id for card in closet(viewer, Filters(q=words), None, size).items]
    cards = styleable_cards(viewer, [*item_ids, *mine])
    return [cards[item_id] for item_id in dict.fromkeys([*item_ids, *mine]) if item_id in cards]


# ---- members and search -----------------------------------------------------------------------------------------


def visible_count(viewer: Viewer, member_id: int) -> int:
    """Return how many looks of a member the viewer may see."""
    seen = access.visible_to(viewer).where(Look.member_id == member_id).with_only_columns(sa.func.count())
    return db.session.scalar(seen) or 0


def find_members(viewer: Viewer, words: str, size: int = 12) -> list[Member]:
    """Return members whose handle or name begins with ``words``."""
    start = words.removeprefix("@").casefold()
    if not start:
        return []
    # One after the other, each by its own index: both at once, in one order, would be a walk through all members.
    seen = members.visible_to(viewer).limit(size)
    called = db.session.scalars(seen.where(finding.by_handle(start)).order_by(Member.handle)).all()
    named = db.session.scalars(seen.where(finding.by_name(words))).all()
    return list(dict.fromkeys([*called, *named]))[:size]


def find_tags(viewer: Viewer, words: str, size: int = 12) -> list[str]:
    """Return hashtags that begin with ``words``, of looks that are open to everybody the viewer belongs to."""
    start = rules.fold_tag(words.removeprefix("#"))
    if not start:
        return []
    # A range, not LIKE, which uses no index here; the column is sorted by code points on both databases.
    fits = sa.and_(Tag.tag >= start, Tag.tag < start + "\U0010ffff")
    tags = sa.select(Tag.tag).join(Look, Look.id == Tag.look_id).where(fits, _open_to(viewer))
    return list(db.session.scalars(tags.distinct().order_by(Tag.tag).limit(size)))


def find_looks(viewer: Viewer, words: str, size: int = PAGE_SIZE) -> list[Look]:
    """Return looks whose caption has ``words``, from among the newest ``SEARCHED``."""
    if not words:
        return []
    recent = sa.select(Look.id).where(Look.feed_key.is_not(None)).order_by(Look.feed_key.desc()).limit(SEARCHED)
    fits = access.visible_to(viewer).where(Look.id.in_(recent), Look.caption.icontains(words, autoescape=True))
    return list(db.session.scalars(fits.order_by(Look.feed_key.desc()).limit(size)))


# ---- pieces -----------------------------------------------------------------------------------------------------


def _open_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    wide = [rules.Visibility.PUBLIC, rules.Visibility.MEMBERS] if viewer.is_member else [rules.Visibility.PUBLIC]
    return Look.visibility.in_(wide)


def _page(looks: sa.Select[Look], after: int | None, size: int = PAGE_SIZE) -> Page[Look]:
    if after is not None:
        looks = looks.where(Look.feed_key < after)
    return _page_of(looks.order_by(Look.feed_key.desc()), size)


def _page_of(looks: sa.Select[Look], size: int) -> Page[Look]:
    return page_of(db.session.scalars(looks.limit(size + 1)).all(), lambda look: look.feed_key or 0, size)


def _rows(model: type[Member], ids: Sequence[int]) -> Sequence[Member]:
    return db.session.scalars(sa.select(model).where(model.id.in_(ids))).all()


def _pins(viewer: Viewer, look_ids: Sequence[int]) -> Mapping[int, list[Pin]]:
    """Return the tags on the photos of some looks, numbered look by look."""
    seen = closets.shown_to(viewer)
    if viewer.member_id is not None:
        seen = seen | (Item.member_id == viewer.member_id)
    cover = sa.and_(ItemPhoto.item_id == Item.id, ItemPhoto.position == 0)
    rows: Sequence[Any] = db.session.execute(
        sa.select(Hotspot, Item, Member, Photo, sa.func.coalesce(seen, sa.false()), Look.member_id)
        .join(Look, Look.id == Hotspot.look_id)
        .outerjoin(Item, Item.id == Hotspot.item_id)
        .outerjoin(Member, Member.id == Hotspot.owner_id)
        .outerjoin(ItemPhoto, cover)
        .outerjoin(Photo, Photo.id == ItemPhoto.photo_id)
        .where(Hotspot.look_id.in_(look_ids))
        .options(selectinload(Item.labels))
        .order_by(Hotspot.look_id, Hotspot.id)
    ).all()
    numbers: dict[int, dict[int, int]] = {}
    pins: dict[int, list[Pin]] = {}
    for tag, item, owner, photo, seen_by_viewer, author_id in rows:
        if item is None and tag.owner_id == author_id:
            continue  # the author's own, deleted since: there is nobody to credit
        known = numbers.setdefault(tag.look_id, {})
        number = known.setdefault(tag.item_id or -tag.id, len(known) + 1)
        pin = _pin(tag, item, owner, number, is_seen=seen_by_viewer, is_own=tag.owner_id == author_id)
        pins.setdefault(tag.photo_id, []).append(replace(pin, cover=photo) if pin.item else pin)
    return pins


def _pin(tag: Hotspot, item: Item | None, owner: Member | None, number: int, *, is_seen: bool, is_own: bool) -> Pin:
    """An author's private item is named, and no more; somebody else's that is no longer shared is not even that."""
    return Pin(
        photo_id=tag.photo_id,
        x=tag.x_permille,
        y=tag.y_permille,
        number=number,
        name=item_name(item) if item is not None and (is_seen or is_own) else "",
        item=item if is_seen else None,
        item_id=tag.item_id,
        owner=owner if is_seen or is_own else None,
        is_own=is_own,
    )
