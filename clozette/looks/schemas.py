"""What the deeds on looks take and give, for pages and API alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.kernel import ids
from clozette.kernel.schemas import Line, RowId, Schema, Text
from clozette.looks import rules
from clozette.media.schemas import Upload

FULL = 1000
"""Hotspots are placed in thousandths of the photo's width and height."""


@dataclass(frozen=True)
class Spot:
    """Where an item is tagged, as a form or a program says it."""

    photo_id: int
    item_id: int
    x: int
    y: int


class SpotField(ma.fields.Field[Spot]):
    """A tagged item: ``{"photo_id", "item_id", "x", "y"}``, or the same on one line, ``photo.item.x.y``, in a form."""

    default_error_messages = {"invalid": _l("This tag could not be read.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "metadata", {"description": "photo_id, item_id, and x and y in thousandths from the top left"}
        )
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any] | None:
        return None if value is None else spot_out(value.photo_id, value.item_id, value.x, value.y)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Spot:
        try:
            return read_spot(value)
        except (ValueError, TypeError, KeyError) as error:
            raise self.make_error("invalid") from error


def spot_out(photo_id: int, item_id: int, x: int, y: int) -> dict[str, Any]:
    """Write a tagged item as a program reads it."""
    return {"photo_id": ids.encode(photo_id), "item_id": ids.encode(item_id), "x": x, "y": y}


def spot_line(photo_id: int, item_id: int, x: int, y: int) -> str:
    """Write a tagged item as a form carries it."""
    return f"{ids.encode(photo_id)}.{ids.encode(item_id)}.{x}.{y}"


def read_spot(value: Any) -> Spot:
    """Read a tagged item, from a form's line or a program's object.

    :raises ValueError: (or TypeError, or KeyError) if it is neither.
    """
    photo, item, x, y = _parts(value)
    spot = Spot(ids.decode(photo), ids.decode(item), int(x), int(y))
    if not (0 <= spot.x <= FULL and 0 <= spot.y <= FULL):
        raise ValueError("outside the photo")
    return spot


def _parts(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        if set(value) != {"photo_id", "item_id", "x", "y"} or not all(type(value[axis]) is int for axis in "xy"):
            raise ValueError("not a tag")
        return [value["photo_id"], value["item_id"], value["x"], value["y"]]
    parts = str(value).split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts[2:]):
        raise ValueError("not a tag")
    return parts


class LookIn(Schema):
    """A change of a look. What is absent stays as it is; ``version`` says which saving the change was made on."""

    caption = Text(max_length=rules.CAPTION_LENGTH, allow_none=True)
    visibility = ma.fields.String(
        validate=ma.validate.OneOf(list(rules.Visibility), error=_l("Choose one of these.")),
    )
    version = ma.fields.Integer(validate=ma.validate.Range(min=1))
    alts = ma.fields.List(
        Line(max_length=rules.ALT_LENGTH),
        validate=ma.validate.Length(max=rules.MAX_PHOTOS),
        metadata={"keep_empty": True, "description": "The photos' descriptions, in their order"},
    )
    remove_photos = ma.fields.List(RowId(), validate=ma.validate.Length(max=rules.MAX_PHOTOS))
    cover = RowId(metadata={"description": "The photo that comes first"})
    hotspots = ma.fields.List(
        SpotField(), validate=ma.validate.Length(max=rules.MAX_HOTSPOTS), metadata={"description": "All tagged items"}
    )


class LookForm(LookIn):
    """What the pages take beside: photos, items to tag without saying exactly where, and words to find more items."""

    photos = ma.fields.List(Upload(), validate=ma.validate.Length(max=rules.MAX_PHOTOS))
    new_items = ma.fields.List(RowId(), validate=ma.validate.Length(max=rules.MAX_HOTSPOTS))
    new_photo = RowId()
    new_place = ma.fields.Integer(validate=ma.validate.Range(min=1, max=rules.PLACES))
    q = Line(max_length=100, allow_none=True)
    publish = ma.fields.Boolean(load_default=False)
    form_key = ma.fields.String(validate=ma.validate.Regexp(r"[A-Za-z0-9_-]{8,64}\Z"))


class LookPhotoIn(Schema):
    """One more photo for a look."""

    photo = Upload(required=True)
    alt = Line(max_length=rules.ALT_LENGTH)


class CommentIn(Schema):
    """A comment's words."""

    text = Text(max_length=rules.COMMENT_LENGTH, required=True)


class SearchIn(Schema):
    """What somebody looks for."""

    q = Line(max_length=100, load_default="")


class AuthorOut(Schema):
    """A member as others see them."""

    handle = ma.fields.String()
    display_name = ma.fields.String()


class LookPhotoOut(Schema):
    """A photo of a look; ``address`` expires unless the look is public."""

    id = RowId()
    alt = ma.fields.String()
    width = ma.fields.Integer()
    height = ma.fields.Integer()
    address = ma.fields.String()


class HotspotOut(Schema):
    """A tagged item; without an id where it is no longer shared."""

    photo_id = RowId()
    item_id = RowId(allow_none=True)
    name = ma.fields.String()
    x = ma.fields.Integer()
    y = ma.fields.Integer()
    credit = ma.fields.String(allow_none=True, metadata={"description": "The handle of the item's owner, if another"})


class LabelOut(Schema):
    """A line that has to be shown wherever the look is; its author can't take it off."""

    kind = ma.fields.String()
    text = ma.fields.String()
    title = ma.fields.String()
    sponsor = ma.fields.String()
    address = ma.fields.String()


class LookOut(Schema):
    """A look."""

    id = RowId()
    author = ma.fields.Nested(AuthorOut)
    caption = ma.fields.String()
    tags = ma.fields.List(ma.fields.String())
    visibility = ma.fields.String()
    version = ma.fields.Integer()
    created_at = ma.fields.DateTime()
    published_at = ma.fields.DateTime(allow_none=True)
    love_count = ma.fields.Integer()
    comment_count = ma.fields.Integer()
    loved = ma.fields.Boolean()
    photos = ma.fields.List(ma.fields.Nested(LookPhotoOut))
    labels = ma.fields.List(ma.fields.Nested(LabelOut))
    hotspots = ma.fields.List(ma.fields.Nested(HotspotOut))


class CommentOut(Schema):
    """A comment; without an author and words where a member was erased."""

    id = RowId()
    author = ma.fields.Nested(AuthorOut, allow_none=True)
    text = ma.fields.String()
    at = ma.fields.DateTime()
    edited_at = ma.fields.DateTime(allow_none=True)


class ProfileOut(AuthorOut):
    """A member's profile."""

    bio = ma.fields.String()
    followers = ma.fields.Integer()
    following = ma.fields.Integer()
    looks = ma.fields.Integer()
