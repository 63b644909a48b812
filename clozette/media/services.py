"""Deeds on photos. Files are kept before the commit and removed after it; whatever goes wrong, no row lacks its files."""

import secrets
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from werkzeug.datastructures import FileStorage

from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.images import BadPhoto, CleanPhoto, are_alike, widths_for
from clozette.kernel.refusal import refuse
from clozette.media import files, intake
from clozette.media.events import PhotoAdded, PhotoRemoved
from clozette.media.models import HiddenPerson, Photo
from clozette.media.rules import why_not_add
from clozette.privacy.models import Subject

__all__ = [
    "BadPhoto",
    "add_photo",
    "copy_photo",
    "delete_photo",
    "erase_photos",
    "hide_person",
    "hide_photo",
    "original_of",
    "publish_photo",
    "show_person",
    "similar_photos",
]
_BATCH = 100
_COPIED = (
    "sha256",
    "bytes",
    "width",
    "height",
    "placeholder",
    "colours",
    "dhash",
    "variants",
    "avif",
    "suffix",
)


def add_photo(subject_id: int | None, upload: FileStorage | CleanPhoto, now: datetime) -> Photo:
    """Take in a photo, private at first. Its large widths and its smallest one follow as a task.

    :param subject_id: whose it is; nothing for the site's own, which no member's room is used up by.
    :raises BadPhoto: if it is no photo that we take, with a message for the sender.
    :raises Refused: ``photo-quota`` if the member's room is used up.
    :raises StorageError: if it could not be kept; ``Full`` is answered with 507.
    """
    clean = upload if isinstance(upload, CleanPhoto) else intake.clean(upload)
    size = len(clean.original) + sum(map(len, clean.variants.values()))
    if subject_id is not None:
        refuse(why_not_add(used=_used_by(subject_id), adding=size, quota=_quota()))
    photo = Photo(
        subject_id=subject_id,
        created_at=now,
        sha256=clean.sha256,
        bytes=size,
        width=clean.width,
        height=clean.height,
        placeholder=clean.placeholder,
        colours=clean.colours,
        dhash=clean.dhash,
        variants=sorted(clean.variants),
        avif=[],
        folder=files.new_folder(),
        suffix=clean.suffix,
    )
    files.put(photo.folder, clean)
    db.session.add(photo)
    db.session.flush()
    publish(PhotoAdded(photo.id))
    return photo


def copy_photo(photo: Photo, now: datetime, *, to: int | None = None) -> Photo:
    """Keep a second photo with the same pictures, private at first; what becomes of the one is nothing to the other.

    :param to: the subject whose it becomes; by default whoever has the first.
    :raises Refused: ``photo-quota`` if the member's room is used up.
    :raises StorageError: if it could not be kept.
    """
    owner_id = photo.subject_id if to is None else to
    if owner_id is not None:
        refuse(why_not_add(used=_used_by(owner_id), adding=photo.bytes, quota=_quota()))
    same = {name: getattr(photo, name) for name in _COPIED}
    copied = Photo(subject_id=owner_id, created_at=now, folder=files.new_folder(), **same)
    has_files = files.copy(photo.folder, copied.folder) > 0
    db.session.add(copied)
    db.session.flush()
    if has_files and not set(widths_for(photo.width)) <= set(photo.variants):
        publish(PhotoAdded(copied.id))  # the first one's widths are still being made
    return copied


def publish_photo(photo: Photo) -> None:
    """Give a photo public addresses; one that has them keeps them."""
    private = sa.update(Photo).where(Photo.id == photo.id, Photo.public_token.is_(None))
    db.session.execute(private.values(public_token=secrets.token_hex(16)).execution_options(synchronize_session=False))
    db.session.refresh(photo, ["public_token"])


def hide_photo(photo: Photo) -> None:
    """Make a photo private: its public addresses are dead for good, copies in browsers aside."""
    photo.public_token = None
    db.session.flush()


def delete_photo(photo: Photo) -> None:
    """Delete a photo: the row now, the files after the commit."""
    db.session.delete(photo)
    db.session.flush()
    publish(PhotoRemoved(photo.folder))


def hide_person(subject_id: int, *, now: datetime) -> None:
    """Let nobody see any photo of a person, whatever address they hold, copies in browsers aside."""
    insert_once(HiddenPerson, subject_id=subject_id, since=now)


def show_person(subject_id: int) -> None:
    """Let a person's photos be seen again, at the addresses they had."""
    db.session.execute(sa.delete(HiddenPerson).where(HiddenPerson.subject_id == subject_id))


def erase_photos(subject_id: int) -> Iterator[int]:
    """Erase all photos of a person, files first; yield how many went after each batch, for the caller to commit.

    A crash leaves rows whose files are gone, which the next run removes; never files that no row leads to.
    """
    mine = sa.select(Photo).where(Photo.subject_id == subject_id).order_by(Photo.id).limit(_BATCH)
    while batch := list(db.session.scalars(mine)):
        for photo in batch:
            files.remove(photo.folder)
        db.session.execute(sa.delete(Photo).where(Photo.id.in_([photo.id for photo in batch])))
        db.session.expire_all()
        yield len(batch)


def similar_photos(subject_id: int, dhash: int, colours: list[str] | None = None) -> list[Photo]:
    """Return a person's photos that look like one with this hash (itself too, if it is kept), the newest first.

    :param colours: that photo's colours; with them, the same cut in another colour doesn't count.
    """
    own = sa.select(Photo.id, Photo.dhash, Photo.colours).where(Photo.subject_id == subject_id)
    alike = [row.id for row in db.session.execute(own) if are_alike(dhash, row.dhash, colours or (), row.colours)]
    found = sa.select(Photo).where(Photo.id.in_(alike)).order_by(Photo.id.desc())
    return list(db.session.scalars(found)) if alike else []


def original_of(photo: Photo) -> bytes:
    """Return a photo at its full size, for its owner."""
    return files.original(photo.folder, photo.suffix)


def _used_by(subject_id: int) -> int:
    # The lock makes two uploads at once count each other (SQLite's writers wait for each other anyway).
    db.session.execute(sa.select(Subject.id).where(Subject.id == subject_id).with_for_update())
    return db.session.scalar(sa.select(sa.func.sum(Photo.bytes)).where(Photo.subject_id == subject_id)) or 0


def _quota() -> int:
    return int(current_app.extensions["clozette.settings"].media_quota_mb) * 1024**2
