"""The photos of entries: copies, so that no later edit or deletion empties an entry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from clozette.contests.entering.models import EntryPhoto
from clozette.kernel.database import db
from clozette.looks.models import LookPhoto
from clozette.media import services as media
from clozette.media.models import Photo


@dataclass(frozen=True)
class Shot:
    """A photo of an entry, with what it shows in words."""

    photo: Photo
    alt: str


def copies_of(look_id: int, *, now: datetime) -> list[Shot]:
    """Copy the photos of a look as they are now; ``keep`` makes them an entry's.

    :raises Refused: ``photo-quota`` if the member's room is used up.
    """
    shown = (
        sa.select(Photo, LookPhoto.alt)
        .join(LookPhoto, LookPhoto.photo_id == Photo.id)
        .where(LookPhoto.look_id == look_id)
        .order_by(LookPhoto.position)
    )
    return [Shot(media.copy_photo(photo, now), alt) for photo, alt in db.session.execute(shown).all()]


def sent_in(subject_id: int, uploads: Sequence[FileStorage], alts: Sequence[str], *, now: datetime) -> list[Shot]:
    """Take photos in that were sent for the contest alone, described by ``alts`` as far as they go.

    :raises BadPhoto: for a file that is no photo we take.
    """
    words = [*alts, *[""] * len(uploads)]
    return [Shot(media.add_photo(subject_id, one, now), alt) for one, alt in zip(uploads, words, strict=False)]


def keep(entry_id: int, shots: Sequence[Shot]) -> None:
    """Make photos an entry's, in their order, instead of those that it has."""
    drop(entry_id)
    db.session.add_all(
        EntryPhoto(photo_id=shot.photo.id, entry_id=entry_id, position=position, alt=shot.alt)
        for position, shot in enumerate(shots)
    )
    db.session.flush()


def discard(shots: Sequence[Shot]) -> None:
    """Delete photos that became nobody's entry."""
    for shot in shots:
        media.delete_photo(shot.photo)


def drop(entry_id: int) -> None:
    """Delete an entry's photos; of a look its own stay."""
    mine = sa.select(Photo).join(EntryPhoto, EntryPhoto.photo_id == Photo.id).where(EntryPhoto.entry_id == entry_id)
    for photo in db.session.scalars(mine).all():
        media.delete_photo(photo)


def of(entry_ids: Collection[int]) -> dict[int, list[Shot]]:
    """Return the photos of entries, in their order; entries without any are not in it."""
    shots: dict[int, list[Shot]] = {}
    wanted = (
        sa.select(EntryPhoto.entry_id, Photo, EntryPhoto.alt)
        .join(Photo, Photo.id == EntryPhoto.photo_id)
        .where(EntryPhoto.entry_id.in_(entry_ids))
        .order_by(EntryPhoto.entry_id, EntryPhoto.position)
    )
    for entry_id, photo, alt in db.session.execute(wanted) if entry_ids else ():
        shots.setdefault(entry_id, []).append(Shot(photo, alt))
    return shots
