"""What the doctor asks about draws."""

from collections.abc import Iterator
from datetime import timedelta

from flask import Flask

from clozette.contests.drawing import queries, seeds
from clozette.contests.drawing.models import Draw
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings

PATIENCE = timedelta(hours=1)


def draws(app: Flask, settings: Settings) -> str:
    """Say which draws should have been made by now, and which can't be."""
    with app.app_context():
        return "; ".join(_faults())


def _faults() -> Iterator[str]:
    for contest_id in db.session.scalars(queries.waiting()).all():
        contest, draw = db.session.get_one(Contest, contest_id), db.session.get_one(Draw, contest_id)
        if draw.seed is not None and not _opens(draw.seed):
            yield f"the seed of {contest.slug} is sealed with a secret that is gone: put it back into CLOZETTE_SECRET_KEYS"
        elif draw.source == "beacon" and queries.time_of(draw) + PATIENCE < clock.now():
            yield f"{contest.slug} is not drawn: can a worker reach CLOZETTE_DRAND_URLS? Else: clozette contest draw"


def _opens(sealed: bytes) -> bool:
    try:
        seeds.unseal(sealed)
    except seeds.Lost:
        return False
    return True
