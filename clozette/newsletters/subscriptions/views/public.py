"""Pages for everybody: what there is, the form, and the page that the confirmation mail leads to.

What the form answers is the same for an address that is new, known, or suppressed (requirement 35).
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.accounts import addresses, browser
from clozette.accounts.access import oneself
from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.newsletters.subscriptions import access, evidence, queries, services, throttle
from clozette.newsletters.subscriptions.models import Newsletter, SignUp
from clozette.newsletters.subscriptions.schemas import ChooseIn, NamesIn, SubscribeIn
from clozette.privacy import notices, purposes

blueprint = Blueprint("newsletters", __name__)
HERE = "/newsletters"
SENT = f"{HERE}/sent"


@blueprint.get(HERE)
@gate.everyone()
def index() -> Any:
    """Show every newsletter, none of them ticked."""
    return _page("newsletters/index.html", Form(ChooseIn, _known()))


@blueprint.post(HERE)
@gate.everyone(collects=services.POINT)
def subscribe_to_some() -> Any:
    """Take a wish for those that are ticked."""
    form = Form(ChooseIn)
    if not form.load():
        return _page("newsletters/index.html", form)
    try:
        take(form.data, access.chosen(form.data["newsletters"]), method="form:newsletters")
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page("newsletters/index.html", form)
    return redirect(SENT, 303)


@blueprint.get(f"{HERE}/<slug>")
@gate.everyone()
def newsletter(slug: str) -> Any:
    """Show one newsletter with its form."""
    return _page("newsletters/newsletter.html", Form(SubscribeIn, _known()), access.open_newsletter(slug))


@blueprint.post(f"{HERE}/<slug>")
@gate.everyone(collects=services.POINT)
def subscribe(slug: str) -> Any:
    """Take a wish for this one, and for those that are ticked besides. Its button is the control that asks for it."""
    found, form = access.open_newsletter(slug), Form(SubscribeIn)
    if not form.load():
        return _page("newsletters/newsletter.html", form, found)
    try:
        take(form.data, access.chosen({slug, *form.data["newsletters"]}), method="form:newsletter")
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page("newsletters/newsletter.html", form, found)
    return redirect(SENT, 303)


@blueprint.get(SENT)
@gate.everyone()
def sent() -> Any:
    """Say that a mail is on its way, whoever asked."""
    return _private("newsletters/sent.html")


@blueprint.get(f"{HERE}/confirm/<token>")
@gate.everyone()
def confirm_form(token: str) -> Any:
    """Show what is to be confirmed. Programs that follow links change nothing: it takes the button."""
    signup = services.signup_by(token, clock.now())
    return _confirm_page(signup, Form(NamesIn)) if signup else _gone()


@blueprint.post(f"{HERE}/confirm/<token>")
@gate.everyone(collects=services.POINT)
def confirm(token: str) -> Any:
    """Let it count."""
    now = clock.now()
    signup = services.signup_by(token, now)
    if signup is None:
        return _gone()
    form = Form(NamesIn)
    try:
        shown = notices.answered(services.POINT)
        confirmed = services.confirm(signup, now=now, circumstances=came_from(), shown=shown)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _confirm_page(signup, form)
    if not confirmed and not any(one.state == "confirmed" for one in services.named(signup)):
        return _gone()
    return redirect(f"{HERE}/welcome", 303)


@blueprint.get(f"{HERE}/welcome")
@gate.everyone()
def welcome() -> Any:
    """Say that it counts."""
    return _private("newsletters/welcome.html")


def take(data: dict[str, Any], wanted: Sequence[Newsletter], *, method: str, stamp: str | None = None) -> None:
    """Keep a wish until it is confirmed; for pages and the API alike.

    :param stamp: the notice that came back with it (empty for none); by default the form's.
    """
    throttle.ask(addresses.canonical(data["email"]) or "")
    now, locale = clock.now(), str(get_locale() or "en")
    shown = notices.answered(services.POINT) if stamp is None else notices.read(services.POINT, stamp)
    services.sign_up(
        services.contact_for(data["email"], now, locale),
        [one.id for one in wanted],
        first_name=data["first_name"],
        last_name=data["last_name"],
        locale=locale,
        method=method,
        stamped=evidence.kept(shown),
        now=now,
    )


def offers(newsletters: Sequence[Newsletter]) -> list[tuple[str, str]]:
    """Return the consents that a form with these newsletters asks for."""
    return [(services.purpose_for(one.id), services.CHANNEL) for one in newsletters]


def came_from() -> dict[str, str]:
    """Return where an answer comes from, as far as the ledger keeps it."""
    came = browser.circumstances()
    return {"address": came.address, "agent": came.agent}


def _known() -> dict[str, Any]:
    """Fill in the address of whoever is signed in, and the names if we have them."""
    viewer = gate.viewer()
    if not viewer.is_member or viewer.is_leaving:
        return {}
    member = oneself(viewer)
    if not viewer.is_confirmed:
        return {"email": member.email}
    contact = queries.contact_of(member.email_canonical)
    names = {"first_name": contact.first_name, "last_name": contact.last_name} if contact else {}
    return {"email": member.email, **names}


def _page(template: str, form: Form, newsletter: Newsletter | None = None) -> Response:
    newsletters = access.open_newsletters()
    values = {"newsletters": newsletters, "newsletter": newsletter, "offers": offers(newsletters)}
    return _private(template, form.status, form=form, **values)


def _confirm_page(signup: SignUp, form: Form) -> Response:
    wanted = queries.newsletters_of([ids.decode(one) for one in signup.newsletter_ids])
    if not wanted:
        form.refuse(Refusal("closed", _("These newsletters were closed meanwhile.")))
    values = {"signup": signup, "form": form, "newsletters": wanted, "offers": offers(wanted)}
    return _private("newsletters/confirm.html", form.status, **values)


def _gone() -> Response:
    """Say that a link no longer works; why, the page doesn't tell."""
    return _private("newsletters/link_gone.html", 404)


def _private(template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a page that no cache keeps."""
    response = make_response(render_template(template, asked=purposes.PURPOSES[services.PURPOSE], **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
