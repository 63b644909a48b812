"""What the doctor looks at here: whether erasures are carried out by their date (requirement 106)."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.rights.erasure.models import Erasure
from clozette.settings import Settings

LATE = timedelta(hours=3)
"""The clockwork asks every hour; one that is later than this is stuck."""


def erasures(app: Flask, settings: Settings) -> str:
    """Say how many erasures are late."""
    late = sa.select(sa.func.count()).where(
        Erasure.due_at < clock.now() - LATE, Erasure.undone_at.is_(None), Erasure.executed_at.is_(None)
    )
    with app.app_context(), db.get_engine("default").connect() as connection:
        found = connection.scalar(late) or 0
    return f"{found} erasures are late: start clozette worker, or run clozette erase run." if found else ""
