"""Files as a form sends them."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import current_app
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from clozette.settings import Settings
from clozette.shop.files import rules


class Upload(ma.fields.Field[FileStorage]):
    """A file that is not too large. What it is, ``services.put`` says."""

    default_error_messages = {"invalid": _l("Choose a file."), "required": _l("Choose a file.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> FileStorage:
        if not isinstance(value, FileStorage):
            raise self.make_error("invalid")
        settings: Settings = current_app.extensions["clozette.settings"]
        if _size(value) > settings.shop_file_mb * 1024**2:
            raise ma.ValidationError(rules.too_large(settings.shop_file_mb))
        return value


def _size(upload: FileStorage) -> int:
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    return size
