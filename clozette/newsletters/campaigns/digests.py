"""Recurring digests: what is new from those a reader follows; whoever has nothing new gets no mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale

from clozette.accounts.access import is_present
from clozette.accounts.models import Member
from clozette.community.models import Follow
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.looks.models import Look, LookPhoto
from clozette.looks.rules import Visibility
from clozette.media.models import Photo
from clozette.newsletters.campaigns import kinds
from clozette.newsletters.campaigns.blocks import Paper
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.slots import PERSONAL
from clozette.newsletters.subscriptions.models import Contact

SHOWN = 6
FIRST_SPAN = timedelta(days=7)


@dataclass(frozen=True)
class New:
    """One look that is new for one reader."""

    subject_id: int
    card: kinds.Card


def is_personal(campaign: Campaign) -> bool:
    """Whether a campaign goes only to those for whom it has something new."""
    return campaign.kind == "digest" and any(block.get("kind") == kinds.NEWS.id for block in campaign.blocks)


def since(campaign: Campaign) -> datetime:
    """Return since when a look is new for a digest: since the last one, or a week."""
    return campaign.since or (campaign.started_at or clock.now()) - FIRST_SPAN


def until(campaign: Campaign) -> datetime | None:
    """Return up to when a look is new for one of a series: the next one begins there, however late this one goes."""
    return campaign.send_at if campaign.parent_id is not None else None


def has_news(campaign: Campaign) -> sa.ColumnElement[bool]:
    """Whether somebody whom the reader of an outer ``Contact`` follows published since the last digest."""
    reader, author = sa.orm.aliased(Member), Member
    return (
        sa.exists()
        .where(reader.subject_id == Contact.subject_id, Follow.follower_id == reader.id)
        .where(*_new_of(author, campaign))
        .correlate(Contact)
    )


def pieces(campaign: Campaign, subject_ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """Return each reader's new looks as (HTML, text), by subject; in four queries, however many readers."""
    shown: dict[int, list[kinds.Card]] = {}
    base: str = current_app.extensions["clozette.settings"].base_url.rstrip("/")
    with force_locale(campaign.newsletter.language):
        for new in _new_for(base, subject_ids, campaign):
            shown.setdefault(new.subject_id, []).append(new.card)
        made = {subject_id: kinds.cards(Paper(base), cards) for subject_id, cards in shown.items()}
    return {subject_id: (str(piece.html), piece.text) for subject_id, piece in made.items()}


def personal_slots(campaign: Campaign) -> list[str]:
    """Return the slots of the blocks that show each reader's own."""
    return [f"{PERSONAL}{number}" for number, block in enumerate(campaign.blocks) if block.get("kind") == kinds.NEWS.id]


def _new_of(author: type[Member], campaign: Campaign) -> list[sa.ColumnElement[bool]]:
    """A follower sees what is public, for members, or for followers; blocks end follows."""
    end = until(campaign)
    return [
        author.id == Follow.followed_id,
        is_present(),
        Look.member_id == author.id,
        Look.feed_key.is_not(None),
        Look.visibility != Visibility.PRIVATE,
        Look.published_at > since(campaign),
        *([Look.published_at <= end] if end is not None else []),
    ]


def _new_for(base: str, subject_ids: Sequence[int], campaign: Campaign) -> list[New]:
    reader = sa.orm.aliased(Member)
    place = sa.func.row_number().over(partition_by=reader.subject_id, order_by=Look.feed_key.desc()).label("place")
    ranked = (
        sa.select(reader.subject_id, Look.id.label("look_id"), Look.feed_key, place)
        .select_from(reader)
        .join(Follow, Follow.follower_id == reader.id)
        .join(Member, Member.id == Follow.followed_id)
        .join(Look, Look.member_id == Member.id)
        .where(reader.subject_id.in_(subject_ids), *_new_of(Member, campaign))
        .subquery()
    )
    cover = sa.and_(LookPhoto.look_id == Look.id, LookPhoto.position == 0)
    columns: tuple[Any, ...] = (ranked.c.subject_id, Look.id, Look.caption, Member.display_name, Photo, LookPhoto.alt)
    rows = db.session.execute(
        sa.select(*columns)
        .select_from(ranked)
        .join(Look, Look.id == ranked.c.look_id)
        .join(Member, Member.id == Look.member_id)
        .outerjoin(LookPhoto, cover)
        .outerjoin(Photo, Photo.id == LookPhoto.photo_id)
        .where(ranked.c.place <= SHOWN)
        .order_by(ranked.c.subject_id, ranked.c.feed_key.desc())
    ).all()
    labels = kinds.labels_on({row[1] for row in rows})
    return [
        New(subject_id, kinds.look_card(base, look_id, caption, author, photo, alt, labels.get(look_id, ())))
        for subject_id, look_id, caption, author, photo, alt in rows
    ]
