"""Work of looks after the commit: telling authors of loves and comments."""

import sqlalchemy as sa

from clozette.community import notifications
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import task
from clozette.looks.models import Comment, Look, Love
from clozette.looks.rules import COMMENTED, LOVED


@task("looks.tell_loved")
def tell_loved(*, look_id: int, member_id: int) -> None:
    """Tell an author that somebody loves a look; not if the love is taken back by now."""
    look = db.session.get(Look, look_id)
    love = sa.select(Love.id).where(Love.look_id == look_id, Love.member_id == member_id)
    if look is not None and db.session.scalar(love) is not None:
        notifications.tell(look.member_id, actor_id=member_id, kind=LOVED, object_id=look_id, now=clock.now())


@task("looks.tell_commented")
def tell_commented(*, comment_id: int, look_id: int, member_id: int) -> None:
    """Tell an author of a comment, unless it is deleted by now."""
    look, comment = db.session.get(Look, look_id), db.session.get(Comment, comment_id)
    if look is None or comment is None or comment.deleted_at is not None:
        return
    notifications.tell(
        look.member_id,
        actor_id=member_id,
        kind=COMMENTED,
        object_id=look_id,
        deed_id=comment_id,
        now=clock.now(),
    )
