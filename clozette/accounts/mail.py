"""The mails of accounts, one function per message. Links begin with the site's own address, never with a request's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from clozette.accounts.models import Member, Ticket
from clozette.accounts.services import tickets
from clozette.kernel.ports.mail import Message, outbox
from clozette.settings import Settings

CHANGES = ("password", "email", "totp-on", "totp-off", "codes", "code-used", "passkey-on", "passkey-off", "token")


def confirm_address(member: Member, ticket: Ticket) -> None:
    """Ask whoever reads the address to confirm it."""
    with _in_language_of(member):
        _send(ticket.address, _("Confirm your mail address"), "confirm", member, link=_link("confirm", ticket))


def tried_to_join(member: Member, ticket: Ticket) -> None:
    """Tell a member that somebody typed their address into the form for new members."""
    with _in_language_of(member):
        _send(ticket.address, _("You already have an account"), "tried_to_join", member, reset=_address("/reset"))


def reset_password(member: Member, ticket: Ticket) -> None:
    """Send the link that sets a new password."""
    with _in_language_of(member):
        _send(ticket.address, _("Choose a new password"), "reset", member, link=_link("reset", ticket))


def confirm_new_address(member: Member, ticket: Ticket) -> None:
    """Ask at the new address whether it is the member's."""
    with _in_language_of(member):
        link = _link("change-email", ticket)
        _send(ticket.address, _("Confirm your new mail address"), "change_email", member, link=link)


def address_in_use(owner: Member, ticket: Ticket) -> None:
    """Tell a member that another one wanted to change to their address."""
    with _in_language_of(owner):
        _send(ticket.address, _("Somebody typed your mail address"), "address_in_use", owner)


def address_will_change(member: Member) -> None:
    """Tell the present address that a change was asked for."""
    with _in_language_of(member):
        subject = _("Your mail address is about to change")
        _send(member.email, subject, "address_will_change", member, link=_address("/settings/security"))


def address_changed(member: Member, former: Ticket) -> None:
    """Tell the former address that it is no longer the account's."""
    with _in_language_of(member):
        _send(former.address, _("Your mail address was changed"), "address_changed", member)


def credentials_changed(member: Member, what: str) -> None:
    """Tell a member that the way they sign in has changed."""
    if what not in CHANGES:
        raise ValueError(what)
    with _in_language_of(member):
        subject = _("The way you sign in has changed")
        link = _address("/settings/security")
        _send(member.email, subject, "credentials_changed", member, what=what, link=link, reset=_address("/reset"))


def _send(to: str, subject: str, template: str, member: Member, **values: Any) -> None:
    # Not ``render_template``: its context processors ask who looks, and in a task nobody does.
    env = current_app.jinja_env
    context = {"member": member, "home": _address("/"), "subject": subject, **values}
    text = env.get_template(f"accounts/mail/{template}.txt").render(context)
    html = env.get_template(f"accounts/mail/{template}.html").render(context)
    outbox().send(Message(to=to, subject=subject, text=text, html=html))


def _link(path: str, ticket: Ticket) -> str:
    return _address(f"/{path}/{tickets.token_of(ticket)}")


def _address(path: str) -> str:
    settings: Settings = current_app.extensions["clozette.settings"]
    return settings.base_url.rstrip("/") + path


@contextmanager
def _in_language_of(member: Member) -> Iterator[None]:
    with force_locale(member.locale):
        yield
