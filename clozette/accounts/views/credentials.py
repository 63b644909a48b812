"""The password and the mail address: reset, changed."""

from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _

from clozette.accounts import addresses, browser, passwords, throttle
from clozette.accounts.fresh import proved_recently
from clozette.accounts.models import SignIn, Ticket
from clozette.accounts.schemas import AddressIn, ChangePasswordIn, NewPasswordIn
from clozette.accounts.services import credentials, tickets
from clozette.accounts.views.blueprint import blueprint, link_gone, me, own_data, page
from clozette.accounts.views.signing_in import right_password
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form


@blueprint.get("/.well-known/change-password")
@gate.everyone()
def well_known_change() -> Any:
    """Lead password managers to the form."""
    return redirect("/change", 303)


@blueprint.get("/reset")
@gate.everyone()
def reset_form() -> Any:
    """Ask for the address."""
    return page("accounts/reset.html", form=Form(AddressIn))


@blueprint.post("/reset")
@gate.everyone(collects="CP2")
def ask_for_reset() -> Any:
    """Mail a link, where the address is a member's. The answer is the same where it isn't."""
    form = Form(AddressIn)
    if not form.load():
        return page("accounts/reset.html", form.status, form=form)
    throttle.by_address("reset")
    throttle.by_mail("reset", str(addresses.canonical(form.data["email"])))
    passwords.spend_as_long()
    credentials.ask_for_reset(form.data["email"], now=clock.now())
    return redirect("/reset/sent", 303)


@blueprint.get("/reset/sent")
@gate.everyone()
def reset_sent() -> Any:
    """Say to look into the mailbox."""
    return page("accounts/reset_sent.html")


@blueprint.get("/reset/<token>")
@gate.everyone()
def reset_link(token: str) -> Any:
    """Ask for the new password."""
    ticket = tickets.find(token, tickets.RESET, clock.now())
    return _new_password_page(_new_password_form(ticket), token) if ticket else link_gone()


@blueprint.post("/reset/<token>")
@gate.everyone(collects="CP2")
def reset(token: str) -> Any:
    """Set the new password, once; every session ends."""
    throttle.by_address("link")
    now = clock.now()
    ticket = tickets.find(token, tickets.RESET, now)
    if ticket is None:
        return link_gone()
    form = _new_password_form(ticket)
    db.session.rollback()  # hashing must not keep the database's one writer waiting
    if not form.load():
        return _new_password_page(form, token)
    new_hash = passwords.hash_password(form.data["password"])
    ticket = tickets.find(token, tickets.RESET, now)
    if ticket is None or not credentials.reset_password(ticket, new_hash, now=now):
        return link_gone()
    browser.sign_out(because="password-changed", now=now)
    flash(_("Your new password is set, and all devices are signed out. Sign in with it."), "success")
    return redirect("/login", 303)


@blueprint.get("/change")
@gate.members(unconfirmed=True)
def change_form() -> Any:
    """Ask for the present password and a new one."""
    return page("accounts/change.html", form=Form(ChangePasswordIn(own_data(me()))))


@blueprint.post("/change")
@gate.members(unconfirmed=True, collects="CP2")
def change() -> Any:
    """Change the password; every other session ends, this browser gets a new one."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    form = Form(ChangePasswordIn(own_data(me())))
    db.session.rollback()  # two hashes follow, and must not keep the database's one writer waiting
    if not form.load():
        return page("accounts/change.html", form.status, form=form)
    if not right_password(viewer.member_id, form.data["password"]):
        form.errors["password"] = [_("This is not your password.")]
        return page("accounts/change.html", 422, form=form)
    new_hash = passwords.hash_password(form.data["new_password"])
    now = clock.now()
    method = _method_of_session(viewer.session_id)
    member = me()
    credentials.change_password(member, new_hash, now=now)
    browser.sign_in(member, method=method, now=now)
    flash(_("Your password is changed, and all other devices are signed out."), "success")
    return redirect("/settings/security", 303)


@blueprint.get("/change-email")
@gate.members(unconfirmed=True)
@proved_recently("/change-email")
def change_email_form() -> Any:
    """Ask for the new address."""
    return page("accounts/change_email.html", form=Form(AddressIn), email=me().email)


@blueprint.post("/change-email")
@gate.members(unconfirmed=True, collects="CP2")
@proved_recently("/change-email")
def ask_to_change_email() -> Any:
    """Mail a link to the new address. Whether it is known already, the answer doesn't tell."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    form = Form(AddressIn)
    if not form.load():
        return page("accounts/change_email.html", form.status, form=form, email=me().email)
    throttle.by_member("email-change", viewer.member_id)
    passwords.spend_as_long()
    credentials.ask_for_new_address(me(), form.data["email"], now=clock.now())
    flash(_("We have sent a link to the new address. Nothing changes until you follow it."), "info")
    return redirect("/settings/security", 303)


@blueprint.get("/change-email/<token>")
@gate.members(unconfirmed=True)
def change_email_link(token: str) -> Any:
    """Show one button to the member who asked, nothing to anybody else."""
    ticket = _own_ticket(token)
    return page("accounts/change_email_link.html", token=token, email=ticket.address) if ticket else link_gone()


@blueprint.post("/change-email/<token>")
@gate.members(unconfirmed=True, collects="CP2")
def change_email(token: str) -> Any:
    """Make the new address the member's, once."""
    throttle.by_address("link")
    ticket = _own_ticket(token)
    session_id = gate.viewer().session_id
    if ticket is None or not credentials.change_address(me(), ticket, now=clock.now(), sign_in_id=session_id):
        return link_gone()
    flash(_("This is your mail address now. All other devices are signed out."), "success")
    return redirect("/settings/security", 303)


def _own_ticket(token: str) -> Ticket | None:
    ticket = tickets.find(token, tickets.CHANGE_EMAIL, clock.now())
    return ticket if ticket is not None and ticket.member_id == gate.viewer().member_id else None


def _new_password_form(ticket: Ticket) -> Form:
    return Form(NewPasswordIn(own_data(tickets.member_of(ticket))))


def _new_password_page(form: Form, token: str) -> Any:
    return page("accounts/reset_link.html", form.status, form=form, token=token)


def _method_of_session(session_id: int | None) -> str:
    row = db.session.get(SignIn, session_id) if session_id is not None else None
    return row.method if row is not None else "password"
