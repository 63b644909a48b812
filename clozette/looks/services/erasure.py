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
    some = sa.select(Love.id, Love.look_id).where(Love.member_id == member).order_by(Love.look_id).limit(_BATCH)
    while batch := db.session.execute(some).all():
        loved = [row.look_id for row in batch]
        gone = sa.delete(Love).where(Love.id.in_([row.id for row in batch]))
        counted = sa.update(Look).where(Look.id.in_(loved)).values(love_count=Look.love_count - 1)
        for statement in (gone, counted):
            db.session.execute(statement, execution_options={"synchronize_session": False})
        yield len(batch)
