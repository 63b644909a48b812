"""The member's settings: overview, profile, handle, security, sessions."""

from typing import Any

from babel import Locale
from flask import flash, redirect, render_template
from flask_babel import gettext as _

from clozette.accounts import access, browser, countries, queries, rules, throttle
from clozette.accounts.schemas import HandleIn, ProfileIn, languages
from clozette.accounts.services import members, second_factor, sign_ins
from clozette.accounts.services.members import Profile
from clozette.accounts.views.blueprint import blueprint, me, page, verb
from clozette.kernel import clock, images
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.media.services import BadPhoto


@blueprint.get("/settings")
@gate.members(unconfirmed=True)
def settings() -> Any:
    """Show what can be set, and where."""
    return render_template("accounts/settings.html", member=me())


@blueprint.get("/settings/profile")
@gate.members()
def profile_form() -> Any:
    """Show the profile to be changed."""
    member = me()
    shown = {name: getattr(member, name) for name in ("display_name", "bio", "country", "time_zone", "locale")}
    return _profile_page(Form(ProfileIn, shown))


@blueprint.post("/settings/profile")
@gate.members(collects="CP2")
def change_profile() -> Any:
    """Change the profile."""
    form = Form(ProfileIn)
    if not form.load():
        return _profile_page(form)
    try:
        _change_profile(form.data)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _profile_page(form)
    except BadPhoto as bad:
        form.errors["avatar"] = [bad.message]
        form.status = 422
        return _profile_page(form)
    flash(_("Your profile is changed."), "success")
    return redirect("/settings/profile", 303)


@blueprint.get("/settings/handle")
@gate.members()
def handle_form() -> Any:
    """Ask for another handle."""
    return _handle_page(Form(HandleIn, {"handle": gate.viewer().handle}))


@blueprint.post("/settings/handle")
@gate.members(collects="CP2")
def change_handle() -> Any:
    """Take another handle."""
    form = Form(HandleIn)
    if not form.load():
        return _handle_page(form)
    member = me()
    throttle.by_member("handle-change", member.id)
    try:
        members.change_handle(member, form.data["handle"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _handle_page(form)
    flash(_("You are @%(handle)s now.", handle=member.handle), "success")
    return redirect("/settings/profile", 303)


@blueprint.get("/settings/security")
@gate.members(unconfirmed=True)
def security() -> Any:
    """Show how the member signs in."""
    member = me()
    left = second_factor.codes_left(member.id) if member.has_totp else 0
    return page("accounts/security.html", member=member, codes_left=left)


@blueprint.get("/settings/sessions")
@gate.members(unconfirmed=True)
def sessions() -> Any:
    """List where the member is signed in."""
    viewer, now = gate.viewer(), clock.now()
    rows = [
        row
        for row in queries.open_sign_ins(viewer)
        if not rules.is_over(started_at=row.started_at, last_seen_at=row.last_seen_at, now=now)
    ]
    return page("accounts/sessions.html", sign_ins=rows)


@blueprint.route("/settings/sessions", methods=["POST", "DELETE"])
@gate.members(unconfirmed=True)
def sign_out_everywhere() -> Any:
    """End every session, this one too."""
    now = clock.now()
    sign_ins.end_all(me(), because="everywhere", now=now)
    browser.sign_out(because="everywhere", now=now)
    flash(_("You are signed out on all devices."), "success")
    return redirect("/login", 303)


@blueprint.route("/settings/sessions/<id:sign_in_id>", methods=["POST", "DELETE"])
@gate.members(unconfirmed=True)
def end_session(sign_in_id: int) -> Any:
    """End one session."""
    row = access.own_sign_in(gate.viewer(), sign_in_id)
    if verb() == "DELETE":
        sign_ins.end(row.id, because="from-elsewhere", now=clock.now())
        flash(_("That device is signed out."), "success")
    return redirect("/settings/sessions", 303)


def _change_profile(data: dict[str, Any]) -> None:
    member, now = me(), clock.now()
    names = ("display_name", "bio", "country", "time_zone", "locale")
    members.change_profile(member, Profile(**{name: data[name] for name in names}), now=now)
    if data["avatar"] is not None:
        members.set_avatar(member, data["avatar"], now=now)
    elif data["remove_avatar"]:
        members.remove_avatar(member)


def _profile_page(form: Form) -> Any:
    lists = {"countries": countries.choices(), "zones": countries.zones()}
    lists["languages"] = [(code, Locale.parse(code).get_display_name() or code) for code in languages()]
    photos = {"accept": images.accept_attribute(), "accepted": images.accepted_sentence()}
    return page("accounts/profile.html", form.status, form=form, member=me(), **lists, **photos)


def _handle_page(form: Form) -> Any:
    return page("accounts/handle.html", form.status, form=form, days=rules.HANDLE_REST.days)
