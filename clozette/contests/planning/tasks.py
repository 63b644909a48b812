"""What the clock does to contests."""

from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.contests.planning import services
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks import checkpoint, task

log = structlog.get_logger()


@task("contests.turn_due")
def turn_due() -> None:
    """Open, close, settle, announce and end every contest whose time has come; each in a transaction of its own."""
    now = clock.now()
    for contest_id in db.session.scalars(services.due(now)).all():
        checkpoint()
        _turn(contest_id, now)


def _turn(contest_id: int, now: datetime) -> None:
    """Bring one contest as far as it goes; what fails in one keeps no other from its time."""
    wanted = sa.select(Contest).where(Contest.id == contest_id).execution_options(populate_existing=True)
    try:
        while (contest := db.session.scalar(wanted)) is not None and services.turn(contest, now):
            checkpoint()
    except Refused as refused:
        db.session.rollback()
        log.info("contest_waits", contest=contest_id, code=refused.refusal.code)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
        db.session.rollback()
        log.error("contest_not_turned", contest=contest_id, error=type(error).__name__)
