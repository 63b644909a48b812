"""A look as programs read it."""

from typing import Any

from clozette.looks.queries import Hung, Pin, Shot, Whole
from clozette.media.addresses import address

WIDTH = 1080


def look_out(whole: Whole) -> dict[str, Any]:
    """Return what ``LookOut`` writes."""
    look, author = whole.look, whole.author
    return {
        "id": look.id,
        "author": {"handle": author.handle, "display_name": author.display_name},
        "caption": look.caption,
        "tags": whole.tags,
        "visibility": look.visibility,
        "version": look.version,
        "created_at": look.created_at,
        "published_at": look.published_at,
        "love_count": look.love_count,
        "comment_count": look.comment_count,
        "loved": whole.loved,
        "photos": [_photo_out(shot) for shot in whole.shots],
        "labels": [_label_out(hung) for hung in whole.labels],
        "hotspots": [_hotspot_out(pin) for shot in whole.shots for pin in shot.pins],
    }


def _label_out(hung: Hung) -> dict[str, Any]:
    label = hung.label
    return {
        "kind": label.kind,
        "text": hung.text,
        "title": label.title,
        "sponsor": label.sponsor,
        "address": label.address,
    }


def _photo_out(shot: Shot) -> dict[str, Any]:
    photo = shot.photo
    where = address(photo.id, photo.public_token, WIDTH)
    return {"id": photo.id, "alt": shot.alt, "width": photo.width, "height": photo.height, "address": where}


def _hotspot_out(pin: Pin) -> dict[str, Any]:
    return {
        "photo_id": pin.photo_id,
        "item_id": pin.item.id if pin.item is not None else None,
        "name": pin.name,
        "x": pin.x,
        "y": pin.y,
        "credit": pin.owner.handle if pin.owner is not None and not pin.is_own else None,
    }
