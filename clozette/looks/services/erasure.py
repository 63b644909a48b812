"""What an erasure means here beyond rows: the counts of others' looks go down with the loves that go."""

from collections.abc import Iterator

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.looks.models import Look, Love

_BATCH = 500


def take_back_loves(subject_id: int) -> Iterator[int]:
    """Take a person's loves back and count them off; yield after each batch, for the caller to commit."""
    member = sa.select(Member.id).where(Member.subject_id == subject_id).scalar_subquery()
    some = sa.select(Love.id).where(Love.member_id == member).order_by(Love.look_id).limit(_BATCH)
    unseen = {"synchronize_session": False}
    gone = sa.delete(Love).where(Love.id.in_(some)).returning(Love.look_id)
    # Only what this statement deleted is counted off: a love that the person took back meanwhile was counted there.
    while loved := db.session.scalars(gone, execution_options=unseen).all():
        counted = sa.update(Look).where(Look.id.in_(loved)).values(love_count=Look.love_count - 1)
        db.session.execute(counted, execution_options=unseen)
        yield len(loved)
