"""Pages of a sponsor: what they may fetch, and what they were asked to erase. They see nothing else of the site's people."""

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template
from flask_babel import gettext as _

from clozette.accounts.fresh import proved_recently
from clozette.contests.sponsors import access, duties, fields, handing, hooks, queries, sharing
from clozette.contests.sponsors.models import Handout, Sponsor
from clozette.contests.sponsors.schemas import ConfirmIn, HookIn
from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

HERE = "/sponsor"
blueprint = Blueprint("sponsor", __name__, url_prefix=HERE)


@blueprint.get("")
@gate.members()
def overview() -> Any:
    """Show what was prepared for the sponsor, and what there is to erase."""
    return _overview(_sponsor(), Form(ConfirmIn))


@blueprint.get("/handouts/<id:handout_id>")
@gate.members()
def handout(handout_id: int) -> Any:
    """Show what one of them gives, and how often it was fetched."""
    sponsor = _sponsor()
    return _handout(sponsor, access.handout_of(sponsor, handout_id), Form(ConfirmIn))


@blueprint.post("/handouts/<id:handout_id>/files")
@gate.members()
@proved_recently(HERE)
def fetch(handout_id: int) -> Any:
    """Read it now, log it, and send it."""
    sponsor = _sponsor()
    found, me = access.handout_of(sponsor, handout_id), gate.viewer().subject_id
    assert me is not None
    try:
        file = handing.fetch(found, by_id=me, now=clock.now())
    except Refused as refused:
        form = Form(ConfirmIn)
        form.refuse(refused.refusal)
        return _handout(sponsor, found, form)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"}
    return Response(file.payload, mimetype=file.type, headers=headers)


@blueprint.post("/tellings/<id:telling_id>")
@gate.members(collects="CP2")
def confirm(telling_id: int) -> Any:
    """Say that what we asked for is done."""
    sponsor, form = _sponsor(), Form(ConfirmIn)
    if not form.load():
        return _overview(sponsor, form)
    try:
        duties.confirm(sponsor, telling_id, seen=form.data["seen"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _overview(sponsor, form)
    flash(_("Thank you. The person sees that it is done."), "success")
    return redirect(HERE, 303)


@blueprint.get("/hook")
@gate.members()
def hook() -> Any:
    """Show the sponsor's own address, if they have one, and how it works."""
    return _hook(_sponsor(), Form(HookIn))


@blueprint.post("/hook")
@gate.members(collects="CP2")
@proved_recently(f"{HERE}/hook")
def set_hook() -> Any:
    """Keep it, and show the secret for it: this once."""
    sponsor, form = _sponsor(), Form(HookIn)
    if not form.load():
        return _hook(sponsor, form)
    return _hook(sponsor, form, secret=hooks.set_address(sponsor, form.data["address"], now=clock.now()))


@blueprint.post("/hook/trial")
@gate.members()
def try_hook() -> Any:
    """Have it tried again."""
    sponsor, form = _sponsor(), Form(HookIn)
    try:
        hooks.try_again(sponsor)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _hook(sponsor, form)
    flash(_("It is being tried. Look again in a minute."), "success")
    return redirect(f"{HERE}/hook", 303)


def _hook(sponsor: Sponsor, form: Form, secret: str = "") -> Any:
    values: dict[str, Any] = {"hook": queries.hook_of(sponsor.id), "secret": secret}
    page = make_response(render_template("contests/sponsor/hook.html", sponsor=sponsor, form=form, **values))
    return _private(page, form)


def _sponsor() -> Sponsor:
    """Return whom the viewer signs in for; without a second factor they read how to set one up."""
    found = access.sponsor_of(gate.viewer())
    if not gate.viewer().has_second_factor:
        abort(make_response(render_template("contests/sponsor/second_factor.html", sponsor=found), 404))
    return found


def _overview(sponsor: Sponsor, form: Form) -> Any:
    values: dict[str, Any] = {
        "handouts": [(one, sharing.title_of(one.sharing_id)) for one in handing.of_sponsor(sponsor)],
        "duties": duties.of_sponsor(sponsor),
        "now": clock.now(),
    }
    page = make_response(render_template("contests/sponsor/index.html", sponsor=sponsor, form=form, **values))
    return _private(page, form)


def _handout(sponsor: Sponsor, found: Handout, form: Form) -> Any:
    values: dict[str, Any] = {
        "asked": found.sharing,
        "title": sharing.title_of(found.sharing_id),
        "titles": fields.titles(found.sharing.fields),
        "fetches": handing.fetches(found),
        "now": clock.now(),
    }
    page = make_response(
        render_template("contests/sponsor/handout.html", sponsor=sponsor, handout=found, form=form, **values)
    )
    return _private(page, form)


def _private(page: Response, form: Form) -> Response:
    page.headers["Cache-Control"] = "no-store"
    page.status_code = form.status
    return page
