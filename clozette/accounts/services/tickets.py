"""Tickets: what a link in a mail allows, once. The token is derived from the row, so the database can't give it away."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts import keys
from clozette.accounts.models import Member, Ticket
from clozette.kernel import ids
from clozette.kernel.database import db

CONFIRM = "confirm"
RESET = "reset"
CHANGE_EMAIL = "change-email"
FORMER_EMAIL = "former-email"
# These two allow nothing; they carry the news that somebody typed a member's address where a new one was asked for.
TRIED_TO_JOIN = "tried-to-join"
TYPED_ELSEWHERE = "typed-elsewhere"
VALID = {
    CONFIRM: timedelta(days=3),
    RESET: timedelta(hours=1),
    CHANGE_EMAIL: timedelta(days=1),
    FORMER_EMAIL: timedelta(days=1),
    TRIED_TO_JOIN: timedelta(days=1),
    TYPED_ELSEWHERE: timedelta(days=1),
}


def make(member_id: int, purpose: str, address: str, now: datetime) -> Ticket:
    """Make a ticket; older ones of the member for the same purpose are void from now on."""
    void(member_id, now=now, purpose=purpose)
    ticket = Ticket(member_id=member_id, purpose=purpose, address=address, made_at=now, expires_at=now + VALID[purpose])
    db.session.add(ticket)
    db.session.flush()
    return ticket


def token_of(ticket: Ticket) -> str:
    """Return the token for the link."""
    return f"{ids.encode(ticket.id)}.{keys.sign('ticket', _text(ticket))}"


def find(token: str, purpose: str, now: datetime) -> Ticket | None:
    """Return the ticket of a token if it is for ``purpose`` and still good."""
    number, _, signature = token.partition(".")
    try:
        ticket = db.session.get(Ticket, ids.decode(number))
    except ValueError:
        return None
    if ticket is None or ticket.purpose != purpose or ticket.used_at is not None or ticket.expires_at <= now:
        return None
    return ticket if keys.verifies("ticket", _text(ticket), signature) else None


def use(ticket: Ticket, now: datetime) -> bool:
    """Use a ticket up; of two requests at once, one gets ``True``."""
    once = sa.update(Ticket).where(Ticket.id == ticket.id, Ticket.used_at.is_(None)).values(used_at=now)
    return bool(db.session.execute(once).rowcount)  # type: ignore[attr-defined]


def void(member_id: int, *, now: datetime, purpose: str | None = None) -> None:
    """Void the open tickets of a member, all of them or those of one purpose."""
    still_open = sa.update(Ticket).where(Ticket.member_id == member_id, Ticket.used_at.is_(None))
    if purpose is not None:
        still_open = still_open.where(Ticket.purpose == purpose)
    db.session.execute(still_open.values(used_at=now))


def member_of(ticket: Ticket) -> Member:
    """Return whose ticket it is."""
    return db.session.get_one(Member, ticket.member_id)


def forget_old(*, before: datetime) -> None:
    """Delete tickets that ran out long ago."""
    db.session.execute(sa.delete(Ticket).where(Ticket.expires_at < before))


def _text(ticket: Ticket) -> str:
    return f"{ticket.purpose}:{ticket.id}:{ticket.member_id}:{ticket.address}"
