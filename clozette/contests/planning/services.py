"""Planning a contest and leading it through its life. Every change of state is one conditional statement (``life.move``)."""

from datetime import datetime

import sqlalchemy as sa

from clozette.contests.planning import life
from clozette.contests.planning.models import Contest


def due(now: datetime) -> sa.Select[int]:
    """Select the contests that may have something to do by the clock."""
    waits = sa.or_(
        sa.and_(Contest.state == "published", Contest.opens_at <= now),
        sa.and_(Contest.state == "open", Contest.closes_at <= now),
        Contest.state.in_(("closed", "announced")),
        sa.and_(Contest.state == "judged", Contest.announce_at <= now),
    )
    return sa.select(Contest.id).where(waits).order_by(Contest.id)


def turn(contest: Contest, now: datetime) -> bool:
    """Do the one step that a contest's time has come for; say whether there was one.

    :raises Refused: if something keeps it from its next state.
    """
    match contest.state:
        case "published":
            return life.move(contest, "open", Contest.opens_at <= now, Contest.closes_at > now, now=now)
        case "open":
            return life.move(contest, "closed", Contest.closes_at <= now, now=now)
        case "closed":
            return life.move(contest, "judged", now=now)
        case "judged":
            return life.move(contest, "announced", Contest.announce_at <= now, now=now)
        case "announced":
            return life.move(contest, "done", now=now)
    return False
