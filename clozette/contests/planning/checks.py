"""What the doctor asks about contests."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings

LATE = timedelta(minutes=15)
"""How long after its time a contest may still be on its way."""


def contests(app: Flask, settings: Settings) -> str:
    """Say which contests are not where the clock should have led them."""
    before = clock.now() - LATE
    overdue = sa.or_(
        sa.and_(Contest.state == "published", Contest.opens_at < before),
        sa.and_(Contest.state == "open", Contest.closes_at < before),
        sa.and_(Contest.state.in_(("closed", "judged")), Contest.announce_at < before),
    )
    with app.app_context():
        found = db.session.execute(sa.select(Contest.slug, Contest.state).where(overdue).order_by(Contest.slug)).all()
    return "; ".join(
        f"the contest {slug} is still {state}: see what it waits for at /marketing/contests" for slug, state in found
    )
