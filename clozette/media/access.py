"""The way to a photo's files for whoever holds one of its addresses."""

from typing import NamedTuple

import sqlalchemy as sa
from flask import abort

from clozette.kernel.database import db
from clozette.media.models import HiddenPerson, Photo

_IS_HIDDEN = sa.exists().where(HiddenPerson.subject_id == Photo.subject_id)
_SHOWN = sa.select(Photo.folder, Photo.variants, Photo.avif).where(~_IS_HIDDEN)


class Files(NamedTuple):
    """Where a photo's files are, and which widths are ready."""

    folder: str
    variants: list[int]
    avif: list[int]


def files_by_token(token: str) -> Files:
    """Return the files of a public photo, or 404."""
    return _one(Photo.public_token == token)


def files_by_id(photo_id: int) -> Files:
    """Return the files of any photo, or 404; the caller has checked a signature."""
    return _one(Photo.id == photo_id)


def _one(condition: sa.ColumnElement[bool]) -> Files:
    row = db.session.execute(_SHOWN.where(condition)).one_or_none()
    if row is None:
        abort(404)
    return Files(*row)
