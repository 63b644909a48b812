"""The end of a vote: the list as it is then, for good, and the fact that says where its chain ends."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.contests import facts
from clozette.contests.entering.freezing import FACT as ENTRIES
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.contests.voting import queries, rules, services, watching
from clozette.contests.voting.models import Vote
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal

FACT = "votes"
AFTER = timedelta(seconds=60)
"""How long after the end the list is frozen: a request that began in time may still be under way."""


def due(now: datetime) -> sa.Select[int]:
    """Select the contests whose votes are to be frozen."""
    over = (Contest.state == "closed", Contest.votes_until <= now - AFTER, Contest.votes_frozen_at.is_(None))
    return sa.select(Contest.id).where(*over).order_by(Contest.id)


def freeze(contest_id: int, *, now: datetime) -> bool:
    """Freeze a contest's votes, in one transaction; say whether that was done now. It waits for every vote under way."""
    alone = sa.select(Contest).where(Contest.id.in_(due(now)), Contest.id == contest_id).with_for_update()
    contest = db.session.scalar(alone.execution_options(populate_existing=True))
    if contest is None or facts.of(contest_id, ENTRIES) is None:
        return False
    watching.watch(contest, now)
    _leave_out(contest, now)
    lines = queries.lines(contest)
    counted = sum(line.state == rules.COUNTED for line in lines)
    said: facts.Content = {"final": rules.chained(lines), "count": len(lines), "counted": counted}
    facts.state(contest_id, FACT, said, now=now)
    contest.votes_frozen_at = now
    db.session.flush()
    return True


def not_frozen(contest: Contest, now: datetime) -> Refusal | None:
    """Say that a contest with a public vote can't be decided before its votes are frozen."""
    if contest.votes_from is None or contest.votes_frozen_at is not None:
        return None
    return Refusal("votes_not_frozen", _("The votes are not frozen yet."))


def _leave_out(contest: Contest, now: datetime) -> None:
    """Set the votes aside that were given for entries which take part no more."""
    left = (Vote.contest_id == contest.id, Vote.taken_back_at.is_(None), Entry.state != "entered")
    of_left = sa.select(Vote.id).join(Entry, Entry.id == Vote.entry_id).where(*left)
    for vote_id in db.session.scalars(of_left.order_by(Vote.id)).all():
        services.mark(vote_id, is_aside=True, reason=rules.ENTRY_LEFT, by_id=None, now=now)
