"""Taking pictures in, holding them for a campaign, and letting go of those that no campaign has."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from werkzeug.datastructures import FileStorage

from clozette.kernel import ids
from clozette.kernel.database import db, insert_once
from clozette.media import services as media
from clozette.newsletters.campaigns.pictures.models import Holding, Picture

KIND = "picture"
AT_ONCE = 100
UNUSED_AFTER = timedelta(days=1)
"""Whoever writes has that long to save a campaign with a picture in it."""


def take_in(upload: FileStorage, now: datetime) -> Picture:
    """Take in a picture, public at once: nobody can guess its address.

    :raises BadPhoto: if it is no photo that we take.
    """
    photo = media.add_photo(None, upload, now)
    media.publish_photo(photo)
    made = Picture(photo_id=photo.id, made_at=now)
    db.session.add(made)
    db.session.flush()
    return made


def of_blocks(blocks: Collection[Mapping[str, Any]]) -> Mapping[int, Picture]:
    """Return the pictures that blocks name, by id."""
    wanted = {found for block in blocks if (found := _named(block)) is not None}
    if not wanted:
        return {}
    whole = sa.select(Picture).options(orm.joinedload(Picture.photo))
    return {one.id: one for one in db.session.scalars(whole.where(Picture.id.in_(wanted)))}


def of_block(block: Mapping[str, Any], known: Mapping[int, Picture]) -> Picture | None:
    """Return the picture that a block names, of those that were read (``of_blocks``)."""
    picture_id = _named(block)
    return known.get(picture_id) if picture_id is not None else None


def held_by(campaign_id: int) -> Sequence[Picture]:
    """Return the pictures of a campaign."""
    mine = sa.select(Picture).join(Holding, Holding.picture_id == Picture.id).options(orm.joinedload(Picture.photo))
    return db.session.scalars(mine.where(Holding.campaign_id == campaign_id).order_by(Picture.id)).all()


def hold(campaign_id: int, blocks: Sequence[Mapping[str, Any]]) -> bool:
    """Hold the pictures of a campaign's blocks, and let go of those that it had; say whether all are there still."""
    wanted = {found for block in blocks if (found := _named(block)) is not None}
    before = {one.id for one in held_by(campaign_id)}
    there = _locked(wanted | before) & wanted  # at once: two who exchange pictures would wait for each other
    for picture_id in sorted(there - before):
        insert_once(Holding, campaign_id=campaign_id, picture_id=picture_id)
    let_go(campaign_id, before - wanted)
    return there == wanted


def let_go(campaign_id: int, picture_ids: Collection[int]) -> None:
    """Take pictures from a campaign; those that no other one has are deleted, their files after the commit."""
    mine = (Holding.campaign_id == campaign_id, Holding.picture_id.in_(picture_ids))
    db.session.execute(sa.delete(Holding).where(*mine))
    delete_unheld(Picture.id.in_(picture_ids))


def sweep(now: datetime) -> bool:
    """Delete some pictures that were taken in a day ago, and that no campaign has; say whether there may be more."""
    old = sa.select(Picture.id).where(Picture.made_at < now - UNUSED_AFTER, ~_is_held()).order_by(Picture.id)
    some = db.session.scalars(old.limit(AT_ONCE)).all()
    delete_unheld(Picture.id.in_(some))
    return len(some) == AT_ONCE


def delete_unheld(*which: sa.ColumnElement[bool]) -> None:
    """Delete those of some pictures that no campaign has.

    They are locked first and asked about afterwards: whoever holds one in this moment has it, or finds it gone.
    """
    chosen = _locked(db.session.scalars(sa.select(Picture.id).where(*which)).all())
    left = sa.select(Picture).options(orm.joinedload(Picture.photo)).where(Picture.id.in_(chosen), ~_is_held())
    for picture in db.session.scalars(left).all():
        photo = picture.photo
        db.session.delete(picture)
        db.session.flush()
        media.delete_photo(photo)


def _is_held() -> sa.ColumnElement[bool]:
    return sa.exists().where(Holding.picture_id == Picture.id)


def _locked(picture_ids: Collection[int]) -> set[int]:
    """Lock pictures, in the same order everywhere; return those that there are."""
    found = sa.select(Picture.id).where(Picture.id.in_(picture_ids)).order_by(Picture.id).with_for_update()
    return set(db.session.scalars(found))


def _named(block: Mapping[str, Any]) -> int | None:
    if block.get("kind") != KIND:
        return None
    try:
        return ids.decode(str(block.get("picture", "")))
    except ValueError:
        return None
