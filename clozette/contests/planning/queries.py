"""Reads of contests for pages and for other parts."""

from collections.abc import Sequence

import sqlalchemy as sa

from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Prize, Rules
from clozette.kernel.database import db

LIVE = ("entered", "asked")
"""States of entries that take part, or will once newer rules are agreed to."""


def live_entries(contest: Contest) -> sa.Select[Entry]:
    """Select the entries of a contest that take part, by number; those that wait for a yes to newer rules too."""
    return sa.select(Entry).where(Entry.contest_id == contest.id, Entry.state.in_(LIVE)).order_by(Entry.number)


def prizes_of(contest: Contest) -> Sequence[Prize]:
    """Return a contest's prizes, first ones first."""
    return db.session.scalars(sa.select(Prize).where(Prize.contest_id == contest.id).order_by(Prize.position)).all()


def rules_of(contest: Contest, number: int | None = None) -> Rules | None:
    """Return the rules that hold, or one version of them."""
    if number is None:
        return db.session.get(Rules, contest.rules_id) if contest.rules_id else None
    return db.session.scalar(sa.select(Rules).where(Rules.contest_id == contest.id, Rules.number == number))


def versions_of(contest: Contest) -> Sequence[Rules]:
    """Return every version of a contest's rules, oldest first."""
    return db.session.scalars(sa.select(Rules).where(Rules.contest_id == contest.id).order_by(Rules.number)).all()
