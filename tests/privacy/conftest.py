"""What tests of the ledger share: people who answered, and a tree over their answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import consents, subjects
from clozette.privacy.tree import heads, sequencer


@dataclass(frozen=True)
class Answer:
    """An entry as a test needs it, without the session."""

    id: int
    subject_id: int
    sealed: bytes


@pytest.fixture
def answers(db_session: orm.Session) -> Callable[..., list[Answer]]:
    """Give ``answers(7)``: so many entries of some subjects, committed."""

    def make(count: int) -> list[Answer]:
        people = [subjects.create(clock.now()) for _ in range(3)]
        actions = ("given", "withdrawn", "refused")
        made = [
            consents.answer(
                people[number % 3].id,
                "our_news",
                "email",
                actions[number % 3],
                now=clock.now(),
                method="form:test",
                circumstances={"address": "203.0.113.0"},
            )
            for number in range(count)
        ]
        known = [Answer(entry.id, entry.subject_id, entry.sealed) for entry in made]
        db_session.commit()
        return known

    return make


@pytest.fixture
def tree(answers: Callable[..., list[Answer]]) -> Callable[..., list[Answer]]:
    """Give ``tree(7)``: so many entries, sequenced, with a published head over them."""

    def make(count: int) -> list[Answer]:
        made = answers(count)
        place()
        heads.publish(clock.now())
        return made

    return make


def place() -> None:
    """Sequence everything that waits."""
    while sequencer.sequence(clock.now()):
        pass


def tamper(*statements: str, **values: Any) -> None:
    """Change append-only tables as somebody could who owns the database: the triggers out of the way."""
    engine = db.get_engine("write")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.execute(sa.text(statement), values)
            return
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        kept = connection.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'privacy%'")
        ).all()
        for name, _ in kept:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(sa.text(statement), values)
        for _, sql in kept:
            connection.exec_driver_sql(sql)
