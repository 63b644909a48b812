"""Reads of the community: relations, counts, lists, and how much is unread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc, orm

from clozette.accounts import beside
from clozette.accounts.access import not_blocked
from clozette.accounts.models import Member
from clozette.community.models import Approver, Follow, FollowRequest, Notification
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import Viewer

MOST_SHOWN = 99
"""An unread count above this is shown as "99+", so nothing beyond is counted."""


@dataclass(frozen=True)
class Relation:
    """How a viewer stands to another member."""

    following: bool = False
    requested: bool = False
    follows_back: bool = False


@dataclass(frozen=True)
class Person:
    """One line of a list of people; ``key`` is its place in the list."""

    key: int
    member: Member
    relation: Relation


def is_following(follower_id: int, followed_id: int) -> bool:
    """Whether one member follows another."""
    pair = sa.select(Follow.id).where(Follow.follower_id == follower_id, Follow.followed_id == followed_id)
    return db.session.scalar(pair) is not None


def approves_followers(member: Member, *, today: date) -> bool:
    """Whether following ``member`` takes an acceptance."""
    return member.is_minor(today) or db.session.get(Approver, member.id) is not None


def relation(viewer: Viewer, member_id: int) -> Relation:
    """Return how the viewer stands to one member."""
    return relations(viewer, [member_id])[member_id]


def relations(viewer: Viewer, member_ids: Sequence[int]) -> dict[int, Relation]:
    """Return how the viewer stands to each of some members, in one query."""
    if viewer.member_id is None or not member_ids:
        return {member_id: Relation() for member_id in member_ids}
    me = viewer.member_id
    out = sa.select(sa.literal("following").label("kind"), Follow.followed_id.label("other"))
    asked = sa.select(sa.literal("requested"), FollowRequest.followed_id)
    back = sa.select(sa.literal("follows_back"), Follow.follower_id)
    found = db.session.execute(
        sa.union_all(
            out.where(Follow.follower_id == me, Follow.followed_id.in_(member_ids)),
            asked.where(FollowRequest.follower_id == me, FollowRequest.followed_id.in_(member_ids)),
            back.where(Follow.followed_id == me, Follow.follower_id.in_(member_ids)),
        )
    ).all()
    facts = {(kind, other) for kind, other in found}
    kinds = ("following", "requested", "follows_back")
    return {one: Relation(**{kind: (kind, one) in facts for kind in kinds}) for one in member_ids}


def follower_count(member_id: int) -> int:
    """Return how many follow a member."""
    return db.session.scalar(sa.select(sa.func.count()).where(Follow.followed_id == member_id)) or 0


def following_count(member_id: int) -> int:
    """Return how many a member follows."""
    return db.session.scalar(sa.select(sa.func.count()).where(Follow.follower_id == member_id)) or 0


def followers(viewer: Viewer, member_id: int, after: int | None = None) -> Page[Person]:
    """List who follows a member, newest first."""
    return _people(viewer, Follow.follower_id, Follow.followed_id == member_id, after)


def following(viewer: Viewer, member_id: int, after: int | None = None) -> Page[Person]:
    """List whom a member follows, newest first."""
    return _people(viewer, Follow.followed_id, Follow.follower_id == member_id, after)


def requests(member_id: int, after: int | None = None) -> Page[tuple[FollowRequest, Member]]:
    """List the requests that wait for a member's answer, newest first."""
    wanted = (
        sa.select(FollowRequest, Member)
        .join(Member, Member.id == FollowRequest.follower_id)
        .where(FollowRequest.followed_id == member_id, Member.deactivated_at.is_(None))
        .order_by(FollowRequest.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        wanted = wanted.where(FollowRequest.id < after)
    rows = [(request, member) for request, member in db.session.execute(wanted)]
    return page_of(rows, lambda row: row[0].id)


def request_count(member_id: int) -> int:
    """Return how many requests wait for a member's answer."""
    waiting = sa.select(sa.func.count()).where(FollowRequest.followed_id == member_id)
    return db.session.scalar(waiting) or 0


def unread_count(viewer: Viewer) -> int:
    """Return how many notifications the viewer has not read, counting no further than one above ``MOST_SHOWN``.

    Every page shows it, error pages too; where the database doesn't answer, there is nothing to show.
    """
    if viewer.member_id is None:
        return 0
    try:
        count: int = beside.rows(_UNREAD, {"member_id": viewer.member_id})[0][0]
    except exc.DBAPIError:
        return 0
    return count


_UNREAD_ROWS: sa.Select[Any] = (
    sa.select(sa.literal_column("1"))
    .where(Notification.member_id == sa.bindparam("member_id"), Notification.read_at.is_(None))
    .limit(sa.literal_column(str(MOST_SHOWN + 1)))
)
_UNREAD = Prepared(sa.select(sa.func.count()).select_from(_UNREAD_ROWS.subquery()))


def _people(
    viewer: Viewer, column: orm.InstrumentedAttribute[int], condition: sa.ColumnElement[bool], after: int | None
) -> Page[Person]:
    wanted = (
        sa.select(Follow.id, Member)
        .join(Member, Member.id == column)
        .where(condition, Member.deactivated_at.is_(None), not_blocked(viewer, Member.id))
        .order_by(Follow.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if after is not None:
        wanted = wanted.where(Follow.id < after)
    rows = db.session.execute(wanted).all()
    known = relations(viewer, [member.id for _, member in rows])
    return page_of([Person(key, member, known[member.id]) for key, member in rows], lambda person: person.key)
