"""Contests that a draw decides, with a frozen list under a published head."""

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.contests import facts
from clozette.contests.drawing import rounds, services
from clozette.contests.drawing.models import Draw
from clozette.contests.entering import queries as entries
from clozette.contests.entering import rules as entering
from clozette.contests.entering.models import Entry
from clozette.contests.planning.events import ContestOpened, ContestPublished
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports.beacon import Round
from clozette.privacy.tree import heads, sequencer
from clozette.sandbox import drand
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry

SANDBOX = rounds.chain_of(json.dumps(drand.info()))


def signed(number: int) -> Round:
    """Return a round of the sandbox's chain."""
    said = drand.sign(number)
    return Round(said["round"], said["randomness"], said["signature"])


def publish_head(at: datetime | None = None) -> None:
    """Put everything that waits into the ledger, and publish a head."""
    db.session.commit()
    while sequencer.sequence(clock.now()):
        pass
    heads.publish(at or clock.now())


def freeze(contest: Contest, *, now: datetime) -> None:
    """State the frozen list as it stands in the table of entries."""
    listed = entries.frozen(contest.id)
    digest = hashlib.sha256(entering.list_of(listed)).hexdigest()
    facts.state(contest.id, "entries", {"sha256": digest, "count": len(listed)}, now=now)


Made = Callable[..., Contest]


@pytest.fixture
def own_chain(app: Flask) -> Any:
    """Let new draws use the sandbox's chain, whose rounds tests can sign."""
    kept = app.extensions[services.CHAIN]
    app.extensions[services.CHAIN] = SANDBOX
    yield SANDBOX
    app.extensions[services.CHAIN] = kept


@pytest.fixture
def promised(db_session: orm.Session, own_chain: rounds.Chain) -> Made:
    """Give ``promised(entries=5)``: an open contest whose draw was promised."""

    def make(entries: int = 5, **columns: Any) -> Contest:
        contest = make_contest("open", **columns)
        services.promise(ContestPublished(contest.id))
        services.open_(ContestOpened(contest.id))
        for _number in range(entries):
            make_entry(contest, make_member())
        db_session.commit()
        return contest

    return make


@pytest.fixture
def closed(promised: Made, db_session: orm.Session) -> Made:
    """Give ``closed(entries=5)``: a contest whose list was frozen and held in time, a minute before its round."""

    def make(entries: int = 5, **columns: Any) -> Contest:
        now = clock.now()
        times = {
            "opens_at": now - timedelta(days=2),
            "closes_at": now - timedelta(hours=1),
            "draw_at": now - timedelta(seconds=10),
        }
        contest = promised(entries, **times | columns)
        lock(contest)
        freeze(contest, now=now - timedelta(minutes=50))
        contest.state = "closed"
        db_session.commit()
        publish_head(now - timedelta(minutes=1))
        return contest

    return make


def lock(contest: Contest) -> None:
    """Give every entry the digest that it had at the close."""
    for entry in db.session.scalars(sa.select(Entry).where(Entry.contest_id == contest.id)):
        entry.locked_sha256 = entering.commitment(contest.slug, entry.number, entry.code, secrets.token_hex(32))
    db.session.flush()


def draw_of(contest: Contest) -> Draw:
    """Return a contest's draw as the database has it."""
    return db.session.get_one(Draw, contest.id, populate_existing=True)
