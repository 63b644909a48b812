"""Passwords and the mail address: changed, reset, and told to the member each time."""

from datetime import datetime

import sqlalchemy as sa

from clozette.accounts import addresses
from clozette.accounts.events import (
    AddressChangeAsked,
    AddressChanged,
    CredentialsChanged,
    DetailChanged,
    TicketMade,
)
from clozette.accounts.models import Member, Ticket
from clozette.accounts.services import registration, sign_ins, tickets, tokens
from clozette.kernel import events
from clozette.kernel.database import db


def change_password(member: Member, password_hash: str, *, now: datetime) -> None:
    """Set a new password; every session ends, so the caller starts another for the browser that asked."""
    member.password = password_hash
    sign_ins.end_all(member, because="password-changed", now=now)
    tickets.void(member.id, now=now)
    events.publish(CredentialsChanged(member.id, "password"))


def ask_for_reset(email: str, *, now: datetime) -> None:
    """Mail a link that sets a new password, if the address is an active member's."""
    known = sa.select(Member).where(
        Member.email_canonical == addresses.canonical(email),
        sa.or_(Member.deactivated_at.is_(None), Member.leaving_at.is_not(None)),
    )
    member = db.session.scalar(known)
    if member is not None:
        ticket = tickets.make(member.id, tickets.RESET, member.email, now)
        events.publish(TicketMade(ticket.id))


def reset_password(ticket: Ticket, password_hash: str, *, now: datetime) -> bool:
    """Set a new password by a ticket, once. Sessions end and API tokens are revoked: a stranger may have had them.

    Who reads the mail has confirmed the address, too.
    """
    member = tickets.member_of(ticket)
    if member.email != ticket.address or not member.active or not tickets.use(ticket, now):
        return False
    change_password(member, password_hash, now=now)
    tokens.revoke_all(member.id, now=now)
    registration.mark_confirmed(member, now)
    return True


def rehash(member_id: int, password_hash: str) -> None:
    """Keep a hash made with today's parameters; the password is the same."""
    db.session.execute(sa.update(Member).where(Member.id == member_id).values(password=password_hash))


def ask_for_new_address(member: Member, email: str, *, now: datetime) -> None:
    """Mail a link to the new address and a notice to the present one. A known address gets a notice instead."""
    canonical = addresses.canonical(email)
    owner = db.session.scalar(sa.select(Member).where(Member.email_canonical == canonical))
    events.publish(AddressChangeAsked(member.id))
    if owner is None or owner.id == member.id:
        ticket = tickets.make(member.id, tickets.CHANGE_EMAIL, email, now)
        events.publish(TicketMade(ticket.id))
    else:
        tickets.void(member.id, now=now, purpose=tickets.CHANGE_EMAIL)
        registration.tell_owner(owner, tickets.TYPED_ELSEWHERE, now)


def change_address(member: Member, ticket: Ticket, *, now: datetime, sign_in_id: int | None) -> bool:
    """Make the ticket's address the member's; other sessions end. A broken constraint means it is somebody's now."""
    if ticket.member_id != member.id or not member.active or not tickets.use(ticket, now):
        return False
    former = member.email
    member.email = ticket.address
    member.email_canonical = addresses.canonical(ticket.address) or ""
    sign_ins.end_all(member, because="email-changed", now=now, but=sign_in_id)
    tickets.void(member.id, now=now)
    notice = tickets.make(member.id, tickets.FORMER_EMAIL, former, now)
    events.publish(AddressChanged(notice.id))
    events.publish(DetailChanged(member.id, member.subject_id, "email"))
    registration.mark_confirmed(member, now)
    return True
