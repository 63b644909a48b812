"""The only way to a look or a comment for a person: what is hidden from them is 404, as if it did not exist.

A published look is seen by whom its visibility names, while its author is confirmed and active, and by nobody of whom
the author blocked them or they the author. Its author alone sees a draft.
"""

import sqlalchemy as sa
from flask import abort

from clozette.accounts.access import is_present, not_blocked
from clozette.accounts.models import Member
from clozette.community.access import followed_by
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.looks.models import Comment, Look, Revision
from clozette.looks.rules import Visibility


def shown_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``looks_looks`` joined to its author that ``viewer`` may see a look that is out."""
    out = Look.feed_key.is_not(None)
    if viewer.member_id is None:
        return sa.and_(out, Look.visibility == Visibility.PUBLIC, is_present())
    # Whoever has not confirmed an address could be anybody, and sees of others what visitors see.
    members = (Visibility.PUBLIC, Visibility.MEMBERS) if viewer.is_confirmed else (Visibility.PUBLIC,)
    open_to = sa.or_(
        Look.visibility.in_(members),
        sa.and_(Look.visibility == Visibility.FOLLOWERS, followed_by(viewer, Look.member_id)),
    )
    of_others = sa.and_(open_to, is_present(), not_blocked(viewer, Look.member_id))
    return sa.and_(out, sa.or_(Look.member_id == viewer.member_id, of_others))


def visible_to(viewer: Viewer) -> sa.Select[Look]:
    """Select the published looks that ``viewer`` may see, their authors joined; drafts are in nobody's list."""
    return sa.select(Look).join(Member, Member.id == Look.member_id).where(shown_to(viewer))


def look_for(viewer: Viewer, look_id: int) -> Look:
    """Return a look that ``viewer`` may see (their own drafts too), or 404."""
    look = db.session.scalar(
        sa.select(Look)
        .join(Member, Member.id == Look.member_id)
        .where(Look.id == look_id, sa.or_(_is_own(viewer), shown_to(viewer)))
    )
    return look or abort(404)


def own_look(viewer: Viewer, look_id: int, *, to_change: bool = False) -> Look:
    """Return a look that ``viewer`` made, in any state, or 404.

    :param to_change: whether to lock it, as every deed of its author does, so that two of them take turns.
    """
    own = sa.select(Look).where(Look.id == look_id, _is_own(viewer))
    if to_change:
        own = own.with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalar(own) or abort(404)


def own_id(viewer: Viewer) -> int:
    """Return the id of a viewer whom the gate let in as a member."""
    return viewer.member_id if viewer.member_id is not None else abort(404)


def own_revision(look: Look, revision_id: int) -> Revision:
    """Return what was kept of an overtaken tab of one's own ``look``, or 404."""
    revision = db.session.get(Revision, revision_id)
    return revision if revision is not None and revision.look_id == look.id else abort(404)


def comments_for(viewer: Viewer, look: Look) -> sa.Select[Comment, Member]:
    """Select the comments under a visible ``look`` that ``viewer`` may see, with who wrote them.

    Of a member who was erased the place is left, with nobody (``None``).
    """
    mine = Comment.member_id == viewer.member_id if viewer.is_member else sa.false()
    return (
        sa.select(Comment, Member)
        .outerjoin(Member, Member.id == Comment.member_id)
        .where(
            Comment.look_id == look.id,
            Comment.deleted_at.is_(None),
            sa.or_(mine, Comment.member_id.is_(None), sa.and_(is_present(), not_blocked(viewer, Comment.member_id))),
        )
    )


def comment_for(viewer: Viewer, look: Look, comment_id: int) -> Comment:
    """Return a comment that ``viewer`` may change or delete (their own, or any under their own look), or 404."""
    comment: Comment | None = db.session.scalar(comments_for(viewer, look).where(Comment.id == comment_id))
    may = comment is not None and viewer.is_member and viewer.member_id in (comment.member_id, look.member_id)
    return comment if comment is not None and may else abort(404)


def _is_own(viewer: Viewer) -> sa.ColumnElement[bool]:
    return Look.member_id == viewer.member_id if viewer.member_id is not None else sa.false()
