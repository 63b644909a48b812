"""Every choice on one page: ``/preferences/<token>`` by the link in a mail, ``/preferences`` for whoever is known for certain.

The link shows the choices and nothing else, no address and no account; it ends things at once, and begins none.
"""

from typing import Any

from flask import Blueprint, Flask, Response, current_app, flash, g, make_response, redirect, render_template, request
from flask_wtf import CSRFProtect

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import GUEST
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.newsletters import keys
from clozette.newsletters.leaving import bodies, choices, presses
from clozette.newsletters.leaving.presses import Chooser, Done
from clozette.newsletters.leaving.schemas import ChoiceIn
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Subscription
from clozette.rights import person

by_link = Blueprint("preferences", __name__)
in_person = Blueprint("my_preferences", __name__)
HERE = "/preferences"


def init_app(app: Flask) -> None:
    """Open the page. By the link no form token is asked for: the page sets no cookie, and its address is the right to it."""
    protection: CSRFProtect = app.extensions["csrf"]
    protection.exempt(by_link)
    app.register_blueprint(by_link)
    app.register_blueprint(in_person)


@by_link.get(f"{HERE}/<token>", strict_slashes=False, merge_slashes=False)
@gate.everyone()
def show(token: str) -> Any:
    """Show the choices."""
    who = _chooser(token)
    return _link_page(token, who, Form(ChoiceIn)) if who else _gone()


@by_link.post(f"{HERE}/<token>", strict_slashes=False, merge_slashes=False)
@gate.everyone(collects=services.POINT)
def choose(token: str) -> Any:
    """Do what one button says, and show the choices again."""
    who = _chooser(token)
    if who is None:
        return _gone()
    form = Form(ChoiceIn)
    done = _press(who, form) if form.load() else None
    return _link_page(token, who, form, done)


@in_person.get(HERE)
@gate.everyone()
def show_mine() -> Any:
    """Show one's own choices."""
    return _own_page(_myself(), Form(ChoiceIn))


@in_person.post(HERE)
@gate.everyone(collects=services.POINT)
def choose_mine() -> Any:
    """Do what one button says."""
    who, form = _myself(), Form(ChoiceIn)
    done = _press(who, form) if form.load() else None
    if done is None or done.undo:
        return _own_page(who, form, done)
    flash(done.said, "success")
    return redirect(HERE, 303)


@by_link.before_request
def _know_nobody() -> None:
    g.viewer = GUEST
    request.max_content_length = bodies.MOST


def _press(who: Chooser, form: Form) -> Done | None:
    try:
        return presses.press(who, form.data, clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return None


def _chooser(token: str) -> Chooser | None:
    """Return whose choices a link shows; nobody's where all is gone meanwhile."""
    link = keys.read("preferences", token)
    if link is None:
        return None
    subscription = db.session.get(Subscription, link.subscription_id)
    if subscription is None:
        return Chooser(None, [], proven=False)
    contact = subscription.contact
    return Chooser(contact, choices.subjects_of(contact), proven=False, campaign_id=link.campaign_id)


def _myself() -> Chooser:
    who = person.require()
    is_proven = gate.viewer().is_confirmed or not who.is_member
    contact = choices.contact_of(who.subject_id, who.email if is_proven else None)
    others = choices.subjects_of(contact) if contact and is_proven else []
    return Chooser(contact, sorted({who.subject_id, *others}), proven=is_proven)


def _link_page(token: str, who: Chooser, form: Form, done: Done | None = None) -> Response:
    return _page("newsletters/preferences.html", who, form, done, address=f"{HERE}/{token}")


def _own_page(who: Chooser, form: Form, done: Done | None = None) -> Response:
    return _page("newsletters/my_preferences.html", who, form, done, address=HERE)


def _page(template: str, who: Chooser, form: Form, done: Done | None, *, address: str) -> Response:
    lines, offers = choices.lines(who.contact), choices.offers(who.subjects)
    asked = [(services.purpose_for(one.newsletter.id), services.CHANNEL) for one in lines if not one.is_on]
    values = {"who": who, "form": form, "done": done, "address": address}
    page = render_template(template, **values, lines=lines, offers=offers, asked=asked)
    response = make_response(page, form.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _gone() -> Response:
    response = current_app.make_response((render_template("newsletters/leave_gone.html"), 404))
    response.headers["Cache-Control"] = "no-store"
    return response
