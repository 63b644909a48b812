"""Joining, and confirming the mail address. Whether an address is known shows neither in the answer nor in the rows."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from clozette.accounts import addresses, ages, handles, rules
from clozette.accounts.events import MemberConfirmed, MemberRegistered, TicketMade
from clozette.accounts.models import Handle, Member, Ticket
from clozette.accounts.services import tickets
from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import refuse
from clozette.privacy import ledger, notices, subjects
from clozette.privacy.policies import PolicyVersion, acceptances

POINT = "CP1"


@dataclass(frozen=True)
class Circumstances:
    """Where a deed came from, as far as it is kept: network and kind of browser."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Joining:
    """What somebody typed to join, the password hashed already.

    :ivar terms: the version of the terms that they accepted by a tick of their own.
    :ivar shown: the notice that the form showed; nothing if the form was not ours (a script's).
    """

    email: str
    password_hash: str
    display_name: str
    handle: str
    country: str
    birth_date: date
    locale: str = "en"
    terms: PolicyVersion | None = None
    shown: notices.Shown | None = None


def register(joining: Joining, *, now: datetime, circumstances: Circumstances | None = None) -> int:
    """Add a member, or tell the owner of a known address; return what a later confirmation in this browser must name.

    Known or not, the handle is taken: otherwise asking for it again would tell whether the address was known.

    :raises Refused: if the person is too young or the handle is not free; then nothing is kept.
    """
    country, birth_date = joining.country, joining.birth_date
    refuse(rules.why_not_register(country=country, birth_date=birth_date, today=now.date()))
    member_id = new_id()
    _take_handle(joining.handle, now)
    owner = _owner_of(joining.email)
    if owner is None:
        return _add(member_id, joining, now, circumstances or Circumstances()).id
    _give_handle(joining.handle, owner.id, left_at=now)
    tell_owner(owner, tickets.TRIED_TO_JOIN, now)
    return new_id()


def create(joining: Joining, *, now: datetime, confirmed: bool = False) -> Member:
    """Add a member from the command line or the demo: no mail, no notice that nobody saw.

    :raises Refused: if the handle is not free; ``sqlalchemy.exc.IntegrityError`` if the address is known.
    """
    _take_handle(joining.handle, now)
    member = _member(new_id(), joining, now)
    member.confirmed_at = now if confirmed else None
    db.session.add(member)
    db.session.flush()
    _give_handle(joining.handle, member.id)
    events.publish(MemberRegistered(member.id))
    if confirmed:
        events.publish(MemberConfirmed(member.id))
    return member


def ask_again(email: str, *, now: datetime) -> None:
    """Mail another confirmation, if the address is of a member who has not confirmed it."""
    waiting = sa.select(Member).where(
        Member.email_canonical == addresses.canonical(email),
        Member.confirmed_at.is_(None),
        Member.deactivated_at.is_(None),
    )
    member = db.session.scalar(waiting)
    if member is not None:
        _ask_to_confirm(member, now)


def confirm(ticket: Ticket, *, now: datetime) -> Member | None:
    """Confirm the address that the ticket was made for; nothing if the ticket was used meanwhile."""
    mine = sa.select(Member).where(Member.id == ticket.member_id).with_for_update()
    member = db.session.scalar(mine.execution_options(populate_existing=True))  # it may be too late at this moment
    if member is None or member.email != ticket.address or not member.active or not tickets.use(ticket, now):
        return None
    mark_confirmed(member, now)
    return member


def tell_owner(owner: Member, purpose: str, now: datetime) -> None:
    """Tell a member that somebody typed their address. It takes about as many steps as a ticket that allows something."""
    ticket = tickets.make(owner.id, purpose, owner.email, now)
    events.publish(TicketMade(ticket.id))


def mark_confirmed(member: Member, now: datetime) -> None:
    """Note the first proof that the address is the member's; later ones change nothing."""
    first = sa.update(Member).where(Member.id == member.id, Member.confirmed_at.is_(None)).values(confirmed_at=now)
    if db.session.execute(first).rowcount:  # type: ignore[attr-defined]
        events.publish(MemberConfirmed(member.id))


def _add(member_id: int, joining: Joining, now: datetime, circumstances: Circumstances) -> Ticket:
    member = _member(member_id, joining, now)
    db.session.add(member)
    db.session.flush()
    _give_handle(joining.handle, member.id)
    ledger.record(
        subject_id=member.subject_id,
        point=POINT,
        action="acknowledged",
        wording=joining.shown.wording if joining.shown else notices.wording(POINT),
        shown=joining.shown,
        method="form:register",
        surface="/register",
        now=now,
        circumstances={
            "address": circumstances.address,
            "agent": circumstances.agent,
            "jurisdiction": joining.country,
            "age_gate": f"at least {ages.minimum_age(joining.country)}, by the birth date given",
        },
    )
    _accept_terms(member, joining, now, circumstances)
    ticket = _ask_to_confirm(member, now)
    events.publish(MemberRegistered(member.id))
    return ticket


def _accept_terms(member: Member, joining: Joining, now: datetime, circumstances: Circumstances) -> None:
    """Write the acceptance down, apart from the policy that was shown."""
    if joining.terms is not None:
        came = {"address": circumstances.address, "agent": circumstances.agent}
        acceptances.accept(
            member.subject_id, joining.terms, now=now, method="form:register", point=POINT, circumstances=came
        )


def _member(member_id: int, joining: Joining, now: datetime) -> Member:
    return Member(
        id=member_id,
        subject_id=subjects.create(now).id,
        email=joining.email,
        email_canonical=addresses.canonical(joining.email),
        password=joining.password_hash,
        display_name=joining.display_name,
        handle=joining.handle,
        country=joining.country,
        birth_date=joining.birth_date,
        locale=joining.locale,
        created_at=now,
        fs_uniquifier=secrets.token_hex(32),
    )


def _ask_to_confirm(member: Member, now: datetime) -> Ticket:
    ticket = tickets.make(member.id, tickets.CONFIRM, member.email, now)
    events.publish(TicketMade(ticket.id))
    return ticket


def _owner_of(email: str) -> Member | None:
    return db.session.scalar(sa.select(Member).where(Member.email_canonical == addresses.canonical(email)))


def _take_handle(handle: str, now: datetime) -> None:
    new = {"id": new_id(), "handle": handle, "skeleton": handles.skeleton(handle), "taken_at": now}
    if not insert_once(Handle, **new):
        refuse(rules.handle_taken())


def _give_handle(handle: str, member_id: int, left_at: datetime | None = None) -> None:
    taken = sa.update(Handle).where(Handle.handle == handle)
    db.session.execute(taken.values(member_id=member_id, left_at=left_at))
