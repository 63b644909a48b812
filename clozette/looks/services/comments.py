"""Comments: written, changed and deleted by their author; the look's owner may delete any under it."""

from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.kernel.events import publish
from clozette.kernel.refusal import refuse
from clozette.looks.events import CommentMade
from clozette.looks.models import Comment, Look
from clozette.looks.rules import why_not_edit_comment


def comment(look: Look, member_id: int, text: str, *, now: datetime) -> Comment:
    """Write a comment under a look."""
    made = Comment(look_id=look.id, member_id=member_id, text=text, at=now)
    db.session.add(made)
    db.session.flush()
    _count(look.id, 1)
    publish(CommentMade(made.id, look.id, member_id))
    return made


def edit_comment(comment: Comment, member_id: int, text: str, *, now: datetime) -> None:
    """Change one's own comment; readers see that it was edited.

    :raises Refused: for somebody else's.
    """
    refuse(why_not_edit_comment(is_author=comment.member_id == member_id))
    if text != comment.text:
        comment.text, comment.edited_at = text, now
        db.session.flush()


def delete_comment(comment: Comment, *, now: datetime) -> None:
    """Delete a comment: its words go at once. Deleting it in two tabs counts once."""
    gone = (
        sa.update(Comment)
        .where(Comment.id == comment.id, Comment.deleted_at.is_(None))
        .values(deleted_at=now, text="")
        .returning(Comment.id)
    )
    if db.session.scalar(gone) is not None:
        _count(comment.look_id, -1)


def _count(look_id: int, step: int) -> None:
    db.session.execute(
        sa.update(Look)
        .where(Look.id == look_id)
        .values(comment_count=Look.comment_count + step)
        .execution_options(synchronize_session="fetch")
    )
