"""``/texts``: agree to texts by number and code, with an account or without, and end them as easily.

Nothing here needs a mail address (requirement 71).
"""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, session
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.accounts import browser
from clozette.accounts.access import oneself
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import edge, gate
from clozette.kernel.web.forms import Form
from clozette.newsletters.subscriptions import evidence
from clozette.newsletters.texts import codes, services, throttle
from clozette.newsletters.texts.models import Phone, PhoneCode
from clozette.newsletters.texts.schemas import ChoiceIn, CodeIn, WishIn
from clozette.newsletters.texts.services import CHANNEL, POINT, PURPOSES
from clozette.privacy import consents, notices, purposes

blueprint = Blueprint("texts", __name__)
HERE = services.HERE
OPEN_FOR = timedelta(hours=1)
OFFERS = tuple((name, CHANNEL) for name in PURPOSES)
_WAITING, _PROVED = "text_code", "proved_phone"


@blueprint.get(HERE)
@gate.everyone()
def overview() -> Any:
    """Show what there is to agree to, and what stands for a number that is known here."""
    return _page(Form(WishIn))


@blueprint.post(HERE)
@gate.everyone(collects=POINT)
def ask() -> Any:
    """Have a code texted. The answer is the same for every number."""
    form = Form(WishIn)
    if not form.load():
        return _page(form)
    now = clock.now()
    try:
        _check(form, now)
        mine = _phone()
        throttle.ask(form.data["number"], is_own=mine is not None and mine.number == form.data["number"])
        session[_WAITING] = ids.encode(_make(form, now).id)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(form)
    return redirect(f"{HERE}/code", 303)


@blueprint.get(f"{HERE}/code")
@gate.everyone()
def type_code_form() -> Any:
    """Ask for the digits."""
    if _waiting() is None:
        return redirect(HERE, 303)
    return _private("newsletters/texts/code.html", form=Form(CodeIn))


@blueprint.post(f"{HERE}/code")
@gate.everyone(collects=POINT)
def type_code() -> Any:
    """Take the digits: three tries, within ten minutes, in the browser that asked."""
    form, code = Form(CodeIn), _waiting()
    if code is None:
        return redirect(HERE, 303)
    if not form.load():
        return _private("newsletters/texts/code.html", form.status, form=form)
    throttle.try_code()
    now = clock.now()
    typed = form.data["code"].replace(" ", "")
    if codes.count_try(code, now) and codes.use(code, typed, now):
        return _proved(code, form, now)
    edge.keep()  # the try counts although it was wrong
    form.errors["code"] = [
        _("That is not the code, or it no longer works. After three tries, or ten minutes, ask anew.")
    ]
    form.status = 422
    return _private("newsletters/texts/code.html", form.status, form=form)


@blueprint.post(f"{HERE}/choices")
@gate.everyone(collects=POINT)
def choose() -> Any:
    """End one purpose, or all, or forget the number."""
    phone, form = _phone(), Form(ChoiceIn)
    if phone is None:
        return redirect(HERE, 303)
    if not form.load():
        return _page(Form(WishIn), form)
    now = clock.now()
    match form.data["do"]:
        case "stop":
            services.withdraw(phone, form.data["purpose"], method="page:texts", now=now, circumstances=_came())
        case "stop_all":
            services.end(phone.number, method="page:texts", source="page", now=now, circumstances=_came())
        case _:
            services.forget(phone, now, _came())
    flash(_("Done. It counts from now on."), "success")
    return redirect(HERE, 303)


def _check(form: Form, now: datetime) -> None:
    """Refuse a wish for nothing, and a minor's alone."""
    if form.data["do"] == "end":
        return
    viewer = gate.viewer()
    wanted = [name for name in PURPOSES if form.data[name]]
    stands = services.standing(viewer.subject_id) if viewer.subject_id else set()
    if not wanted and not stands:
        raise Refused(Refusal("nothing", _("Please choose at least one."), PURPOSES[0]))
    if viewer.subject_id and consents.is_minor(viewer.subject_id, now) and set(wanted) - stands:
        raise Refused(consents.guardian_needed())


def _make(form: Form, now: datetime) -> PhoneCode:
    shown = notices.answered(POINT)
    wanted = [name for name in PURPOSES if form.data[name]] if form.data["do"] == "start" else []
    if wanted and shown is None:
        raise Refused(notices.stale())
    viewer = gate.viewer()
    member = oneself(viewer) if viewer.is_member and not viewer.is_leaving else None
    return codes.make(
        form.data["number"],
        subject_id=member.subject_id if member else None,
        deed=form.data["do"],
        purposes=wanted,
        locale=str(get_locale() or "en"),
        zone=member.time_zone if member and member.time_zone != "UTC" else None,
        stamped=evidence.kept(shown) if wanted else None,
        now=now,
    )


def _proved(code: PhoneCode, form: Form, now: datetime) -> Any:
    try:
        services.carry_out(code, now, _came())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _private("newsletters/texts/code.html", form.status, form=form)
    session.pop(_WAITING, None)
    session[_PROVED] = ids.encode(code.id)
    flash(
        _("You get no more texts from us.")
        if code.deed == "end"
        else _("Your number is confirmed. Your choices count."),
        "success",
    )
    return redirect(HERE, 303)


def _phone() -> Phone | None:
    """Return the number of whoever is signed in, or that was proven in this browser within the hour and by nobody since."""
    viewer = gate.viewer()
    if viewer.subject_id is not None:
        return services.of(viewer.subject_id)
    code = _kept(_PROVED)
    if code is None or code.used_at is None or clock.now() - code.used_at > OPEN_FOR:
        return None
    phone = services.by_number(code.number)
    return phone if phone and phone.verified_at <= code.used_at else None


def _waiting() -> PhoneCode | None:
    return _kept(_WAITING)


def _kept(name: str) -> PhoneCode | None:
    try:
        return db.session.get(PhoneCode, ids.decode(str(session.get(name))))
    except ValueError:
        return None


def _came() -> dict[str, str]:
    came = browser.circumstances()
    return {"address": came.address, "agent": came.agent}


def _page(form: Form, choice: Form | None = None) -> Response:
    phone, viewer = _phone(), gate.viewer()
    values = {
        "phone": phone,
        "standing": services.standing(phone.subject_id) if phone else set(),
        "asked": [purposes.PURPOSES[name] for name in PURPOSES],
        "offers": OFFERS,
        "by_minor": viewer.subject_id is not None and consents.is_minor(viewer.subject_id, clock.now()),
    }
    status = choice.status if choice else form.status
    return _private("newsletters/texts/texts.html", status, form=form, choice=choice, **values)


def _private(template: str, status: int = 200, **values: Any) -> Response:
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
