"""``/marketing/mailchimp``: how the second channel stands, and campaigns that go out by it."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template

from clozette.kernel import clock, events
from clozette.kernel.database import db
from clozette.kernel.ports import mailing_list
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web.gate import staff
from clozette.newsletters.campaigns import access
from clozette.newsletters.campaigns.rendering import BadCampaign
from clozette.newsletters.mailchimp import posting, queries
from clozette.newsletters.mailchimp.events import ReconciliationAsked
from clozette.newsletters.mailchimp.models import Posting

blueprint = Blueprint("mailchimp", __name__, url_prefix="/marketing/mailchimp")
PAGE = "/marketing/mailchimp"


@blueprint.get("")
@staff("marketing")
def overview() -> str:
    """Show how it stands."""
    return _page()


@blueprint.post("/reconciliations")
@staff("marketing")
def reconcile() -> Any:
    """Hold both sides against each other now, not at night."""
    _only_on()
    events.publish(ReconciliationAsked())
    return redirect(PAGE, 303)


@blueprint.post("/campaigns/<id:campaign_id>")
@staff("marketing")
def lay(campaign_id: int) -> Any:
    """Lay a draft before Mailchimp."""
    _only_on()
    campaign = access.campaign_for_staff(campaign_id)
    try:
        posting.lay(campaign, clock.now())
    except Refused as refused:
        return _page(refused.refusal), 409
    except BadCampaign as bad:
        return _page(Refusal("bad", " ".join(fault.words for fault in bad.faults), "campaign")), 409
    return redirect(PAGE, 303)


@blueprint.post("/campaigns/<id:campaign_id>/sending")
@staff("marketing")
def send(campaign_id: int) -> Any:
    """Let Mailchimp send it."""
    _only_on()
    found = db.session.get(Posting, campaign_id) or abort(404)
    try:
        posting.send(found, clock.now())
    except Refused as refused:
        return _page(refused.refusal), 409
    return redirect(PAGE, 303)


def _page(refusal: Refusal | None = None) -> str:
    return render_template("marketing/mailchimp.html", seen=queries.overview(clock.now()), refusal=refusal)


def _only_on() -> None:
    if not mailing_list.is_on():
        abort(404)
