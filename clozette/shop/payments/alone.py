"""Work of the clock that goes through many things, one run at a time, each thing in a transaction of its own."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
import structlog

from clozette.kernel import clock
from clozette.kernel.database import db, insert_once
from clozette.kernel.ports.payments import Later
from clozette.kernel.tasks import checkpoint
from clozette.shop.payments.changes import changed
from clozette.shop.payments.models import Run

AT_MOST = timedelta(minutes=3)
"""Longer than one thing ever takes; a run that was killed is over by then."""
T = TypeVar("T")
log = structlog.get_logger()


def each(name: str, things: Callable[[], Iterable[T]], do: Callable[[T], None], *, patience: int = 1) -> None:
    """Do something about each thing, for a task, unless another run is at it.

    :param things: asked for once this is the one run.
    :param patience: so often may the payment service have no answer until the rest waits for the next run.
    """
    if not _take(name):
        return
    away = 0
    for thing in things():
        if away == patience:
            break
        _hold(name, clock.now())
        away += not _done(name, thing, do)
    changed(sa.update(Run).where(Run.name == name).values(until=clock.now()))


def _done(name: str, thing: T, do: Callable[[T], None]) -> bool:
    """Do it; say whether the payment service was there. Whatever is wrong with one, the others go on."""
    try:
        do(thing)
        checkpoint()
    except Later as error:
        db.session.rollback()
        log.warning("not_done_yet", run=name, thing=thing, why=str(error))
        return False
    except Exception as error:  # noqa: BLE001 - see above
        db.session.rollback()
        log.error("not_done", run=name, thing=thing, error=type(error).__name__)
    return True


def _take(name: str) -> bool:
    """Be the one run from now on; false if another one is."""
    now = clock.now()
    insert_once(Run, name=name, until=now)
    return _hold(name, now, Run.until <= now)


def _hold(name: str, now: datetime, *conditions: sa.ColumnElement[bool]) -> bool:
    held = changed(sa.update(Run).where(Run.name == name, *conditions).values(until=now + AT_MOST))
    checkpoint()
    return held
