"""What happens to requests. Each deed is an event of the request, so that the desk can show later what it did and when."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import get_locale
from sqlalchemy.engine import CursorResult

from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import refuse
from clozette.privacy import ledger, notices
from clozette.privacy.disclosures.telling import tell_recipients
from clozette.rights.desk import rules
from clozette.rights.desk.events import RequestAnswered, RequestReceived
from clozette.rights.desk.models import Event, Request
from clozette.rights.erasure import services as erasures
from clozette.rights.export import services as exports

POINT = "CP12"


def receive(
    *,
    subject_id: int,
    kind: str,
    text: str,
    address: str,
    now: datetime,
    name: str = "",
    country: str | None = None,
    source: str = "privacy",
    identified_how: str | None = None,
    shown: notices.Shown | None = None,
) -> Request:
    """Take a request: start its clock, or let it wait for a proof of who asks.

    :param identified_how: ``session`` or ``code`` if it is certain who asks.
    :param shown: what the form showed (``notices.answered``), for the ledger.
    """
    law = rules.law_of(country)
    waits = identified_how is None and kind != rules.UNDER_NO_LAW
    request = Request(
        subject_id=subject_id,
        kind=kind,
        law=law,
        source=source,
        name=name,
        address=address,
        locale=str(get_locale() or "en"),
        text=text,
        received_at=now,
        identified_at=now if identified_how else None,
        identified_how=identified_how,
        due_at=rules.due_at(kind, law, now),
        paused_at=now if waits else None,
    )
    db.session.add(request)
    db.session.flush()
    note(request, "received", now=now)
    if waits:
        note(request, "proof-asked", now=now)
    _acknowledge(subject_id, source, shown, now)
    events.publish(RequestReceived(request_id=request.id))
    return request


def identify(request: Request, *, how: str, now: datetime, actor_id: int | None = None, evidence: str = "") -> Request:
    """Note that it is certain who asks, and by what; a clock that waited for it goes on where it stood."""
    values: dict[str, Any] = {"identified_at": now, "identified_how": how, "paused_at": None}
    if request.paused_at is not None and request.due_at is not None:
        later = request.due_at + (now - request.paused_at)
        values |= {"due_at": later, "warned_at": None, "overdue_at": None}  # a new time, and alarms of its own
    if _change(request, Request.identified_at.is_(None), **values):
        note(request, "identified", now=now, actor_id=actor_id, evidence=evidence)
    return request


def claim(request: Request, *, subject_id: int, how: str, mine: bool, now: datetime) -> None:
    """Take the answer of somebody who proved the address that a request names: it was they who asked, or it was not.

    The proof alone says nothing: anybody can write under anybody's address.
    """
    if not mine:
        close(request, outcome=rules.NOT_THEIRS, text="", actor_id=subject_id, now=now)
    elif _change(request, Request.closed_at.is_(None), subject_id=subject_id):
        identify(request, how=how, now=now)


def ask_for_proof(request: Request, *, actor_id: int, text: str, now: datetime) -> None:
    """Ask the person to prove who they are; the clock stands still until they do."""
    closed, paused = request.closed_at is not None, request.paused_at is not None
    refuse(rules.why_not_pause(closed=closed, paused=paused, identified=request.identified_at is not None))
    if _change(request, Request.paused_at.is_(None), Request.closed_at.is_(None), paused_at=now):
        _tell(note(request, "proof-asked", now=now, actor_id=actor_id, text=text))


def reply(request: Request, *, actor_id: int, text: str, now: datetime, evidence: str = "") -> None:
    """Write to the person."""
    _tell(note(request, "replied", now=now, actor_id=actor_id, text=text, evidence=evidence))


def extend(request: Request, *, until: datetime, reason: str, actor_id: int, now: datetime) -> None:
    """Put off when it is due, as far as the law lets us, and tell the person why."""
    extended = request.extended_at is not None
    why_not = rules.why_not_extend(
        law=request.law, received_at=request.received_at, due=request.due_at, until=until, extended=extended, now=now
    )
    refuse(why_not)
    still = (Request.extended_at.is_(None), Request.closed_at.is_(None))
    if _change(request, *still, due_at=until, extended_at=now, warned_at=None):
        _tell(note(request, "extended", now=now, actor_id=actor_id, text=reason))


def close(
    request: Request, *, outcome: str, text: str, actor_id: int | None, now: datetime, evidence: str = ""
) -> bool:
    """Answer and close a request; of two at once one does. The person is told, unless it was they who closed it."""
    closed, identified = request.closed_at is not None, request.identified_at is not None
    refuse(rules.why_not_close(closed=closed, kind=request.kind, outcome=outcome, identified=identified))
    if not _change(request, Request.closed_at.is_(None), closed_at=now, paused_at=None, outcome=outcome):
        return False
    done = note(request, "closed", now=now, actor_id=actor_id, text=text, evidence=evidence)
    if outcome in {"done", "part"}:
        _carry_out(request, now)
    if outcome not in rules.BY_THE_PERSON:
        _tell(done)
    return True


def sort_as(request: Request, *, kind: str, law: str, actor_id: int, now: datetime) -> None:
    """Correct what a request is and whose clock runs; it counts from when the request came."""
    asked_as = f"{request.kind}, {request.law}"
    due, extended_at = rules.due_at(kind, law, request.received_at), None
    if due is not None:
        due += _stood_still(request)
        extended_at = request.extended_at
    if due is not None and extended_at is not None and request.due_at is not None:
        most = rules.furthest(law, request.received_at)
        due = max(due, request.due_at if most is None else min(request.due_at, most))
    values = {"due_at": due, "extended_at": extended_at, "warned_at": None, "overdue_at": None}
    if _change(request, Request.closed_at.is_(None), kind=kind, law=law, **values):
        note(request, "sorted", now=now, actor_id=actor_id, text=f"{asked_as} → {kind}, {law}")


def belongs_to(request: Request, *, subject_id: int, actor_id: int, evidence: str, now: datetime) -> None:
    """Give a request that came from another address to the person whom staff found to have asked it."""
    if _change(request, Request.closed_at.is_(None), subject_id=subject_id):
        identify(request, how="staff", now=now, actor_id=actor_id, evidence=evidence)


def note(
    request: Request,
    what: str,
    *,
    now: datetime,
    actor_id: int | None = None,
    text: str = "",
    evidence: str = "",
) -> Event:
    """Write down what happened."""
    event = Event(request_id=request.id, actor_id=actor_id, at=now, what=what, text=text, evidence=evidence)
    db.session.add(event)
    db.session.flush()
    return event


def forget_old(now: datetime) -> None:
    """Delete requests, with their events, two years after they were answered."""
    db.session.execute(sa.delete(Request).where(Request.closed_at < now - rules.KEPT_AFTER_ANSWER))


def _stood_still(request: Request) -> timedelta:
    """Return how long the clock stood still for proofs that came."""
    total, since = timedelta(), None
    for event in request.events:
        if event.what == "proof-asked":
            since = since or event.at
        elif event.what == "identified" and since is not None:
            total, since = total + (event.at - since), None
    return total


def _carry_out(request: Request, now: datetime) -> None:
    """Do what an answer promises and the site can do itself: an archive, an erasure (it can be undone for 14 days), and
    telling those who received what was corrected.
    """
    if request.kind in {"access", "export"}:
        exports.ask(request.subject_id, asked_by="staff", locale=request.locale, now=now)
    elif request.kind == "erasure" and request.outcome == "done":  # in part, staff do it by hand
        erasures.ask(request.subject_id, via="desk", now=now)
    elif request.kind == "correction":
        tell_recipients(request.subject_id, kind="correction", cause_id=request.id, now=now)


def _tell(event: Event) -> None:
    events.publish(RequestAnswered(event_id=event.id))


def _acknowledge(subject_id: int, source: str, shown: notices.Shown | None, now: datetime) -> None:
    ledger.record(
        subject_id=subject_id,
        point=POINT,
        action="acknowledged",
        wording=shown.wording if shown else notices.wording(POINT),
        method=f"form:{source}",
        now=now,
        shown=shown,
    )


def _change(request: Request, *still: sa.ColumnElement[bool], **values: Any) -> bool:
    """Change the row if it still is as we think; whoever comes second changes nothing."""
    done = db.session.execute(sa.update(Request).where(Request.id == request.id, *still).values(**values))
    db.session.refresh(request)
    assert isinstance(done, CursorResult)
    return bool(done.rowcount)
