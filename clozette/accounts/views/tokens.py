"""Tokens for the API. A token is shown in the answer to the POST that made it, and never again."""

from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _

from clozette.accounts import access, throttle
from clozette.accounts.fresh import proved_recently
from clozette.accounts.schemas import SCOPES, TokenIn
from clozette.accounts.services import tokens
from clozette.accounts.views.blueprint import blueprint, page, verb
from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form


@blueprint.get("/settings/tokens")
@gate.members()
def tokens_page() -> Any:
    """List the tokens that work, and offer to make one."""
    return _page(Form(TokenIn, {"days": 90}))


@blueprint.post("/settings/tokens")
@gate.members(collects="CP2")
@proved_recently("/settings/tokens")
def make_token() -> Any:
    """Make a token and show it once."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    form = Form(TokenIn)
    if not form.load():
        return _page(form)
    throttle.by_member("token-make", viewer.member_id)
    try:
        made = tokens.make(viewer.member_id, **form.data, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(form)
    return _page(Form(TokenIn, {"days": 90}), made=made, status=201)


@blueprint.route("/settings/tokens/<id:token_id>", methods=["POST", "DELETE"])
@gate.members()
def revoke_token(token_id: int) -> Any:
    """Revoke a token."""
    token = access.own_token(gate.viewer(), token_id)
    if verb() == "DELETE":
        tokens.revoke(token, now=clock.now())
        flash(_("The token is revoked."), "success")
    return redirect("/settings/tokens", 303)


def _page(form: Form, *, made: str | None = None, status: int | None = None) -> Any:
    viewer = gate.viewer()
    assert viewer.member_id is not None
    working = tokens.working(viewer.member_id, now=clock.now())
    values = {"form": form, "tokens": working, "scopes": _scopes(), "made": made}
    return page("accounts/tokens.html", status or form.status, **values)


def _scopes() -> list[tuple[str, str]]:
    words = {
        "closet:read": _("read your closet"),
        "closet:write": _("change your closet"),
        "looks:read": _("read looks as you see them"),
        "looks:write": _("make and change looks, love and comment as you"),
        "feed:read": _("read your feed"),
        "profile:read": _("read profiles as you see them"),
        "follows:write": _("follow and unfollow members as you"),
        "contests:read": _("read contests and your entries"),
        "contests:write": _("enter contests, vote and answer surveys as you"),
        "shop:read": _("read what you bought and sold"),
        "shop:write": _("offer things of yours, and change what you offer"),
        "privacy:read": _("read your consents, who got your data, and your exports"),
        "privacy:write": _("agree and take back, and ask for exports, as you"),
    }
    return [(scope, words[scope]) for scope in SCOPES]
