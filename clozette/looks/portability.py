"""Looks and comments in the shapes of the Data Transfer Project, for a member's archive."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.looks.models import Comment, Look, LookPhoto
from clozette.media.models import Photo
from clozette.rights.export import portable

ALBUM = "looks"
_AT_ONCE = 200


def models(member_id: int, kind: portable.Kind) -> Iterator[portable.Model]:
    """Yield the album of looks, their photos, and what was published and said."""
    if kind == "albums":
        yield portable.album(ALBUM, _("My looks"))
        return
    for looks in _in_batches(sa.select(Look).where(Look.member_id == member_id), Look.id):
        photos = _photos(looks)
        for look in looks:
            if kind == "photos":
                yield from photos.get(look.id, [])
            elif look.published_at is not None:
                yield _post(look, photos.get(look.id, []))
    if kind == "activities":
        for comments in _in_batches(sa.select(Comment).where(_still_said(member_id)), Comment.id):
            yield from map(_note, comments)


def _post(look: Look, photos: list[portable.Model]) -> portable.Model:
    name = ids.encode(look.id)
    at, url = look.published_at, _address(f"/looks/{name}")
    return portable.activity(name, kind="POST", at=at, content=look.caption, photos=photos, url=url)


def _note(comment: Comment) -> portable.Model:
    url = _address(f"/looks/{ids.encode(comment.look_id)}")
    name = ids.encode(comment.id)
    return portable.activity(name, kind="NOTE", at=comment.at, content=comment.text, photos=[], url=url)


def _photos(looks: Sequence[Look]) -> dict[int, list[portable.Model]]:
    captions = {look.id: look.caption for look in looks}
    wanted = (
        sa.select(LookPhoto.look_id, LookPhoto.alt, Photo.id, Photo.suffix, Photo.created_at)
        .join(Photo, Photo.id == LookPhoto.photo_id)
        .where(LookPhoto.look_id.in_(captions))
        .order_by(LookPhoto.look_id, LookPhoto.position)
    )
    found: dict[int, list[portable.Model]] = {}
    for row in db.session.execute(wanted):
        made = portable.photo(
            row.id, row.suffix, album=ALBUM, title=captions[row.look_id], description=row.alt, at=row.created_at
        )
        found.setdefault(row.look_id, []).append(made)
    return found


def _still_said(member_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Comment.member_id == member_id, Comment.deleted_at.is_(None))


def _in_batches(wanted: sa.Select[Any], key: Any) -> Iterator[Sequence[Any]]:
    last = 0
    while True:
        rows = db.session.scalars(wanted.where(key > last).order_by(key).limit(_AT_ONCE)).all()
        if rows:
            yield rows
            last = rows[-1].id
        if len(rows) < _AT_ONCE:
            return
        db.session.expunge_all()  # none is looked at twice


def _address(path: str) -> str:
    return str(current_app.extensions["clozette.settings"].base_url) + path
