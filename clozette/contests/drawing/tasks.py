"""What the clock does for draws."""

from datetime import datetime

import structlog

from clozette.contests.drawing import mail, queries, services
from clozette.contests.drawing.models import Witness
from clozette.contests.planning.models import Contest
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks import checkpoint, task

log = structlog.get_logger()


@task("contests.take_due")
def take_due() -> None:
    """Make every draw whose round is there, and move those whose list was frozen too late; each in its own transaction."""
    now = clock.now()
    for contest_id in db.session.scalars(queries.waiting()).all():
        try:
            _take(contest_id, now)
            checkpoint()
        except Refused as refused:
            db.session.rollback()
            log.info("draw_waits", contest=ids.encode(contest_id), code=refused.refusal.code)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are drawn
            db.session.rollback()
            log.error("draw_failed", contest=ids.encode(contest_id), error=type(error).__name__)


def _take(contest_id: int, now: datetime) -> None:
    wanted = services.wanted(db.session.get_one(Contest, contest_id), now=now)
    checkpoint()
    found = services.ask(wanted) if wanted is not None else None
    if found is not None:
        services.take_beacon(db.session.get_one(Contest, contest_id), found, now=now)


@task("contests.tell_witness")
def tell_witness(*, contest_id: int) -> None:
    """Mail the witness who is named now."""
    witness, contest = db.session.get(Witness, contest_id), db.session.get(Contest, contest_id)
    if witness is not None and contest is not None and witness.email:
        mail.named(witness, contest)
