"""Photos as forms and programs send and read them."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from clozette.kernel.images import MAX_BYTES, BadPhoto
from clozette.kernel.schemas import RowId, Schema
from clozette.media import intake
from clozette.media.addresses import photo_src

SHOWN_WIDTH = 1080


class Upload(ma.fields.Field[FileStorage]):
    """A file of at most 25 MB, prepared to become a photo. Whether it is one, ``services.add_photo`` says.

    :param ahead: how many of a request are prepared.
    """

    default_error_messages = {"invalid": _l("Choose a photo."), "required": _l("Choose a photo.")}

    def __init__(self, *, ahead: int = intake.MOST_AHEAD, **kwargs: Any) -> None:
        self._ahead = ahead
        kwargs.setdefault("metadata", {"type": "string", "format": "binary"})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> FileStorage:
        if not isinstance(value, FileStorage):
            raise self.make_error("invalid")
        if _size(value) > MAX_BYTES:
            raise ma.ValidationError(BadPhoto("large").message)
        intake.prepare(value, self._ahead)
        return value


class PhotoOut(Schema):
    """A photo; ``address`` expires unless the photo is public."""

    id = RowId()
    width = ma.fields.Integer()
    height = ma.fields.Integer()
    colours = ma.fields.List(ma.fields.String())
    placeholder = ma.fields.String(metadata={"description": "A tiny picture as a data address"})
    address = ma.fields.Function(lambda photo: photo_src(photo, SHOWN_WIDTH), metadata={"type": "string"})


def _size(upload: FileStorage) -> int:
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    return size
