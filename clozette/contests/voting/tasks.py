"""What the clock does to votes."""

import sqlalchemy as sa

from clozette.contests.planning.events import ContestAnnounced, ContestCancelled
from clozette.contests.planning.models import Contest
from clozette.contests.voting import freezing, services, watching
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task


@task("contests.freeze_votes")
def freeze_due() -> None:
    """Freeze the votes of every contest whose vote is over; each in a transaction of its own."""
    now = clock.now()
    for contest_id in db.session.scalars(freezing.due(now)).all():
        checkpoint()
        freezing.freeze(contest_id, now=now)


@task("contests.watch_votes")
def watch_votes() -> None:
    """Look for bought votes wherever votes are taken."""
    now = clock.now()
    under_vote = (Contest.state.in_(("open", "closed")), Contest.votes_from <= now, Contest.votes_frozen_at.is_(None))
    for contest_id in db.session.scalars(sa.select(Contest.id).where(*under_vote)).all():
        checkpoint()
        contest = db.session.get(Contest, contest_id)
        if contest is not None and services.hold(contest_id):
            watching.watch(contest, now)


def forget_networks(event: ContestAnnounced | ContestCancelled) -> None:
    """Destroy what is known of networks, in the transaction that brings the result out."""
    services.forget_networks(event.contest_id)
