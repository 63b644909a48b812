"""Pages of a campaign under way: pausing it, going on, and what nobody knows the end of."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import fields, validate

from clozette.kernel import clock
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.schemas import RowId, Schema
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff
from clozette.newsletters.campaigns import access
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import queries, services

ROLE = "marketing"
blueprint = Blueprint("sending", __name__, url_prefix="/marketing/campaigns/<id:campaign_id>")


class SettleIn(Schema):
    """What staff say about one sending in doubt."""

    contact = RowId(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("sent", "queued")))


@blueprint.get("/sending")
@staff(ROLE)
def sending(campaign_id: int) -> str:
    """Show how far a campaign is."""
    return _page(access.campaign_for_staff(campaign_id))


@blueprint.post("/pause")
@staff(ROLE, collects="CP2")
def pause(campaign_id: int) -> Any:
    """Stop for now; what is on its way arrives."""
    return _do(campaign_id, lambda found: services.pause(found, "staff", clock.now()), _("It is paused."))


@blueprint.post("/resumption")
@staff(ROLE, collects="CP2")
def resume(campaign_id: int) -> Any:
    """Go on."""
    return _do(campaign_id, lambda found: services.resume(found, clock.now()), _("It goes on."))


@blueprint.post("/end")
@staff(ROLE, collects="CP2")
def stop(campaign_id: int) -> Any:
    """Send no more of it."""
    return _do(campaign_id, lambda found: services.stop(found, clock.now()), _("Nobody else gets it."))


@blueprint.get("/uncertain")
@staff(ROLE)
def uncertain(campaign_id: int) -> str:
    """List what nobody knows the end of, without saying whose it is."""
    return _list(access.campaign_for_staff(campaign_id), None)


@blueprint.post("/uncertain")
@staff(ROLE, collects="CP2")
def settle(campaign_id: int) -> Any:
    """Say what became of one of them."""
    found, form = access.campaign_for_staff(campaign_id), Form(SettleIn)
    if not form.load():
        return _list(found, _("Say what became of one of them.")), 422
    if not services.settle_by_hand(found, [form.data["contact"]], form.data["outcome"], clock.now()):
        return _list(found, _("This one is not in doubt any more.")), 409
    flash(_("Noted."), "success")
    return redirect(url_for(".uncertain", campaign_id=found.id), 303)


def _list(found: Campaign, refusal: str | None) -> str:
    page = queries.uncertain(found, read_cursor(request.args.get("after")) or 0)
    return render_template("marketing/uncertain.html", campaign=found, page=page, refusal=refusal)


def _do(campaign_id: int, deed: Callable[[Campaign], None], said: str) -> Any:
    found = access.campaign_for_staff(campaign_id)
    try:
        deed(found)
    except Refused as refused:
        return _page(found, refused.refusal.message), 409
    flash(said, "success")
    return redirect(url_for(".sending", campaign_id=found.id), 303)


def _page(found: Campaign, refusal: str | None = None) -> str:
    return render_template("marketing/sending.html", campaign=found, failures=queries.failures(found), refusal=refusal)
