"""Background work of accounts: mails, and forgetting what is no longer needed. Arguments are ids and short words."""

from datetime import timedelta

from clozette.accounts import mail
from clozette.accounts.models import Member, Ticket
from clozette.accounts.services import passkeys, sign_ins, tickets
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import task

KEEP_ENDED = timedelta(days=30)
_SEND = {
    tickets.CONFIRM: mail.confirm_address,
    tickets.RESET: mail.reset_password,
    tickets.CHANGE_EMAIL: mail.confirm_new_address,
    tickets.TRIED_TO_JOIN: mail.tried_to_join,
    tickets.TYPED_ELSEWHERE: mail.address_in_use,
}


@task("accounts.send_ticket")
def send_ticket(*, ticket_id: int) -> None:
    """Mail what a ticket is for, while it is still good."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is None or ticket.used_at is not None or ticket.expires_at <= clock.now():
        return
    member = tickets.member_of(ticket)
    if member.active:
        _SEND[ticket.purpose](member, ticket)


@task("accounts.tell_former_address")
def tell_former_address(*, ticket_id: int) -> None:
    """Tell the former address of a change, once."""
    ticket = db.session.get(Ticket, ticket_id)
    if ticket is not None and tickets.use(ticket, clock.now()):
        mail.address_changed(tickets.member_of(ticket), ticket)


@task("accounts.tell_address_will_change")
def tell_address_will_change(*, member_id: int) -> None:
    """Tell the present address that a change was asked for."""
    member = db.session.get(Member, member_id)
    if member is not None:
        mail.address_will_change(member)


@task("accounts.tell_credentials_changed")
def tell_credentials_changed(*, member_id: int, what: str) -> None:
    """Tell a member that a password, a second factor, a passkey or a token has changed."""
    member = db.session.get(Member, member_id)
    if member is not None:
        mail.credentials_changed(member, what)


@task("accounts.sweep")
def sweep() -> None:
    """Forget sessions, tickets and challenges that ran out; the wiring page runs it once a day."""
    now = clock.now()
    sign_ins.forget_old(before=now - KEEP_ENDED)
    tickets.forget_old(before=now - KEEP_ENDED)
    passkeys.forget_old(before=now)
