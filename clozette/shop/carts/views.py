"""``/cart``: what the viewer means to buy."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from clozette.kernel import clock
from clozette.kernel.refusal import refuse
from clozette.kernel.web import gate, pages, shell
from clozette.kernel.web.forms import Form
from clozette.shop.ages import why_not_trade
from clozette.shop.carts import access, queries, schemas, services
from clozette.shop.carts.rules import MOST_PIECES
from clozette.shop.listings.where import country_of
from clozette.shop.sellers import places

blueprint = Blueprint("cart", __name__)
HERE = "/cart"
_PUT = "put"
_ONE = f"{HERE}/<id:listing_id>"
_LINE, _QUANTITY = schemas.LineIn(), schemas.QuantityIn()


@blueprint.get(HERE)
@gate.members()
def show() -> Any:
    """Show it, by seller."""
    if _PUT in request.args:
        pages.say(_("It is in your cart. Nothing is reserved until you buy."), "success")
    parcels = _parcels()
    return shell.common("shop/cart.html", {"parcels": parcels}, some=bool(parcels))


@blueprint.post(HERE)
@gate.members(collects="CP2")
def put() -> Any:
    """Put something in."""
    viewer, form = gate.viewer(), Form(_LINE)
    if not form.load():
        return _page(form)
    assert viewer.member_id is not None
    refuse(why_not_trade(is_minor=viewer.is_minor))
    wanted = access.wanted(viewer, form.data["listing"])
    services.put(viewer.member_id, wanted, form.data["quantity"], now=clock.now())
    return redirect(f"{HERE}?{_PUT}=1", 303)


@blueprint.route(_ONE, methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def change(listing_id: int) -> Any:
    """Want another number of pieces, or none."""
    line = access.own_line(gate.viewer(), listing_id)
    if request.method == "DELETE" or request.form.get("_method") == "DELETE":
        services.take_out(line.member_id, [listing_id])
        return redirect(HERE, 303)
    if request.form.get("_method"):
        abort(405)
    form = Form(_QUANTITY)
    if not form.load():
        return _page(form)
    services.set_quantity(line, form.data["quantity"])
    return redirect(HERE, 303)


def _page(form: Form) -> Any:
    parcels = _parcels()
    return render_template("shop/cart.html", parcels=parcels, some=bool(parcels), form=form), form.status


def _parcels() -> Markup:
    """Return what is in the cart, seller by seller; nothing if nothing is."""
    viewer, now = gate.viewer(), clock.now()
    country = country_of(viewer)
    given = {"country": country, "places": places, "most": MOST_PIECES}
    return Markup().join(
        shell.part("shop/_parcel.html", (parcel.said(), country), parcel=parcel, **given)
        for parcel in queries.cart_of(viewer, country, now=now)
    )
