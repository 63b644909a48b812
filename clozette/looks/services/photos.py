"""The photos of a look: added, described, put in order, removed."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.refusal import refuse
from clozette.looks.models import Look, LookPhoto
from clozette.looks.rules import why_not_add_photos
from clozette.media.models import Photo
from clozette.media.services import add_photo, delete_photo


def photos_of(look: Look) -> list[LookPhoto]:
    """Return a look's photos in their order."""
    own = sa.select(LookPhoto).where(LookPhoto.look_id == look.id)
    return list(db.session.scalars(own.order_by(LookPhoto.position, LookPhoto.photo_id)))


def add_photos(look: Look, uploads: Sequence[FileStorage], alts: Sequence[str], *, now: datetime) -> None:
    """Add photos at the end, described by ``alts`` as far as they go.

    :raises BadPhoto: for a file that is no photo we take.
    :raises Refused: beyond the number of photos that a look has.
    """
    present = photos_of(look)
    refuse(why_not_add_photos(len(present), len(uploads)))
    subject_id = db.session.get_one(Member, look.member_id).subject_id
    for number, upload in enumerate(uploads):
        photo = add_photo(subject_id, upload, now)
        alt = alts[number] if number < len(alts) else ""
        db.session.add(LookPhoto(look_id=look.id, photo_id=photo.id, position=len(present) + number, alt=alt))
    db.session.flush()


def describe_photos(look: Look, alts: Sequence[str]) -> None:
    """Set the photos' descriptions in their order; further photos keep theirs."""
    for photo, alt in zip(photos_of(look), alts, strict=False):
        photo.alt = alt
    db.session.flush()


def remove_photos(look: Look, photo_ids: Sequence[int]) -> None:
    """Remove photos with the tags on them; ids that aren't the look's count for nothing."""
    for shown in photos_of(look):
        if shown.photo_id in photo_ids:
            photo = db.session.get_one(Photo, shown.photo_id)
            db.session.delete(shown)
            db.session.flush()
            delete_photo(photo)
    _number(photos_of(look))


def put_first(look: Look, photo_id: int) -> None:
    """Make a photo the cover; an id that isn't the look's counts for nothing."""
    _number(sorted(photos_of(look), key=lambda photo: photo.photo_id != photo_id))


def _number(photos: Sequence[LookPhoto]) -> None:
    for position, photo in enumerate(photos):
        photo.position = position
    db.session.flush()
