"""Joining and confirming the mail address."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.accounts import addresses, browser, countries, passwords, throttle
from clozette.accounts.schemas import AddressIn, RegisterIn
from clozette.accounts.services import registration, tickets
from clozette.accounts.services.registration import Joining
from clozette.accounts.views.blueprint import blueprint, link_gone, me, page
from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices, policies
from clozette.privacy.policies import acceptances


@blueprint.get("/register")
@gate.everyone()
def register_form() -> Any:
    """Show the form for new members."""
    if gate.viewer().is_member:
        return redirect("/", 303)
    return _register_page(Form(RegisterIn))


@blueprint.post("/register")
@gate.everyone(collects="CP1")
def register() -> Any:
    """Add a member. The answer is the same whether or not the address is known."""
    if gate.viewer().is_member:
        return redirect("/", 303)
    form = Form(RegisterIn)
    if not form.load():
        return _register_page(form)
    throttle.by_address("register")
    throttle.by_mail("register", str(addresses.canonical(form.data["email"])))
    try:
        ticket_id = registration.register(_joining(form.data), now=clock.now(), circumstances=browser.circumstances())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _register_page(form)
    browser.remember_joining(ticket_id)
    return redirect("/register/sent", 303)


@blueprint.get("/register/sent")
@gate.everyone()
def register_sent() -> Any:
    """Say to look into the mailbox."""
    return render_template("accounts/register_sent.html")


@blueprint.get("/confirm")
@gate.everyone()
def confirm_form() -> Any:
    """Offer to mail the link again."""
    if gate.viewer().is_confirmed:
        return redirect("/", 303)
    return _confirm_page(Form(AddressIn))


@blueprint.post("/confirm")
@gate.everyone(collects="CP1")
def ask_to_confirm() -> Any:
    """Mail the link again, where somebody waits for it. The answer is the same where nobody does."""
    form = Form(AddressIn, {"email": me().email} if gate.viewer().is_member else None)
    if gate.viewer().is_member:
        email = form.value("email")
    elif form.load():
        email = form.data["email"]
    else:
        return _confirm_page(form)
    throttle.by_address("confirm")
    throttle.by_mail("confirm", str(addresses.canonical(email)))
    passwords.spend_as_long()
    registration.ask_again(email, now=clock.now())
    return redirect("/register/sent", 303)


@blueprint.get("/confirm/<token>")
@gate.everyone()
def confirm_link(token: str) -> Any:
    """Show one button: opening a link acts on nothing, because scanners of mail open links too."""
    ticket = tickets.find(token, tickets.CONFIRM, clock.now())
    return page("accounts/confirm_link.html", token=token) if ticket else link_gone()


@blueprint.post("/confirm/<token>")
@gate.everyone(collects="CP1")
def confirm(token: str) -> Any:
    """Confirm the address, once."""
    throttle.by_address("link")
    now = clock.now()
    ticket = tickets.find(token, tickets.CONFIRM, now)
    member = registration.confirm(ticket, now=now) if ticket else None
    if ticket is None or member is None:
        return link_gone()
    if gate.viewer().member_id == member.id:
        return redirect("/welcome", 303)
    if not gate.viewer().is_member and browser.has_joined_with(ticket.id):
        browser.sign_in(member, method="password", now=now)
        return redirect("/welcome", 303)
    flash(_("Your mail address is confirmed. You can sign in now."), "success")
    return redirect("/login", 303)


@blueprint.get("/welcome")
@gate.members()
def welcome() -> Any:
    """Greet a new member and offer a passkey first."""
    return render_template("accounts/welcome.html")


def _register_page(form: Form) -> Any:
    return page(
        "accounts/register.html",
        form.status,
        form=form,
        countries=countries.choices(),
        terms=policies.here(kind="terms"),
        terms_label=acceptances.label,
    )


def _confirm_page(form: Form) -> Any:
    return page("accounts/confirm.html", form.status, form=form)


def _joining(data: dict[str, Any]) -> Joining:
    return Joining(
        email=data["email"],
        password_hash=passwords.hash_password(data["password"]),
        display_name=data["display_name"],
        handle=data["handle"],
        country=data["country"],
        birth_date=data["birth_date"],
        locale=str(get_locale() or request.accept_languages.best or "en")[:16],
        terms=data["terms"],
        shown=notices.answered(registration.POINT),
    )
