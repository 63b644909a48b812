"""Verbs of the closet. Items come from ``access.own_item``, which locks them for the rest of a writing transaction.

``facts`` are what the schemas make of a form or a JSON body: a mapping of column names, plus ``colours``, ``seasons`` and
``tags`` (lists) and ``price`` (``Money``); what is absent stays as it is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from clozette.accounts.models import Member
from clozette.closets import colours, measures, queries, rules
from clozette.closets.events import ItemAdded, ItemChanged, ItemHidden, ItemPublicised, ItemRemoved
from clozette.closets.models import Item, ItemPhoto, Label, Upload
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.money import Money
from clozette.kernel.refusal import refuse
from clozette.media import services as media
from clozette.media.models import Photo

UPLOADS_KEPT = timedelta(days=2)
_BRAND_KEY_LENGTH = rules.BRAND_LENGTH * 2
_PLAIN = ("kind", "category", "subcategory", "brand", "size_system", "size", "measurements", "bought_on", "notes")
_HANDED = ("category", "subcategory", "brand", "size_system", "size", "colours", "seasons")
_LISTS = {"colours": "colour", "seasons": "season", "tags": "tag"}


def upload(owner: Member, file: FileStorage, *, now: datetime) -> Photo:
    """Take a photo that belongs to no item yet. It is swept after two days unless an item takes it.

    :raises BadPhoto: in the words of the member, if it is no photo.
    """
    waiting = db.session.scalar(sa.select(sa.func.count()).where(Upload.member_id == owner.id)) or 0
    refuse(rules.why_not_upload(waiting=waiting))
    photo = media.add_photo(owner.subject_id, file, now)
    db.session.add(Upload(photo_id=photo.id, member_id=owner.id, at=now))
    db.session.flush()
    return photo


def add(
    owner: Member,
    facts: Mapping[str, Any],
    photos: Sequence[Photo],
    *,
    upload_key: str,
    now: datetime,
    similar_ok: bool = False,
) -> Item:
    """Put an item into a closet. The same ``upload_key`` again gives the item that it made before, unchanged.

    Without colours of its own, the item gets those of its first photo.

    :raises Refused: ``closet-full``, ``no-photo``, ``too-many-photos``, or ``similar`` unless ``similar_ok``.
    """
    _hold(owner)
    made_before = queries.item_by_key(owner.id, upload_key)
    if made_before is not None:
        return made_before
    refuse(rules.why_not_add(items=queries.count(owner.id)))
    refuse(rules.why_not_hold(len(photos)))
    if not similar_ok:
        refuse(rules.why_not_similar(queries.similar_items(owner, photos)))
    item = _make(owner, {"kind": rules.Kind.OWNED.value, **facts}, photos, upload_key, now)
    events.publish(ItemAdded(item.id, owner.id))
    return item


def add_product(
    owner: Member, facts: Mapping[str, Any], photos: Sequence[Photo], *, upload_key: str, now: datetime
) -> Item:
    """Keep what a trader deals in: an item of nobody's closet. The same ``upload_key`` again gives what it made before.

    :raises Refused: ``no-photo`` or ``too-many-photos``.
    """
    _hold(owner)
    made_before = queries.item_by_key(owner.id, upload_key)
    if made_before is not None:
        return made_before
    refuse(rules.why_not_hold(len(photos)))
    return _make(owner, {**facts, "kind": rules.PRODUCT}, photos, upload_key, now)


def hand_on(
    item: Item,
    to: Member,
    *,
    shares: Collection[str],
    key: str,
    price: Money,
    bought_on: date,
    now: datetime,
    size: Mapping[str, str | None] | None = None,
) -> Item:
    """Put into another closet what went there, as an item of its own with copies of the photos; private at first.

    What anybody could see of it goes along; of the rest what ``shares`` names (``measurements``, ``tags``, ``notes``).
    The same ``key`` hands on once. ``size``: which of a product's sizes it was.

    :raises Refused: ``closet-full``, or ``photo-quota``.
    """
    _hold(to)
    made_before = queries.item_by_key(to.id, key)
    if made_before is not None:
        return made_before
    refuse(rules.why_not_add(items=queries.count(to.id)))
    facts = {name: getattr(item, name) for name in (*_HANDED, *sorted(shares))}
    photos = [media.copy_photo(photo, now, to=to.subject_id) for photo in item.photos]
    facts |= {"price": price, "bought_on": bought_on, **(size or {})}
    return add(to, facts, photos, upload_key=key, now=now, similar_ok=True)


def save(item: Item, facts: Mapping[str, Any], *, seen: int | None, now: datetime) -> None:
    """Change what is known about an item. ``seen`` is the version that the form was filled from.

    :raises Refused: ``changed-elsewhere`` if the item has another version by now.
    """
    refuse(rules.why_not_save(seen=seen, current=item.version))
    _write(item, facts)
    item.version += 1
    item.changed_at = now
    db.session.flush()
    events.publish(ItemChanged(item.id, item.member_id))


def set_state(item: Item, state: str, *, lent_to: str | None, now: datetime) -> None:
    """Say where an item is; ``lent_to`` counts only for what is lent."""
    refuse(rules.why_not_set_state(item.kind, archived=item.archived_at is not None))
    _set_state(item, state, lent_to, now)
    db.session.flush()


def acquire(item: Item, *, now: datetime) -> None:
    """Turn a wish into something owned."""
    refuse(rules.why_not_acquire(item.kind))
    item.kind = rules.Kind.OWNED.value
    item.version += 1
    item.changed_at = now
    db.session.flush()


def archive(item: Item, reason: str, *, now: datetime) -> None:
    """Take an item out of the daily closet. It becomes private, and is nowhere but in the archive."""
    hide(item)
    _set_state(item, rules.State.AVAILABLE.value, None, now)
    item.archived_at = item.archived_at or now
    item.archived_reason = reason
    db.session.flush()


def unarchive(item: Item) -> None:
    """Take an item out of the archive again. It stays private."""
    item.archived_at = item.archived_reason = None
    db.session.flush()


def publicise(item: Item, *, now: datetime) -> None:
    """Show an item to everybody from now on. Doing it again changes nothing."""
    refuse(rules.why_not_publicise(archived=item.archived_at is not None))
    if item.publicised_at is not None:
        return
    item.publicised_at = now
    for photo in item.photos:
        media.publish_photo(photo)
    db.session.flush()
    events.publish(ItemPublicised(item.id, item.member_id))


def hide(item: Item) -> None:
    """Make an item private again, and the public addresses of its photos dead. Styling by others ends with it."""
    if item.publicised_at is None:
        return
    item.publicised_at = item.styleable_at = None
    for photo in item.photos:
        media.hide_photo(photo)
    db.session.flush()
    events.publish(ItemHidden(item.id, item.member_id))


def open_to_styling(item: Item, *, now: datetime) -> None:
    """Let others put an item into their looks."""
    refuse(rules.why_not_style(public=item.is_public))
    item.styleable_at = item.styleable_at or now
    db.session.flush()


def close_to_styling(item: Item) -> None:
    """Keep an item out of others' new looks."""
    item.styleable_at = None
    db.session.flush()


def add_tag(item: Item, tag: str, *, now: datetime) -> None:
    """Put one more tag on an item; one that is there already changes nothing."""
    tags = item.tags
    if tag not in tags:
        refuse(rules.why_not_tag(len(tags) + 1))
        save(item, {"tags": [*tags, tag]}, seen=None, now=now)


def add_photos(item: Item, photos: Sequence[Photo], *, now: datetime) -> None:
    """Put more photos after those that an item has."""
    refuse(rules.why_not_hold(len(item.photo_links) + len(photos)))
    _attach(item, photos)
    _touch(item, now)


def remove_photo(item: Item, photo: Photo, *, now: datetime) -> None:
    """Delete one photo of an item; the last one stays."""
    refuse(rules.why_not_hold(len(item.photo_links) - 1))
    _detach(item, {photo.id})
    _touch(item, now)


def move_photo(item: Item, photo: Photo, position: int, *, now: datetime) -> None:
    """Put a photo at another place (from 0; beyond the end means last); the one at 0 is the cover."""
    order = [link for link in item.photo_links if link.photo_id != photo.id]
    moved = next(link for link in item.photo_links if link.photo_id == photo.id)
    order.insert(max(0, min(position, len(order))), moved)
    _arrange(item, order)
    _touch(item, now)


def set_photos(item: Item, photos: Sequence[Photo], *, now: datetime) -> None:
    """Give an item exactly these photos in this order: some of its own, some uploads; the others are deleted."""
    refuse(rules.why_not_hold(len(photos)))
    wanted = [photo.id for photo in photos]
    _detach(item, {link.photo_id for link in item.photo_links} - set(wanted))
    held = {link.photo_id for link in item.photo_links}
    _attach(item, [photo for photo in photos if photo.id not in held])
    _arrange(item, sorted(item.photo_links, key=lambda link: wanted.index(link.photo_id)))
    _touch(item, now)


def remove(item: Item) -> None:
    """Delete an item, its photos and their files."""
    events.publish(ItemRemoved(item.id, item.member_id))
    photos = item.photos
    db.session.delete(item)
    db.session.flush()
    for photo in photos:
        media.delete_photo(photo)
    db.session.flush()


def sweep_uploads(*, now: datetime) -> int:
    """Delete the photos that no item took in time; say how many."""
    left = sa.select(Photo).join(Upload, Upload.photo_id == Photo.id).where(Upload.at < now - UPLOADS_KEPT)
    photos = list(db.session.scalars(left.limit(500)))
    for photo in photos:
        media.delete_photo(photo)
    db.session.flush()
    return len(photos)


def _hold(owner: Member) -> None:
    """Let items come into a closet one at a time: so the count is exact, and a form sent twice finds what its twin made."""
    db.session.execute(sa.select(Member.id).where(Member.id == owner.id).with_for_update(key_share=True))


def _make(owner: Member, facts: Mapping[str, Any], photos: Sequence[Photo], upload_key: str, now: datetime) -> Item:
    item = Item(owner=owner, upload_key=upload_key, created_at=now, changed_at=now, state_since=now)
    item.state, item.measurements, item.photo_links, item.labels = rules.State.AVAILABLE.value, {}, [], []
    _write(item, facts)
    if not facts.get("colours"):
        _relabel(item, "colour", colours.families_of(photos[0].colours))
    db.session.add(item)
    _attach(item, photos)
    db.session.flush()
    return item


def _write(item: Item, facts: Mapping[str, Any]) -> None:
    for name in _PLAIN:
        if name in facts:
            setattr(item, name, facts[name])
    if "price" in facts:
        price = facts["price"]
        item.price_minor, item.price_currency = (price.amount_minor, price.currency) if price else (None, None)
    for name, kind in _LISTS.items():
        if name in facts:
            _relabel(item, kind, facts[name])
    fitting = measures.of(item.category)
    if "measurements" in facts:
        refuse(rules.why_not_measure(item.measurements, fitting))
    item.measurements = {name: mm for name, mm in item.measurements.items() if name in fitting}
    if item.kind == rules.Kind.WISHED:
        item.state, item.lent_to = rules.State.AVAILABLE.value, None
    fold_words(item)


def fold_words(item: Item) -> None:
    """Fold an item's words for comparing brands and for the search."""
    item.brand_key = rules.fold(item.brand)[:_BRAND_KEY_LENGTH] if item.brand else None
    item.search_text = rules.fold(" ".join([item.brand or "", *item.tags, item.notes or ""]))


def _relabel(item: Item, kind: str, values: Sequence[str]) -> None:
    """Give an item these words of a kind, keeping the rows that stay."""
    before = {label.value: label for label in item.labels if label.kind == kind}
    words = [before.get(value) or Label(kind=kind, value=value) for value in dict.fromkeys(values)]
    for position, label in enumerate(words):
        label.position = position
    item.labels = [label for label in item.labels if label.kind != kind] + words


def _set_state(item: Item, state: str, lent_to: str | None, now: datetime) -> None:
    if state != item.state:
        item.state, item.state_since = state, now
    item.lent_to = lent_to if state == rules.State.LENT else None


def _attach(item: Item, photos: Sequence[Photo]) -> None:
    taken = sa.delete(Upload).where(Upload.photo_id.in_([photo.id for photo in photos]))
    db.session.execute(taken.execution_options(synchronize_session=False))
    first = len(item.photo_links)
    item.photo_links.extend(
        ItemPhoto(photo_id=photo.id, photo=photo, position=first + place) for place, photo in enumerate(photos)
    )
    if item.is_public:
        for photo in photos:
            media.publish_photo(photo)


def _detach(item: Item, photo_ids: set[int]) -> None:
    gone = [link for link in item.photo_links if link.photo_id in photo_ids]
    photos = [link.photo for link in gone]
    _arrange(item, [link for link in item.photo_links if link.photo_id not in photo_ids])
    db.session.flush()
    for photo in photos:
        media.delete_photo(photo)


def _arrange(item: Item, order: list[ItemPhoto]) -> None:
    for position, link in enumerate(order):
        link.position = position
    item.photo_links = order


def _touch(item: Item, now: datetime) -> None:
    item.changed_at = now
    db.session.flush()
