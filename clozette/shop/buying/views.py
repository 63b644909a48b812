"""``/checkout``: the address form, the way to the payment service, and the way back."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ports import payments as port
from clozette.kernel.ports.payments import Declined, Later
from clozette.kernel.refusal import Refused
from clozette.kernel.web import edge, gate, headers, shell
from clozette.kernel.web.forms import Form
from clozette.privacy import notices
from clozette.shop.buying import access, holds, pages, rules, schemas, services
from clozette.shop.buying.addresses import remembered
from clozette.shop.carts.queries import Parcel
from clozette.shop.listings import words
from clozette.shop.listings.queries import held_until
from clozette.shop.orders.models import HELD, Order
from clozette.shop.payments import services as payments

blueprint = Blueprint("checkout", __name__)
HERE = "/checkout"
_LOOKS = 24
"""So many times the page after paying looks by itself whether the money is there, every five seconds."""


@blueprint.get(HERE)
@gate.members()
def ask() -> Any:
    """Ask where the parcel goes, with all that it comes to. Without a seller the cart is shown, where one is chosen."""
    viewer = gate.viewer()
    seller, offer = request.args.get("seller", ""), request.args.get("offer", "")
    if _id(seller) is None and _id(offer) is None:
        return redirect("/cart", 303)
    assert viewer.member_id is not None
    form = Form(schemas.CheckoutIn, remembered(viewer.member_id))
    form.values |= {"seller": seller, "offer": offer, "form_key": secrets.token_urlsafe(16)}
    return _form_page(form)


@blueprint.post(HERE)
@gate.members(collects=services.POINT)
def check_out() -> Any:
    """Order, hold, and lead on to where it is paid."""
    viewer, form = gate.viewer(), Form(schemas.DigitalIn if "digital" in request.form else schemas.CheckoutIn)
    if not form.load():
        return _form_page(form)
    try:
        shown = notices.answered(services.POINT)
        order = services.check_out(viewer, form.data, shown, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _form_page(form)
    return redirect(f"{HERE}/pay/{order.ref}", 303)


@blueprint.get(f"{HERE}/pay/<ref>")
@gate.members()
def pay(ref: str) -> Any:
    """Ask the payment service for its page and lead there; no transaction is open while it is asked."""
    standing = access.own_standing(gate.viewer(), ref)
    if standing.state not in HELD or not port.is_on():
        return redirect(f"/orders/{ref}", 303)
    edge.begin_to_write()
    try:
        url = payments.open_page(standing.payment_id, clock.now())
    except Later:
        return render_template("shop/asking.html", order=access.own_order(gate.viewer(), ref)), 202
    except Declined:
        return _declined(ref, standing.id)
    return redirect(url or f"/orders/{ref}", 303)


@blueprint.get(f"{HERE}/return")
@gate.members()
def back() -> Any:
    """Say whether the money is there; look again by itself for two minutes. Only reads: what is paid the service tells."""
    ref = request.args.get("order", "")
    standing = access.own_standing(gate.viewer(), ref)
    if standing.state in HELD:
        return _waiting_page(ref)
    paid, swap = standing.paid_at is not None, standing.swap_id is not None
    return shell.common("shop/return.html", {"ref": ref}, paid=paid, swap=swap)


@blueprint.get(f"{HERE}/cancel/<ref>")
@gate.members()
def left(ref: str) -> Any:
    """Say what is held and until when, to somebody who left the payment page."""
    order = access.own_order(gate.viewer(), ref)
    if order.state not in HELD:
        return redirect(f"/orders/{ref}", 303)
    return _left_page(order)


@blueprint.post(f"{HERE}/cancel/<ref>")
@gate.members()
def give_up(ref: str) -> Any:
    """Give back what is held. The payment page is closed first."""
    order = access.own_order(gate.viewer(), ref)
    if order.state not in HELD:
        return redirect(f"/orders/{ref}", 303)
    try:
        ended = holds.end(order.id, "cancelled", "buyer", clock.now())
    except (Later, Declined):
        flash(_("The payment service does not answer. Nothing was charged; try again in a minute."), "error")
        return redirect(f"{HERE}/cancel/{ref}", 303)
    if not ended:
        return redirect(f"{HERE}/return?order={ref}", 303)
    if order.swap_id is not None:
        flash(_("You have stepped back from the swap. What was paid goes back."), "success")
        return redirect("/swaps", 303)
    flash(_("Nothing was ordered. What you wanted is in your cart again."), "success")
    return redirect("/cart", 303)


def _waiting_page(ref: str) -> Any:
    look = _number(request.args.get("look", "")) + 1
    again = f"{HERE}/return?order={ref}&look={look}" if look <= _LOOKS else None
    page = render_template("shop/waiting.html", order=access.own_order(gate.viewer(), ref), again=again)
    return page, {"Refresh": f"5; url={again}"} if again else {}


def _declined(ref: str, order_id: int) -> Any:
    """End the hold of an order that the service doesn't take; nothing was charged."""
    db.session.rollback()
    holds.end(order_id, "cancelled", "declined", clock.now())
    edge.keep()
    return render_template("shop/declined.html", order=access.own_order(gate.viewer(), ref)), 409


def _form_page(form: Form) -> Any:
    viewer, country = gate.viewer(), form.value("shipping_country") or form.value("billing_country")
    parcel = _wanted(form, country)
    if parcel is None and _id(form.value("offer")) is not None:
        return redirect(f"/offers/{form.value('offer')}", 303)  # which says that its time is over
    if parcel is None:
        return render_template("shop/nothing.html"), form.status
    form.values["seller"] = ids.encode(parcel.seller.id)
    if len(parcel.ready) < len(parcel.lines):
        return _quicker_page(parcel, form.status)
    all_in = parcel.all_in
    form.values["total"] = all_in.total.amount_minor if all_in else ""
    if port.is_on():
        headers.let_forms_go_to(*port.payments().origins)
    off = rules.why_not_order(is_on=port.is_on(), is_minor=viewer.is_minor)
    if form.status == 200 and off is None:
        return pages.first(form, parcel, all_in, country)
    return pages.again(form, parcel, all_in, country, off), form.status


def _wanted(form: Form, country: str) -> Parcel | None:
    """Return what the form is about, if it is anything."""
    seller_id, offer_id = _id(form.value("seller")), _id(form.value("offer"))
    if seller_id is None and offer_id is None:
        return None
    return services.wanted(gate.viewer(), seller_id or 0, offer_id, country, now=clock.now())


def _quicker_page(parcel: Parcel, status: int) -> Any:
    """Say what is gone or held, until when, and what can be done instead."""
    held = [line.listing.id for line in parcel.lines if line.trouble == "held"]
    until = held_until(held) if held else {}
    page = render_template("shop/quicker.html", parcel=parcel, until=until, words=words)
    return page, 409 if status == 409 else 200


def _left_page(order: Order) -> Any:
    if port.is_on():
        headers.let_forms_go_to(*port.payments().origins)
    return render_template("shop/left.html", order=order)


def _id(text: str) -> int | None:
    try:
        return ids.decode(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
