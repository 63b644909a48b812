"""Who may see what of the community; other rooms ask here whether a viewer follows somebody."""

import sqlalchemy as sa
from flask import abort
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.community import queries
from clozette.community.models import Follow, FollowRequest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer


def followed_by(
    viewer: Viewer, author: sa.ColumnElement[int] | orm.InstrumentedAttribute[int]
) -> sa.ColumnElement[bool]:
    """Return the SQL condition that ``viewer`` follows the member in the column ``author``; never true for a guest."""
    if viewer.member_id is None:
        return sa.false()
    return sa.exists().where(Follow.follower_id == viewer.member_id, Follow.followed_id == author)


def request_for(viewer: Viewer, request_id: int) -> FollowRequest:
    """Return a request that waits for the viewer's answer, or 404."""
    request = db.session.get(FollowRequest, request_id)
    if request is None or request.followed_id != viewer.member_id:
        abort(404)
    return request


def require_lists(viewer: Viewer, member: Member) -> None:
    """Let the lists of somebody who approves followers be seen only by themself and the followers; 404 to others."""
    if viewer.member_id == member.id or not queries.approves_followers(member, today=clock.today()):
        return
    if viewer.member_id is None or not queries.is_following(viewer.member_id, member.id):
        abort(404)
