"""Reads of the desk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts.models import Member, Role
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.rights.desk import rules
from clozette.rights.desk.models import Address, Event, Request

MOST_OPEN = 500
LOOK_BACK = timedelta(days=90)
TO_PERSON = ("received", "proof-asked", "identified", "extended", "replied", "closed")
"""The events that a person sees of their own request."""


@dataclass(frozen=True)
class Figures:
    """How the desk keeps its times: what is open, what is late, and the answers of the last 90 days."""

    open: int
    soon: int
    overdue: int
    paused: int
    answered: int
    in_time: int
    hours: float | None


def earlier(member_id: int | None) -> int | None:
    """Return the subject of the address that a confirmed member reads: what was asked or agreed from it without the
    account hangs there.
    """
    reads = sa.and_(Member.email_canonical == Address.canonical, Member.confirmed_at.is_not(None))
    asked = sa.select(Address.subject_id).join(Member, reads).where(Member.id == member_id)
    found: int | None = db.session.scalar(asked) if member_id is not None else None
    return found


def requests_of(subject_ids: Collection[int]) -> Sequence[Request]:
    """Return a person's own requests, newest first."""
    mine = sa.select(Request).where(Request.subject_id.in_(subject_ids)).order_by(Request.id.desc())
    return db.session.scalars(mine).all()


def request_of(subject_ids: Collection[int], request_id: int) -> Request | None:
    """Return one of a person's own requests."""
    return db.session.scalar(sa.select(Request).where(Request.id == request_id, Request.subject_id.in_(subject_ids)))


def is_in_doubt(request: Request, subject_id: int) -> bool:
    """Whether the person has still to say if it was they who asked."""
    unsaid = request.identified_at is None or request.subject_id != subject_id
    return request.closed_at is None and unsaid


def stuck(now: datetime) -> Sequence[Request]:
    """Return what has waited for a proof for a week, and staff were not told of yet."""
    told_of = sa.select(Event.id).where(
        Event.request_id == Request.id, Event.what == "stuck", Event.at >= Request.paused_at
    )
    waits = (Request.closed_at.is_(None), Request.paused_at <= now - rules.WAITS_LONG, ~told_of.exists())
    return db.session.scalars(sa.select(Request).where(*waits).order_by(Request.id).limit(MOST_OPEN)).all()


def told(request: Request) -> list[Event]:
    """Return what the person sees of a request's course."""
    return [event for event in request.events if event.what in TO_PERSON]


def open_requests() -> Sequence[Request]:
    """Return what waits for an answer, the most urgent first; what waits for a proof of identity comes after it."""
    urgent = (Request.paused_at.is_not(None), Request.due_at.is_(None), Request.due_at, Request.id)
    chosen = sa.select(Request).where(Request.closed_at.is_(None)).order_by(*urgent).limit(MOST_OPEN)
    return db.session.scalars(chosen).all()


def closed_requests(after: int | None) -> Page[Request]:
    """Return what is answered, newest first."""
    chosen = sa.select(Request).where(Request.closed_at.is_not(None)).order_by(Request.id.desc()).limit(PAGE_SIZE + 1)
    if after is not None:
        chosen = chosen.where(Request.id < after)
    return page_of(db.session.scalars(chosen).all(), lambda request: request.id)


def standing(request: Request) -> rules.Standing:
    """Return how a request stands now."""
    return rules.standing(closed_at=request.closed_at, paused_at=request.paused_at, due=request.due_at, now=clock.now())


def figures() -> Figures:
    """Count."""
    standings = [standing(request) for request in open_requests()]
    since = clock.now() - LOOK_BACK
    answered = db.session.execute(
        sa.select(Request.received_at, Request.closed_at, Request.due_at).where(
            Request.closed_at >= since, Request.kind != rules.UNDER_NO_LAW
        )
    ).all()
    spans = [(row.closed_at - row.received_at).total_seconds() / 3600 for row in answered]
    return Figures(
        open=len(standings),
        soon=standings.count("soon"),
        overdue=standings.count("overdue"),
        paused=standings.count("paused"),
        answered=len(answered),
        in_time=sum(row.due_at is None or row.closed_at <= row.due_at for row in answered),
        hours=sum(spans) / len(spans) if spans else None,
    )


def running_out(now: datetime) -> Sequence[Request]:
    """Return what is due within a day, or late, and staff were not told of yet."""
    running = (Request.closed_at.is_(None), Request.paused_at.is_(None))
    soon = sa.and_(Request.due_at <= now + rules.WARNED_BEFORE, Request.warned_at.is_(None))
    late = sa.and_(Request.due_at <= now, Request.overdue_at.is_(None))
    chosen = sa.select(Request).where(*running, sa.or_(soon, late)).order_by(Request.due_at)
    return db.session.scalars(chosen).all()


def staff_at_the_desk() -> Sequence[Member]:
    """Return the admins: who is told when time runs out."""
    admins = sa.select(Role.member_id).where(Role.name == "admin")
    chosen = sa.select(Member).where(
        Member.id.in_(admins), Member.deactivated_at.is_(None), Member.confirmed_at.is_not(None)
    )
    return db.session.scalars(chosen.order_by(Member.id)).all()
