"""Signing in and out, the second step, and proving oneself again."""

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, request
from flask_babel import gettext as _

from clozette.accounts import addresses, browser, passwords, queries, redirects, throttle
from clozette.accounts.models import Member
from clozette.accounts.schemas import CodeIn, LoginIn, VerifyIn
from clozette.accounts.services import credentials, second_factor, sign_ins
from clozette.accounts.views.blueprint import blueprint, page
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy.policies import acceptances, questions


@blueprint.get("/login")
@gate.everyone()
def login_form() -> Any:
    """Show the ways to sign in."""
    wanted = redirects.local_path(request.args.get("next"))
    if gate.viewer().is_member:
        return redirect(wanted, 303)
    return _login_page(Form(LoginIn, {"next": wanted}))


@blueprint.post("/login")
@gate.everyone(collects="CP2")
def login() -> Any:
    """Sign in with address and password. Unknown address and wrong password look alike and take as long."""
    form = Form(LoginIn)
    if not form.load():
        return _login_page(form)
    canonical = addresses.canonical(form.data["email"])
    throttle.sign_in(canonical or form.data["email"].casefold())
    known = queries.known_by_mail(canonical)
    password = form.data["password"]
    if not passwords.verify(password, known.password if known else None):
        return _wrong(form, _login_page)
    assert known is not None and canonical is not None
    better = passwords.hash_password(password) if passwords.needs_new_hash(known.password) else None
    member = db.session.get(Member, known.member_id)
    if member is None or member.password != known.password:
        return _wrong(form, _login_page)
    if not member.active:
        form.refuse(deactivated())
        return _login_page(form)
    throttle.signed_in(canonical)
    if better:
        credentials.rehash(member.id, better)
    return go_on(member, "password", form.data["next"])


def go_on(member: Member, method: str, wanted: str) -> Any:
    """Sign in, or ask for the code first; then lead to the page that was wanted."""
    now = clock.now()
    wanted = redirects.local_path(wanted)
    if member.has_totp and method not in sign_ins.SECOND_FACTORS:
        browser.begin_second_step(member, method=method, now=now)
        return redirect("/tf-validate?" + urlencode({"next": wanted}), 303)
    browser.sign_in(member, method=method, now=now)
    if member.roles and method not in sign_ins.SECOND_FACTORS:
        flash(
            _("Your staff pages open once you sign in with a second factor. Set one up, or use your passkey."), "info"
        )
        return redirect("/tf-setup" if not member.webauthn else "/verify", 303)
    if questions.pending(member.subject_id) or acceptances.to_accept(member.subject_id):
        return redirect("/privacy/changes?" + urlencode({"next": wanted}), 303)
    return redirect(wanted, 303)


@blueprint.get("/tf-validate")
@gate.everyone()
def code_form() -> Any:
    """Ask for the code of the second factor."""
    if browser.half_signed_in(clock.now()) is None:
        return redirect("/login", 303)
    return _code_page(Form(CodeIn, {"next": redirects.local_path(request.args.get("next"))}))


@blueprint.post("/tf-validate")
@gate.everyone(collects="CP2")
def code() -> Any:
    """Take the code; each is good once."""
    half = browser.half_signed_in(clock.now())
    if half is None:
        return redirect("/login", 303)
    form = Form(CodeIn)
    if not form.load():
        return _code_page(form)
    throttle.by_member("second-factor", half.member.id)
    if not second_factor.takes(half.member, form.data["code"]):
        return _wrong_code(form, _code_page)
    return go_on(half.member, f"{half.method}+totp", form.data["next"])


@blueprint.get("/mf-recovery")
@gate.everyone()
def recovery_form() -> Any:
    """Ask for a recovery code."""
    if browser.half_signed_in(clock.now()) is None:
        return redirect("/login", 303)
    return _recovery_page(Form(CodeIn, {"next": redirects.local_path(request.args.get("next"))}))


@blueprint.post("/mf-recovery")
@gate.everyone(collects="CP2")
def recovery() -> Any:
    """Take a recovery code instead of the second factor; each is good once."""
    now = clock.now()
    half = browser.half_signed_in(now)
    if half is None:
        return redirect("/login", 303)
    form = Form(CodeIn)
    if not form.load():
        return _recovery_page(form)
    throttle.by_member("second-factor", half.member.id)
    if not second_factor.takes_recovery_code(half.member, form.data["code"], now=now):
        return _wrong_code(form, _recovery_page)
    left = second_factor.codes_left(half.member.id)
    answer = go_on(half.member, f"{half.method}+recovery", form.data["next"])
    flash(_("That code is used up. You have %(count)s left.", count=left), "info")
    return answer


@blueprint.get("/logout")
@gate.everyone()
def logout_form() -> Any:
    """Show one button."""
    return page("accounts/logout.html")


@blueprint.post("/logout")
@gate.everyone()
def logout() -> Any:
    """End this browser's session."""
    browser.sign_out(because="signed-out", now=clock.now())
    return redirect("/", 303)


@blueprint.get("/verify")
@gate.members(unconfirmed=True, leaving=True)
def verify_form() -> Any:
    """Ask once more who it is, before something that matters."""
    return _verify_page(Form(VerifyIn, {"next": redirects.local_path(request.args.get("next"))}))


@blueprint.post("/verify")
@gate.members(unconfirmed=True, leaving=True, collects="CP2")
def verify() -> Any:
    """Take the password as proof; for some minutes credentials may be changed."""
    viewer = gate.viewer()
    assert viewer.member_id is not None and viewer.session_id is not None
    form = Form(VerifyIn)
    if not form.load():
        return _verify_page(form)
    if not right_password(viewer.member_id, form.data["password"]):
        form.errors["password"] = [_("This is not your password.")]
        form.status = 422
        return _verify_page(form)
    sign_ins.prove_again(viewer.session_id, now=clock.now())
    return redirect(redirects.local_path(form.data["next"]), 303)


def right_password(member_id: int, password: str) -> bool:
    """Whether this is the member's password; tries are counted."""
    throttle.by_member("verify-account", member_id)
    known = queries.known_by_id(member_id)
    return passwords.verify(password, known.password if known else None)


def deactivated() -> Refusal:
    """Say to whoever proved that the account is theirs that it was closed."""
    return Refusal("deactivated", _("This account was closed by our staff. Write to us if you think that is wrong."))


def _wrong(form: Form, show: Any) -> Any:
    form.errors["_schema"] = [_("Mail address or password is wrong.")]
    form.status = 422
    return show(form)


def _wrong_code(form: Form, show: Any) -> Any:
    form.errors["code"] = [_("This code is wrong, too old, or was used already.")]
    form.status = 422
    return show(form)


def _login_page(form: Form) -> Any:
    return page("accounts/login.html", form.status, form=form)


def _code_page(form: Form) -> Any:
    return page("accounts/tf_validate.html", form.status, form=form)


def _recovery_page(form: Form) -> Any:
    return page("accounts/mf_recovery.html", form.status, form=form)


def _verify_page(form: Form) -> Any:
    return page("accounts/verify.html", form.status, form=form)
