"""Setting up TOTP and recovery codes. Secrets are shown in the answer to the POST that made them, and never again."""

from typing import Any

from flask import flash, redirect, request
from flask_babel import gettext as _

from clozette.accounts import throttle
from clozette.accounts.fresh import proved_recently
from clozette.accounts.schemas import CodeIn
from clozette.accounts.services import second_factor, sign_ins
from clozette.accounts.views.blueprint import blueprint, me, page
from clozette.kernel import clock
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

SECURITY = "/settings/security"


@blueprint.get("/tf-setup")
@gate.members()
@proved_recently("/tf-setup")
def setup_form() -> Any:
    """Show where the set-up stands: not begun, or the picture to scan."""
    if me().has_totp:
        return redirect(SECURITY, 303)
    return _setup_page(Form(CodeIn))


@blueprint.post("/tf-setup")
@gate.members(collects="CP2")
@proved_recently("/tf-setup")
def setup() -> Any:
    """Begin the set-up; or, with a code, finish it."""
    member = me()
    if member.has_totp:
        return redirect(SECURITY, 303)
    if "code" not in request.form:
        second_factor.begin(member)
        return redirect("/tf-setup", 303)
    return _finish()


@blueprint.post("/tf-disable")
@gate.members(collects="CP2")
@proved_recently(SECURITY)
def disable() -> Any:
    """Stop asking for codes."""
    member = me()
    if member.has_totp:
        second_factor.turn_off(member)
        flash(_("Signing in no longer asks for a code."), "success")
    return redirect(SECURITY, 303)


@blueprint.post("/mf-recovery-codes")
@gate.members(collects="CP2")
@proved_recently(SECURITY)
def renew_codes() -> Any:
    """Make other recovery codes and show them once."""
    member = me()
    if not member.has_totp:
        return redirect(SECURITY, 303)
    return page("accounts/recovery_codes.html", codes=second_factor.renew_codes(member, now=clock.now()), fresh=False)


def _finish() -> Any:
    form = Form(CodeIn)
    if not form.load():
        return _setup_page(form)
    member, now = me(), clock.now()
    throttle.by_member("second-factor", member.id)
    codes = second_factor.turn_on(member, form.data["code"], now=now)
    if codes is None:
        form.errors["code"] = [
            _("This code doesn't fit. Look whether your device's clock is right, and take the next.")
        ]
        form.status = 422
        return _setup_page(form)
    session_id = gate.viewer().session_id
    assert session_id is not None
    sign_ins.end_all(member, because="second-factor-set-up", now=now, but=session_id)
    sign_ins.prove_again(session_id, now=now, method="password+totp")
    return page("accounts/recovery_codes.html", codes=codes, fresh=True)


def _setup_page(form: Form) -> Any:
    member = me()
    shown = second_factor.secret_to_show(member) if member.tf_totp_secret else None
    return page("accounts/tf_setup.html", form.status, form=form, shown=shown)
