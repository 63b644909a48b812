"""Background work of erasure: what is due is carried out, what the law let go is deleted, people are told."""

import sqlalchemy as sa

from clozette.kernel import clock, database
from clozette.kernel.database import db
from clozette.kernel.tasks import after_commit, checkpoint, enqueue, task
from clozette.rights.erasure import executor, mail, services
from clozette.rights.erasure.models import Erasure, Restricted


@task("rights.tell_erasure_asked")
def tell_asked(*, erasure_id: int, subject_id: int) -> None:
    """Tell the person's address that it was asked for: who didn't ask must be able to undo it."""
    erasure = db.session.get(Erasure, erasure_id)
    if erasure is not None and erasure.undone_at is None and erasure.begun_at is None:
        mail.asked(erasure)


@task("rights.tell_erasure_undone")
def tell_undone(*, erasure_id: int, subject_id: int) -> None:
    """Tell that it was undone."""
    erasure = db.session.get(Erasure, erasure_id)
    if erasure is not None:
        mail.undone(erasure)


@task("rights.execute_erasure")
def execute(*, erasure_id: int) -> None:
    """Carry one erasure out; after a crash, what is left of it. The last mail goes to the address that just went."""
    erasure = db.session.get(Erasure, erasure_id)
    is_theirs = erasure is not None and erasure.via != "unconfirmed"  # else whose address it is nobody knows
    farewell = mail.farewell(erasure) if erasure is not None and is_theirs else None
    if executor.execute(erasure_id, now=clock.now(), save=checkpoint):
        after_commit(database.forget_log)
        if farewell is not None:
            after_commit(farewell)


@task("rights.execute_due_erasures")
def execute_due() -> None:
    """Ask for every erasure that is due or was interrupted; the wiring page runs it every hour (requirement 106)."""
    due = sa.select(Erasure.id).where(
        Erasure.due_at <= clock.now(), Erasure.undone_at.is_(None), Erasure.executed_at.is_(None)
    )
    for erasure_id in db.session.scalars(due):
        enqueue(execute, erasure_id=erasure_id)


@task("rights.end_restrictions")
def end_restrictions() -> None:
    """Delete what the law made us keep and does no longer."""
    db.session.execute(sa.delete(Restricted).where(Restricted.until <= clock.now()))


@task("rights.erase_unconfirmed")
def erase_unconfirmed() -> None:
    """Erase accounts whose address nobody confirmed in time; the wiring page runs it once a day. No mail goes there."""
    begun = services.forget_unconfirmed(clock.now())
    for erasure_id in begun:
        enqueue(execute, erasure_id=erasure_id)
    if begun:
        enqueue(erase_unconfirmed)
