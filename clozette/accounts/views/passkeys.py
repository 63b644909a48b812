"""Passkeys: options for the browser as JSON, answers by form, so that every outcome is a page."""

from typing import Any

from flask import Response, flash, jsonify, redirect, session
from flask_babel import gettext as _

from clozette.accounts import access, browser, fresh, redirects, throttle
from clozette.accounts.fresh import proved_recently
from clozette.accounts.schemas import CredentialIn, LoginIn, NameIn, VerifyIn
from clozette.accounts.services import passkeys, sign_ins
from clozette.accounts.services.passkeys import BadPasskey
from clozette.accounts.views.blueprint import blueprint, me, page, verb
from clozette.accounts.views.signing_in import deactivated, go_on
from clozette.kernel import clock, ids
from clozette.kernel.web import errors, gate
from clozette.kernel.web.forms import Form

CHALLENGE = "wan"
SECURITY = "/settings/security"


@blueprint.post("/wan-signin")
@gate.everyone(collects="CP2")
def passkey_sign_in_options() -> Response:
    """Give a challenge to whoever wants to sign in."""
    throttle.by_address("passkey")
    return _options(passkeys.ask_to_prove(passkeys.SIGN_IN, now=clock.now()))


@blueprint.post("/wan-signin/answer")
@gate.everyone(collects="CP2")
def passkey_sign_in() -> Any:
    """Sign in whoever answers the challenge."""
    throttle.by_address("passkey")
    form = Form(CredentialIn)
    proof = _proof(form, passkeys.SIGN_IN) if form.load() else None
    if proof is None or not proof.member.active:
        login = Form(LoginIn, {"next": redirects.local_path(form.values.get("next"))})
        login.errors["_schema"] = [deactivated().message if proof else _("That passkey isn't known here.")]
        return page("accounts/login.html", 422, form=login)
    return go_on(proof.member, "passkey" if proof.user_verified else "key", form.data["next"])


@blueprint.post("/wan-verify")
@gate.members(unconfirmed=True, collects="CP2")
def passkey_verify_options() -> Response:
    """Give a challenge for the member's own passkeys."""
    throttle.by_address("passkey")
    return _options(passkeys.ask_to_prove(passkeys.VERIFY, now=clock.now(), member=me()))


@blueprint.post("/wan-verify/answer")
@gate.members(unconfirmed=True, collects="CP2")
def passkey_verify() -> Any:
    """Take a passkey as proof; if the device checked its owner, as a second factor too."""
    viewer = gate.viewer()
    assert viewer.session_id is not None
    throttle.by_address("passkey")
    form = Form(CredentialIn)
    proof = _proof(form, passkeys.VERIFY, viewer.member_id) if form.load() else None
    if proof is None:
        again = Form(VerifyIn, {"next": redirects.local_path(form.values.get("next"))})
        again.errors["_schema"] = [_("That passkey isn't one of yours.")]
        return page("accounts/verify.html", 422, form=again)
    method = "passkey" if proof.user_verified else None
    sign_ins.prove_again(viewer.session_id, now=clock.now(), method=method)
    return redirect(redirects.local_path(form.data["next"]), 303)


@blueprint.get("/wan-register")
@gate.members()
@proved_recently("/wan-register")
def passkey_form() -> Any:
    """Show what a passkey is and the button that makes one."""
    return _add_page(Form(CredentialIn, {"name": browser.circumstances().agent}))


@blueprint.post("/wan-register")
@gate.members(collects="CP2")
def passkey_add_options() -> Response:
    """Give a challenge for a new passkey."""
    if not fresh.is_fresh():
        return errors.problem(403, _("Please prove first who you are."), code="stale")
    throttle.by_address("passkey")
    return _options(passkeys.ask_to_add(me(), now=clock.now()))


@blueprint.post("/wan-register/answer")
@gate.members(collects="CP2")
@proved_recently("/wan-register")
def passkey_add() -> Any:
    """Keep the new passkey."""
    form = Form(CredentialIn)
    if not form.load():
        return _add_page(form)
    name = form.data["name"] or browser.circumstances().agent or _("Passkey")
    try:
        passkeys.add(me(), _challenge_id(), form.data["credential"], name=name, now=clock.now())
    except BadPasskey:
        form.errors["_schema"] = [_("That did not work; the passkey may be known already. Please try again.")]
        form.status = 422
        return _add_page(form)
    flash(_("Your passkey is ready. Next time you can sign in with it, without a password."), "success")
    return redirect(SECURITY, 303)


@blueprint.get("/settings/passkeys/<id:passkey_id>")
@gate.members()
def passkey_page(passkey_id: int) -> Any:
    """Show one passkey's name, to change it."""
    passkey = access.own_passkey(gate.viewer(), passkey_id)
    return _name_page(Form(NameIn, {"name": passkey.name}), passkey)


@blueprint.route("/settings/passkeys/<id:passkey_id>", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
@proved_recently(SECURITY)
def change_passkey(passkey_id: int) -> Any:
    """Rename a passkey, or remove it."""
    passkey = access.own_passkey(gate.viewer(), passkey_id)
    if verb() == "DELETE":
        passkeys.remove(passkey)
        flash(_("The passkey is removed."), "success")
        return redirect(SECURITY, 303)
    form = Form(NameIn)
    if not form.load():
        return _name_page(form, passkey)
    passkeys.rename(passkey, form.data["name"])
    return redirect(SECURITY, 303)


def _options(asked: tuple[int, dict[str, Any]]) -> Response:
    challenge_id, options = asked
    session[CHALLENGE] = ids.encode(challenge_id)
    return jsonify(options)


def _challenge_id() -> int:
    try:
        return ids.decode(str(session.pop(CHALLENGE, "")))
    except ValueError:
        return 0


def _proof(form: Form, purpose: str, member_id: int | None = None) -> passkeys.Proof | None:
    answer = form.data["credential"]
    try:
        return passkeys.prove(_challenge_id(), answer, purpose, now=clock.now(), member_id=member_id)
    except BadPasskey:
        return None


def _add_page(form: Form) -> Any:
    return page("accounts/wan_register.html", form.status, form=form)


def _name_page(form: Form, passkey: Any) -> Any:
    return page("accounts/passkey.html", form.status, form=form, passkey=passkey)
