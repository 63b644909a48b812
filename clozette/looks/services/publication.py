"""Publication, its undoing, and deletion, with all that must agree with them in the same transaction."""

from datetime import datetime

import sqlalchemy as sa

from clozette.community import notifications
from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import refuse
from clozette.looks.events import LookChanging, LookHidden, LookPublished
from clozette.looks.models import Author, Look, LookPhoto, Tag
from clozette.looks.rules import COMMENTED, LOVED, tags_of, why_not_publish
from clozette.media.models import Photo
from clozette.media.services import delete_photo, hide_photo, publish_photo


def publish_look(look: Look, *, now: datetime) -> None:
    """Let a draft out to whom its visibility names. Publishing it twice changes nothing.

    :raises Refused: without a photo, while it is private, or after it was taken down.
    """
    count = sa.select(sa.func.count()).where(LookPhoto.look_id == look.id)
    photos = db.session.scalar(count) or 0
    refuse(why_not_publish(visibility=look.visibility, photos=photos, removed=look.removed_at is not None))
    if look.is_published:
        return
    look.feed_key, look.published_at = new_id(), now
    look.version += 1
    settle(look)
    recount(look.member_id)
    publish(LookPublished(look.id, look.member_id))


def hide_look(look: Look) -> None:
    """Make a look a draft again. Its loves and comments wait for its return."""
    if not look.is_published:
        return
    publish(LookChanging(look.id))
    look.feed_key = look.published_at = None
    look.version += 1
    settle(look)
    recount(look.member_id)
    publish(LookHidden(look.id, look.member_id))


def delete_look(look: Look) -> None:
    """Delete a look with its photos, loves and comments."""
    was_published, look_id, member_id = look.is_published, look.id, look.member_id
    publish(LookChanging(look_id))
    for photo in _photos_of(look):
        delete_photo(photo)
    notifications.forget((LOVED, COMMENTED), look_id)
    db.session.delete(look)
    db.session.flush()
    recount(member_id)
    if was_published:
        publish(LookHidden(look_id, member_id))


def settle(look: Look) -> None:
    """Make what hangs on a look's publication agree with it: who can fetch its photos, and its rows among the tags."""
    db.session.flush()
    for photo in _photos_of(look):
        if look.is_public:
            publish_photo(photo)
        else:
            hide_photo(photo)
    db.session.execute(sa.delete(Tag).where(Tag.look_id == look.id))
    if look.feed_key is not None:
        rows = [{"look_id": look.id, "tag": tag, "feed_key": look.feed_key} for tag in tags_of(look.caption)]
        if rows:
            db.session.execute(sa.insert(Tag), rows)
    db.session.flush()


def recount(member_id: int) -> None:
    """Make an author's row agree with the author's looks.

    The row is locked first, by an update that changes nothing, so that the statement that counts begins after every
    earlier one's commit and sees its look.
    """
    insert_once(Author, member_id=member_id, looks_count=0)
    row = sa.update(Author).where(Author.member_id == member_id)
    db.session.execute(row.values(looks_count=Author.looks_count))
    out = sa.select(Look.id).where(Look.member_id == member_id, Look.feed_key.is_not(None)).subquery()
    newest = sa.select(sa.func.max(Look.feed_key)).where(Look.member_id == member_id).scalar_subquery()
    count = sa.select(sa.func.count()).select_from(out).scalar_subquery()
    db.session.execute(
        row.values(last_feed_key=newest, looks_count=count), execution_options={"synchronize_session": False}
    )


def _photos_of(look: Look) -> list[Photo]:
    own = sa.select(Photo).join(LookPhoto, LookPhoto.photo_id == Photo.id).where(LookPhoto.look_id == look.id)
    return list(db.session.scalars(own))
