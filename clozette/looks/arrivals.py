"""After a member's rows came in from an archive: counts of what came with them, not of what others did elsewhere."""

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.looks.models import Comment, Look, Love
from clozette.looks.services import publication


def settle(member_id: int) -> None:
    """Count the loves and comments of every look anew, and the looks of their author."""
    loves = sa.select(sa.func.count()).where(Love.look_id == Look.id).scalar_subquery()
    comments = sa.select(sa.func.count()).where(Comment.look_id == Look.id, Comment.deleted_at.is_(None))
    mine = sa.update(Look).where(Look.member_id == member_id).execution_options(synchronize_session=False)
    db.session.execute(mine.values(love_count=loves, comment_count=comments.scalar_subquery()))
    if db.session.scalar(sa.select(Look.id).where(Look.member_id == member_id, Look.feed_key.is_not(None)).limit(1)):
        publication.recount(member_id)
