"""``/selling/orders``: what others bought from the viewer, and sending it."""

import base64
import io
import secrets
from typing import Any

import qrcode
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from qrcode.image.svg import SvgFillImage

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import decode
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.settings import Settings
from clozette.shop import amounts
from clozette.shop.ledger import queries as ledger
from clozette.shop.orders import access, deeds, handing, queries, schemas, words
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.models import Order
from clozette.shop.sellers import places
from clozette.shop.sellers.access import own_seller
from clozette.shop.sellers.models import Seller

blueprint = Blueprint("selling_orders", __name__)
HERE = "/selling/orders"
_ONE = f"{HERE}/<ref>"


@blueprint.get(HERE)
@gate.members()
def orders() -> Any:
    """List what was bought from the viewer."""
    seller = own_seller(gate.viewer())
    page = queries.sold_by(seller.id, read_cursor(request.args.get("after")))
    return render_template(
        "selling/orders.html", page=page, words=words, money=ledger.balance(seller.id), seller=seller
    )


@blueprint.get(_ONE)
@gate.members()
def order(ref: str) -> Any:
    """Show one order, and what is to be done about it."""
    return _page(access.sold(gate.viewer(), ref))


@blueprint.get(f"{_ONE}/slip")
@gate.members()
def slip(ref: str) -> Any:
    """Show the slip for the parcel, to be printed; from the hand-over on, as long as the address is shown."""
    found = access.sold(gate.viewer(), ref)
    address = handing.address_of(found) if handing.is_seen(found, clock.now()) else None
    if address is None:
        abort(404)
    settings: Settings = current_app.extensions["clozette.settings"]
    link = f"{settings.base_url.rstrip('/')}/orders/{found.ref}"
    return render_template(
        "selling/slip.html", order=found, address=address, code=_code(link), link=link, places=places
    )


@blueprint.post(f"{_ONE}/ship")
@gate.members(collects="CP2")
def ship(ref: str) -> Any:
    """Say that it was sent, and with whom."""
    found, form = access.sold(gate.viewer(), ref), Form(schemas.ShipIn)
    if not form.load():
        return _page(found, ship=form)
    deeds.ship(found, **form.data, now=clock.now())
    flash(_("Noted: it is on its way. The buyer is told."), "success")
    return redirect(f"{HERE}/{ref}", 303)


@blueprint.post(f"{_ONE}/cancel")
@gate.members(collects="CP2")
def cancel(ref: str) -> Any:
    """Call it off before it is sent; all the money goes back."""
    deeds.cancel(access.sold(gate.viewer(), ref), because="seller", now=clock.now())
    flash(_("Cancelled: the buyer gets all the money back."), "success")
    return redirect(f"{HERE}/{ref}", 303)


@blueprint.post(f"{_ONE}/refund")
@gate.members(collects="CP2")
def refund(ref: str) -> Any:
    """Pay a part back, of a line or of the shipping."""
    found, form = access.sold(gate.viewer(), ref), Form(schemas.RefundIn)
    asked = _asked(form, found) if form.load() else None
    if asked is None:
        return _page(found, refund=form)
    try:
        deeds.give_back(found, asked, key=form.data["form_key"], now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _page(access.sold(gate.viewer(), ref), refund=form)
    flash(_("It goes back to the buyer."), "success")
    return redirect(f"{HERE}/{ref}", 303)


def count_to_send(seller: Seller) -> int:
    """Return how many orders somebody still has to send."""
    return queries.to_send(seller.id)


def _asked(form: Form, order: Order) -> dict[str, int] | None:
    """Return what is asked to be paid back; or nothing, and its errors are in the form."""
    amount = amounts.read(form, "amount", order.currency)
    part = _part(form.data["part"], order)
    if part is None:
        form.errors["part"] = [_("Please choose one from the list.")]
        form.status = 422
    return {part: amount} if part is not None and amount is not None else None


def _part(typed: str, order: Order) -> str | None:
    if typed == "shipping":
        return typed
    try:
        line_id = decode(typed)
    except ValueError:
        return None
    return str(line_id) if line_id in {line.id for line in order.lines} else None


def _page(order: Order, *, ship: Form | None = None, refund: Form | None = None) -> Any:
    key = {"form_key": secrets.token_urlsafe(16)}
    seen = handing.is_seen(order, clock.now())
    page = render_template(
        "selling/order.html",
        order=order,
        address=handing.address_of(order) if seen else None,
        buyer=queries.buyer_of(order) if seen else None,
        may_cancel=order.contested_at is None or queries.is_only_asked(order.id),
        refunds=queries.refunds_of(order.id),
        courier=COURIERS.get(order.carrier or ""),
        couriers=[(code, one.name) for code, one in COURIERS.items()],
        ship=ship or Form(schemas.ShipIn),
        refund=refund or Form(schemas.RefundIn, key),
        words=words,
        places=places,
    )
    return page, max(form.status for form in (ship, refund) if form) if ship or refund else 200


def _code(link: str) -> str:
    """Return the picture of a link as a data address: black on white, so that it can be read from paper."""
    picture = io.BytesIO()
    qrcode.make(link, image_factory=SvgFillImage, border=2).save(picture)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()
