"""The community's deeds: follow, unfollow, accept, refuse, remove a follower, and let go of each other at a block."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from clozette.accounts.access import is_blocked_between
from clozette.accounts.events import MemberBlocked
from clozette.accounts.models import Member
from clozette.community import queries
from clozette.community.events import FollowAccepted, FollowRequested, MemberFollowed
from clozette.community.models import Approver, Follow, FollowRequest, Notification
from clozette.community.rules import why_not_follow
from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import refuse

State = Literal["following", "requested"]


def follow(follower_id: int, followed: Member, *, now: datetime) -> State:
    """Follow a member, or ask to where followers are approved. Doing it twice changes nothing.

    :raises Refused: for oneself, and between members of whom one blocked the other.
    """
    _lock_pair(follower_id, followed.id)
    refuse(why_not_follow(follower_id, followed.id, blocked=is_blocked_between(follower_id, followed.id)))
    if queries.is_following(follower_id, followed.id):
        return "following"
    if queries.approves_followers(followed, today=now.date()):
        return _ask(follower_id, followed.id, now)
    follow_id = _add(follower_id, followed.id, now)
    if follow_id is not None:
        publish(MemberFollowed(follow_id, follower_id, followed.id))
    return "following"


def unfollow(follower_id: int, followed_id: int) -> None:
    """Stop following, or withdraw the request to; what the other was told about it goes too."""
    _delete_pair(Follow, follower_id, followed_id)
    _delete_pair(FollowRequest, follower_id, followed_id)
    kinds = ("followed", "follow_requested")
    _delete_notifications(followed_id, follower_id, Notification.kind.in_(kinds))


def remove_follower(member_id: int, follower_id: int) -> None:
    """Make somebody stop following ``member_id``. They are not told."""
    unfollow(follower_id, member_id)


def accept(request: FollowRequest, *, now: datetime) -> None:
    """Turn a request into a follow. Accepting it in two tabs makes one follow."""
    _lock_pair(request.follower_id, request.followed_id)
    follower_id, followed_id = request.follower_id, request.followed_id
    if not _delete_pair(FollowRequest, follower_id, followed_id):
        return
    follow_id = _add(follower_id, followed_id, now)
    if follow_id is not None:
        publish(FollowAccepted(follow_id, follower_id, followed_id))


def decline(request: FollowRequest) -> None:
    """Refuse a request; the one who asked is not told."""
    unfollow(request.follower_id, request.followed_id)


def approve_followers(member_id: int, *, now: datetime) -> None:
    """From now on, let nobody follow without being accepted."""
    insert_once(Approver, member_id=member_id, since=now)


def admit_followers(member_id: int) -> None:
    """From now on, let everybody follow (but minors go on approving). Requests that wait go on waiting."""
    db.session.execute(sa.delete(Approver).where(Approver.member_id == member_id))


def part(event: MemberBlocked) -> None:
    """End all between two members when one blocks the other: follows, requests and what they were told of each other."""
    _lock_pair(event.blocker_id, event.blocked_id)
    for one, other in ((event.blocker_id, event.blocked_id), (event.blocked_id, event.blocker_id)):
        _delete_pair(Follow, one, other)
        _delete_pair(FollowRequest, one, other)
        _delete_notifications(one, other)


def _lock_pair(one: int, other: int) -> None:
    """Let a follow and a block of the same two members wait for each other, or the follow could outlive the block.

    SQLite has one writer at a time and needs no lock.
    """
    pair = sa.select(Member.id).where(Member.id.in_((one, other))).order_by(Member.id)
    db.session.execute(pair.with_for_update(key_share=True)).all()


def _ask(follower_id: int, followed_id: int, now: datetime) -> State:
    request_id = new_id()
    if insert_once(FollowRequest, id=request_id, follower_id=follower_id, followed_id=followed_id, at=now):
        publish(FollowRequested(request_id, follower_id, followed_id))
    return "requested"


def _add(follower_id: int, followed_id: int, now: datetime) -> int | None:
    follow_id = new_id()
    added = insert_once(Follow, id=follow_id, follower_id=follower_id, followed_id=followed_id, at=now)
    return follow_id if added else None


def _delete_pair(table: type[Follow] | type[FollowRequest], follower_id: int, followed_id: int) -> bool:
    pair = sa.delete(table).where(table.follower_id == follower_id, table.followed_id == followed_id)
    return db.session.scalar(pair.returning(table.id)) is not None


def _delete_notifications(member_id: int, actor_id: int, *conditions: sa.ColumnElement[bool]) -> None:
    told = (Notification.member_id == member_id, Notification.actor_id == actor_id, *conditions)
    db.session.execute(sa.delete(Notification).where(*told))
