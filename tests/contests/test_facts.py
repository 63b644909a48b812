"""What a contest states stays stated."""

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.contests import facts
from clozette.kernel import clock
from clozette.privacy.tree.models import Waiting
from tests.factories.contests import make_contest


def test_a_fact_is_stated_once(db_session: orm.Session) -> None:
    contest, now = make_contest(), clock.now()
    first = facts.state(contest.id, "seed", {"sha256": "a" * 64}, now=now)
    again = facts.state(contest.id, "seed", {"sha256": "a" * 64}, now=now)
    assert again.id == first.id
    with pytest.raises(facts.Stated):
        facts.state(contest.id, "seed", {"sha256": "b" * 64}, now=now)
    leaves = sa.select(sa.func.count()).select_from(Waiting).where(Waiting.kind == facts.KIND)
    assert db_session.scalar(leaves) == 1
    assert [fact.id for fact in facts.all_of(contest.id)] == [first.id]


@pytest.mark.parametrize("deed", ["UPDATE contests_facts SET kind = 'draw'", "DELETE FROM contests_facts"])
def test_nobody_changes_a_fact(db_session: orm.Session, deed: str) -> None:
    facts.state(make_contest().id, "seed", {"sha256": "a" * 64}, now=clock.now())
    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        db_session.execute(sa.text(deed))
