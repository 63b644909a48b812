"""Newsletters in the account: the address is proven there, so one press is enough, and another ends it."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template
from flask_babel import gettext as _

from clozette.accounts.access import oneself
from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.newsletters.subscriptions import access, proven, queries, services, suppressions
from clozette.newsletters.subscriptions.models import Contact
from clozette.newsletters.subscriptions.schemas import OwnIn
from clozette.newsletters.subscriptions.views.public import came_from, offers
from clozette.privacy import consents, notices, purposes

blueprint = Blueprint("own_newsletters", __name__)
HERE = "/settings/newsletters"
_SHUT = frozenset({"bounced", "staff"})


@blueprint.get(HERE)
@gate.members()
def overview() -> Any:
    """Show every newsletter with a button: to get it, or to end it."""
    contact = queries.contact_of(_me().email_canonical)
    names = {"first_name": contact.first_name, "last_name": contact.last_name} if contact else {}
    return _page(Form(OwnIn, names))


@blueprint.post(HERE)
@gate.members(collects=services.POINT)
def subscribe() -> Any:
    """Subscribe at one press."""
    form = Form(OwnIn)
    if not form.load():
        return _page(form)
    try:
        title = take(_me(), form.data, notices.answered(services.POINT), method="form:settings", source="settings")
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(form)
    flash(_("You get “%(title)s” from now on.", title=title), "success")
    return redirect(HERE, 303)


@blueprint.route(f"{HERE}/<slug>", methods=["POST", "DELETE"])
@gate.members()
def leave(slug: str) -> Any:
    """End one newsletter; the others go on."""
    found = queries.subscription_of(_me().email_canonical, slug)
    if found is not None and services.leave(found, method="page:settings", now=clock.now()):
        flash(_("“%(title)s” ended.", title=found.newsletter.title), "success")
    return redirect(HERE, 303)


def take(member: Member, data: dict[str, Any], shown: notices.Shown | None, *, method: str, source: str) -> str:
    """Subscribe a member at their own address and return the newsletter's title; for the page and the API.

    :raises Refused: for a minor, and where no mail can be sent.
    """
    now = clock.now()
    (newsletter,) = access.chosen([data["newsletter"]])
    if consents.is_minor(member.subject_id, now):
        raise Refused(consents.guardian_needed())
    contact = proven.settle(member, now) or services.contact_for(member.email, now, member.locale)
    refuse(_why_no_mail(contact))
    services.know(contact, data["first_name"], data["last_name"], locale=member.locale, now=now)
    contact.country, contact.time_zone = member.country, member.time_zone
    how: dict[str, Any] = {"method": method, "source": source, "circumstances": came_from()}
    services.subscribe(contact, newsletter, now=now, shown=shown, **how)
    return newsletter.title


def _why_no_mail(contact: Contact) -> Refusal | None:
    if not suppressions.reasons_for(contact.address_key) & _SHUT:
        return None
    words = _("We can't send mail to your address: it came back, or you asked us to stop. Please write to us.")
    return Refusal("shut", words)


def _me() -> Member:
    return oneself(gate.viewer())


def _page(form: Form) -> Response:
    contact = queries.contact_of(_me().email_canonical)
    states = {one.newsletter_id: one.state for one in contact.subscriptions} if contact else {}
    newsletters = [(one, states.get(one.id, "")) for one in access.open_newsletters()]
    wanted = offers([one for one, state in newsletters if state != "confirmed"])
    values: dict[str, Any] = {"form": form, "newsletters": newsletters, "offers": wanted, "email": _me().email}
    values["asked"] = purposes.PURPOSES[services.PURPOSE]
    response = make_response(render_template("newsletters/own.html", **values), form.status)
    response.headers["Cache-Control"] = "no-store"
    return response
