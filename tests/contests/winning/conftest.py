"""Contests whose order is known, decided and announced without a draw or a jury."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.planning import deciding
from clozette.contests.planning.events import ContestAnnounced, ContestJudged
from clozette.contests.planning.models import Contest, Prize, Rules
from clozette.contests.winning import queries, services
from clozette.contests.winning.models import LEFT, Winner
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.ports import mail
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry

Made = Callable[..., Contest]


def first(contest: Contest) -> Winner:
    """Return whoever has the prize now."""
    return next(one for one in queries.of_contest(contest.id) if one.state not in ("alternate", *LEFT))


def terms_of(contest: Contest, content: dict[str, Any]) -> None:
    """Let another version of the rules hold, with these terms."""
    said = {"number": 2, "language": "en", "text": "Rules", "sha256": "1" * 64, "made_at": clock.now()}
    rules = Rules(id=new_id(), contest_id=contest.id, content=content, **said)
    db.session.add(rules)
    db.session.flush()
    contest.rules_id = rules.id


@pytest.fixture
def decided(db_session: orm.Session, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Give ``decided(entries)``: a contest whose order is that of its entries; nobody was told yet."""

    def make(entries: Sequence[Entry] | int = 4, *, contest: Contest | None = None, **prize: Any) -> Contest:
        contest = contest or make_contest("closed")
        db_session.execute(sa.update(Prize).where(Prize.contest_id == contest.id).values(**{"units": 1} | prize))
        if isinstance(entries, int):
            entries = [make_entry(contest, make_member()) for _ in range(entries)]
        order = [entry.id for entry in entries]
        monkeypatch.setattr(deciding, "order", lambda _contest: order)
        contest.state = "judged"
        services.choose(ContestJudged(contest.id))
        db_session.commit()
        return contest

    return make


@pytest.fixture
def announced(decided: Made, db_session: orm.Session) -> Made:
    """Give ``announced(entries)``: a contest whose winners were told."""

    def make(*args: Any, **columns: Any) -> Contest:
        contest = decided(*args, **columns)
        contest.state = "announced"
        services.announce(ContestAnnounced(contest.id))
        db_session.commit()
        return contest

    return make


@pytest.fixture
def mails(app: Flask) -> Any:
    """Give the mails that went out."""
    box = app.extensions[mail.KEY]
    box.clear()
    return box.messages


@pytest.fixture
def winner_of(announced: Made) -> Callable[..., tuple[Contest, Member]]:
    """Give ``winner_of()``: a contest, and the member who won it."""

    def make(**prize: Any) -> tuple[Contest, Member]:
        contest = make_contest("closed")
        member = make_member("winnie")
        return announced(
            [make_entry(contest, member), make_entry(contest, make_member())], contest=contest, **prize
        ), member

    return make
