"""Background work of the desk: mails, the alarm when time runs out, and forgetting. Arguments are ids."""

from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.tasks import task
from clozette.rights.desk import breaches, codes, mail, queries, services
from clozette.rights.desk.models import BreachPerson, Code, Event, Request

log = structlog.get_logger()


@task("rights.send_code")
def send_code(*, code_id: int) -> None:
    """Mail a one-time code while it is good."""
    code = db.session.get(Code, code_id)
    if code is not None and code.used_at is None and code.expires_at > clock.now():
        mail.one_time_code(code)


@task("rights.send_receipt_of_request")
def send_receipt(*, request_id: int) -> None:
    """Tell the person that a request arrived."""
    request = db.session.get(Request, request_id)
    if request is not None and request.address:
        mail.request_received(request)


@task("rights.send_answer")
def send_answer(*, event_id: int) -> None:
    """Mail what staff wrote to the person."""
    event = db.session.get(Event, event_id)
    if event is not None and event.request.address:
        mail.request_answered(event)


@task("rights.tell_breach")
def tell_breach(*, row_id: int) -> None:
    """Tell one person of a breach, once."""
    row = db.session.get(BreachPerson, row_id)
    if row is not None and row.told_at is None:
        reached = breaches.reach(row.subject_id)
        if reached is not None:
            address, locale = reached
            mail.breach_told(address, locale, breaches.words_to_people(row.breach_id))
            row.told_at = clock.now()


@task("rights.watch_clocks")
def watch_clocks() -> None:
    """Sound the alarm: staff are told once when a request or a breach is nearly due, and once when it is late."""
    now = clock.now()
    overdue, soon = _requests(now)
    overdue_breaches, soon_breaches = breaches.alarms(now)
    overdue, soon = overdue + overdue_breaches, soon + soon_breaches
    if overdue:
        log.error("desk_overdue", count=len(overdue))
    if overdue or soon:
        for staff in queries.staff_at_the_desk():
            mail.time_runs_out(staff, overdue, soon)


@task("rights.sweep_codes")
def sweep_codes() -> None:
    """Forget what the notices say is forgotten: old codes, requests, breaches, addresses; once a day by the wiring page."""
    now = clock.now()
    services.forget_old(now)
    breaches.forget_old(now)
    codes.forget_old(now)
    codes.forget_strangers(now)


def _requests(now: datetime) -> tuple[list[str], list[str]]:
    overdue: list[str] = []
    soon: list[str] = []
    for request in queries.running_out(now):
        late = request.due_at is not None and request.due_at <= now
        mark = {"warned_at": now, "overdue_at": now} if late else {"warned_at": now}
        db.session.execute(sa.update(Request).where(Request.id == request.id).values(**mark))
        services.note(request, "overdue" if late else "soon", now=now)
        (overdue if late else soon).append(ids.encode(request.id))
    for request in queries.stuck(now):
        services.note(request, "stuck", now=now)
        soon.append(ids.encode(request.id))
    return overdue, soon
