"""Cases as the two sides see them: to open one, to answer, to show, to settle, to withdraw, to appeal."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.images import BadPhoto
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.shop.cases import access, asking, deciding, queries, returning, rules, schemas, services, words
from clozette.shop.cases.access import Seat
from clozette.shop.cases.models import Case
from clozette.shop.cases.moves import Said
from clozette.shop.orders import access as orders
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.models import Order

blueprint = Blueprint("cases", __name__)
_ONE = "/cases/<id:case_id>"
_OPEN = "/orders/<ref>/case"


@blueprint.get(_OPEN)
@gate.members()
def ask(ref: str) -> Any:
    """Show the form by which a buyer complains."""
    found = orders.bought(gate.viewer(), ref)
    shown = asking.parts(found)
    typed = {"amounts": asking.typed(shown, found.currency), "form_key": secrets.token_urlsafe(16)}
    return _open_page(found, Form(schemas.OpenIn, typed))


@blueprint.post(_OPEN)
@gate.members(collects="CP2")
def open_case(ref: str) -> Any:
    """Open a case."""
    found, form = orders.bought(gate.viewer(), ref), Form(schemas.OpenIn)
    shown = asking.parts(found)
    asked = asking.read(form, shown, found.currency) if form.load() else None
    if asked is None:
        return _open_page(found, form)
    try:
        made = services.open_case(found, form.data["kind"], asked, _said(form), by=_me(), now=clock.now())
    except (Refused, BadPhoto) as no:
        _show(form, no)
        return _open_page(orders.bought(gate.viewer(), ref), form)
    flash(_("The seller is asked now. Your money waits here meanwhile."), "success")
    return redirect(words.page_of(made), 303)


@blueprint.get(_ONE)
@gate.members()
def case(case_id: int) -> Any:
    """Show a case to one of its sides."""
    return _page(access.seat_of(gate.viewer(), case_id))


@blueprint.post(f"{_ONE}/words")
@gate.members(collects="CP2")
def say(case_id: int) -> Any:
    """Answer, as the seller who is asked; or say and show more."""
    seat, form = access.seat_of(gate.viewer(), case_id), Form(schemas.SayIn)
    if not form.load():
        return _page(seat, say=form)
    try:
        if seat.side == "seller" and seat.case.state == "open":
            services.answer(seat.case, _said(form), by=_me(), now=clock.now())
        else:
            services.say(seat.case, seat.side, _said(form), by=_me(), now=clock.now())
    except (Refused, BadPhoto) as no:
        _show(form, no)
        return _page(access.seat_of(gate.viewer(), case_id), say=form)
    return _back(case_id)


@blueprint.post(f"{_ONE}/settle")
@gate.members(collects="CP2")
def settle(case_id: int) -> Any:
    """Pay what is asked, for the seller."""
    services.settle(_seat(case_id, "seller").case, by=_me(), now=clock.now())
    flash(_("Settled: the buyer gets the money back."), "success")
    return _back(case_id)


@blueprint.post(f"{_ONE}/withdraw")
@gate.members(collects="CP2")
def withdraw(case_id: int) -> Any:
    """Give it up, for the buyer."""
    services.withdraw(_seat(case_id, "buyer").case, by=_me(), now=clock.now())
    flash(_("Withdrawn: the order goes on."), "success")
    return _back(case_id)


@blueprint.post(f"{_ONE}/accept")
@gate.members(collects="CP2")
def accept(case_id: int) -> Any:
    """Do without an appeal."""
    seat = access.seat_of(gate.viewer(), case_id)
    deciding.accept(seat.case, seat.side, by=_me(), now=clock.now())
    return _back(case_id)


@blueprint.post(f"{_ONE}/appeal")
@gate.members(collects="CP2")
def appeal(case_id: int) -> Any:
    """Ask for another decision."""
    seat, form = access.seat_of(gate.viewer(), case_id), Form(schemas.SayIn)
    if not form.load():
        return _page(seat, appeal=form)
    try:
        deciding.appeal(seat.case, seat.side, _said(form), by=_me(), now=clock.now())
    except (Refused, BadPhoto) as no:
        _show(form, no)
        return _page(access.seat_of(gate.viewer(), case_id), appeal=form)
    flash(_("Somebody else of our staff looks at it now. What they decide stands."), "success")
    return _back(case_id)


@blueprint.post(f"{_ONE}/objection")
@gate.members(collects="CP2")
def object_to_parcel(case_id: int) -> Any:
    """Object to what was sent back, for the seller."""
    seat, form = _seat(case_id, "seller"), Form(schemas.SayIn)
    if not form.load():
        return _page(seat, objection=form)
    try:
        deciding.object_to_parcel(seat.case, _said(form), by=_me(), now=clock.now())
    except (Refused, BadPhoto) as no:
        _show(form, no)
        return _page(access.seat_of(gate.viewer(), case_id), objection=form)
    flash(_("Our staff looks at it now. No money goes back before they have decided."), "success")
    return _back(case_id)


@blueprint.post(f"{_ONE}/address")
@gate.members(collects="CP2")
def give_address(case_id: int) -> Any:
    """Say where things are sent back to, for the seller."""
    seat, form = _seat(case_id, "seller"), Form(schemas.AddressIn)
    if not form.load():
        return _page(seat, address=form)
    returning.give_address(seat.case, form.data["words"], by=_me(), now=clock.now())
    return _back(case_id)


@blueprint.post(f"{_ONE}/sent")
@gate.members(collects="CP2")
def send_back(case_id: int) -> Any:
    """Say that things were sent back, for the buyer."""
    seat, form = _seat(case_id, "buyer"), Form(schemas.SentIn)
    if not form.load():
        return _page(seat, sent=form)
    returning.send_back(seat.case, **form.data, by=_me(), now=clock.now())
    return _back(case_id)


@blueprint.post(f"{_ONE}/back")
@gate.members(collects="CP2")
def get_back(case_id: int) -> Any:
    """Say that things came back, for the seller."""
    returning.get_back(_seat(case_id, "seller").case, by=_me(), now=clock.now())
    return _back(case_id)


def is_said(order: Any) -> bool:
    """Whether the page of an order says anything of cases: there is one, or a buyer might open one now."""
    return order.has_cases or rules.why_not_open(services.course_of(order), None, clock.now()) is None


def may_complain(order: Order) -> bool:
    """Whether a buyer may open a case about an order now, and there is something to ask back."""
    return rules.why_not_open(services.course_of(order), None, clock.now()) is None and bool(asking.parts(order))


def _me() -> Member:
    return db.session.get_one(Member, gate.viewer().member_id)


def _seat(case_id: int, side: str) -> Seat:
    """Return a case whose one side the viewer is; the other side may not do that."""
    seat = access.seat_of(gate.viewer(), case_id)
    if seat.side != side:
        raise Refused(rules.elsewhere())
    return seat


def _said(form: Form) -> Said:
    return Said(form.data["words"], form.data["photos"], form.data["form_key"])


def _show(form: Form, no: Refused | BadPhoto) -> None:
    """Undo what was begun, and let the form say why."""
    db.session.rollback()
    if isinstance(no, Refused):
        form.refuse(no.refusal)
        return
    form.errors["photos"] = [no.message]
    form.status = 422


def _back(case_id: int) -> Any:
    return redirect(request.path.rpartition("/")[0], 303)


def _open_page(order: Order, form: Form) -> Any:
    shown = asking.parts(order)
    why_not = rules.why_not_open(services.course_of(order), None, clock.now())
    page = render_template(
        "shop/complain.html", order=order, form=form, parts=shown, kinds=list(words.KINDS.items()), why_not=why_not
    )
    return page, form.status


def _page(seat: Seat, **forms: Form) -> Any:
    key = {"form_key": secrets.token_urlsafe(16)}
    page = render_template(
        "shop/case.html",
        case=seat.case,
        side=seat.side,
        parts=asking.of_case(seat.case),
        entries=queries.entries_of(seat.case.id),
        proofs=queries.proofs_of(seat.case.dispute_id),
        words=words,
        could_appeal=seat.side in _could_appeal(seat.case),
        couriers=[(code, one.name) for code, one in COURIERS.items()],
        courier=COURIERS.get(seat.case.courier or ""),
        say=forms.get("say") or Form(schemas.SayIn, key),
        appeal=forms.get("appeal") or Form(schemas.SayIn, key),
        objection=forms.get("objection") or Form(schemas.SayIn, key),
        address=forms.get("address") or Form(schemas.AddressIn),
        sent=forms.get("sent") or Form(schemas.SentIn),
    )
    return page, max((form.status for form in forms.values()), default=200)


def _could_appeal(case: Case) -> frozenset[str]:
    asked = {line.part: line.asked_minor for line in case.lines}
    return rules.could_appeal(asked, {line.part: line.decided_minor or 0 for line in case.lines})
