"""What the community does after the commit: tell members who follows them and of their badges, and forget what is old.

A follow may be gone again by the time a task runs; then nothing is told.
"""

from datetime import timedelta

from clozette.community import notifications, points, wording
from clozette.community.models import Badge, Follow, FollowRequest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import task

KEPT = timedelta(days=180)


@task("community.tell_followed")
def tell_followed(*, follow_id: int, follower_id: int, followed_id: int) -> None:
    """Tell a member of a new follower."""
    if db.session.get(Follow, follow_id):
        _tell(followed_id, follower_id, "followed", object_id=followed_id)


@task("community.tell_requested")
def tell_requested(*, request_id: int, follower_id: int, followed_id: int) -> None:
    """Tell a member that somebody asks to follow them."""
    if db.session.get(FollowRequest, request_id):
        _tell(followed_id, follower_id, "follow_requested", object_id=followed_id)


@task("community.tell_accepted")
def tell_accepted(*, follow_id: int, follower_id: int, followed_id: int) -> None:
    """Tell a member that they may follow now."""
    if db.session.get(Follow, follow_id):
        _tell(follower_id, followed_id, "request_accepted", object_id=followed_id)


@task("community.tell_badge")
def tell_badge(*, badge_id: int) -> None:
    """Tell a member of a new badge."""
    badge = db.session.get(Badge, badge_id)
    if badge is not None and badge.revoked_at is None:
        notifications.announce(badge.member_id, kind=wording.BADGE, object_id=badge.id, now=clock.now())


@task("community.expire_points")
def expire_points() -> None:
    """Take the points whose day has come and that nobody spent; runs daily."""
    points.expire(clock.now())


@task("community.sweep")
def sweep() -> None:
    """Delete what was told long ago; runs daily."""
    notifications.sweep(before=clock.now() - KEPT)


def _tell(member_id: int, actor_id: int, kind: str, *, object_id: int) -> None:
    """Tell one of the two members; by the actor, however often they follow and stop again."""
    notifications.tell(member_id, actor_id=actor_id, kind=kind, object_id=object_id, deed_id=actor_id, now=clock.now())
