"""Items tagged on photos: one's own, and others' that they opened to styling."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.closets.access import styleable_by
from clozette.closets.models import Item
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.kernel.viewer import Viewer
from clozette.looks.models import Hotspot, Look
from clozette.looks.rules import free_places, why_not_tag
from clozette.looks.schemas import Spot
from clozette.looks.services.photos import photos_of


def save_hotspots(look: Look, change: Mapping[str, Any], viewer: Viewer) -> None:
    """Make the tags what ``change`` says: all of them (``hotspots``), and more items to place somewhere (``new_items``).

    Tags on photos that are no longer there are dropped.

    :raises Refused: for too many tags, for an item that the viewer may not tag, and for items without a photo.
    """
    present = hotspots_of(look)
    photo_ids = [photo.photo_id for photo in photos_of(look)]
    spots = change["hotspots"] if "hotspots" in change else [_spot(tag) for tag in present if tag.item_id]
    spots = [spot for spot in spots if spot.photo_id in photo_ids]
    spots = [*spots, *_placed(change, spots, photo_ids)]
    wanted = {(spot.photo_id, spot.item_id): spot for spot in spots}
    refuse(why_not_tag(len(wanted)))
    _write(look, present, wanted, viewer)


def hotspots_of(look: Look) -> list[Hotspot]:
    """Return a look's tags in the order they were made."""
    return list(db.session.scalars(sa.select(Hotspot).where(Hotspot.look_id == look.id).order_by(Hotspot.id)))


def _placed(change: Mapping[str, Any], spots: Sequence[Spot], photo_ids: Sequence[int]) -> list[Spot]:
    """Place items that were chosen without an exact spot."""
    items: list[int] = list(dict.fromkeys(change.get("new_items", ())))
    if not items:
        return []
    if not photo_ids:
        raise Refused(Refusal("no_photo", _("Add a photo first; then tag what you wear on it."), "photos"))
    photo_id: int = change["new_photo"] if change.get("new_photo") in photo_ids else photo_ids[0]
    here = [spot for spot in spots if spot.photo_id == photo_id]
    items = [item_id for item_id in items if item_id not in {spot.item_id for spot in here}]
    places = free_places(change.get("new_place") or 1, [(spot.x, spot.y) for spot in here], len(items))
    return [Spot(photo_id, item_id, x, y) for item_id, (x, y) in zip(items, places, strict=True)]


def _write(look: Look, present: Sequence[Hotspot], wanted: Mapping[tuple[int, int], Spot], viewer: Viewer) -> None:
    known = {(tag.photo_id, tag.item_id): tag for tag in present if tag.item_id}
    for pair, tag in known.items():
        if pair not in wanted:
            db.session.delete(tag)
        else:
            tag.x_permille, tag.y_permille = wanted[pair].x, wanted[pair].y
    new = [spot for pair, spot in wanted.items() if pair not in known]
    owners = _owners(
        {spot.item_id for spot in new}, {item_id: tag.owner_id for (_, item_id), tag in known.items()}, viewer
    )
    for spot in new:
        tag = Hotspot(look_id=look.id, photo_id=spot.photo_id, item_id=spot.item_id, owner_id=owners[spot.item_id])
        tag.x_permille, tag.y_permille = spot.x, spot.y
        db.session.add(tag)
    db.session.flush()


def _owners(item_ids: Collection[int], tagged: Mapping[int, int | None], viewer: Viewer) -> dict[int, int | None]:
    """Return whose the items are; an item that this look has already may be tagged on another of its photos."""
    found: dict[int, int | None] = {item_id: tagged[item_id] for item_id in item_ids if item_id in tagged}
    if set(item_ids) - set(found):
        allowed = styleable_by(viewer).with_only_columns(Item.id, Item.member_id).where(Item.id.in_(item_ids))
        found |= {row.id: row.member_id for row in db.session.execute(allowed)}
    if set(item_ids) - set(found):
        raise Refused(Refusal("item", _("One of these items isn't there to be tagged."), "hotspots"))
    return found


def _spot(tag: Hotspot) -> Spot:
    assert tag.item_id is not None
    return Spot(tag.photo_id, tag.item_id, tag.x_permille, tag.y_permille)
