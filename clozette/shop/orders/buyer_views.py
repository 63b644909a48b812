"""``/orders``: what the viewer bought, and saying that it arrived."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.kernel import clock
from clozette.kernel.paging import read_cursor
from clozette.kernel.web import gate
from clozette.shop.orders import access, backing_out, handing, pages, queries, services, words
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.days import days
from clozette.shop.sellers import places

blueprint = Blueprint("orders", __name__)
HERE = "/orders"
_ONE = f"{HERE}/<ref>"


@blueprint.get(HERE)
@gate.members()
def orders() -> Any:
    """List what the viewer bought."""
    member_id = gate.viewer().member_id
    assert member_id is not None
    page = queries.bought_by(member_id, read_cursor(request.args.get("after")))
    return render_template("shop/orders.html", page=page, words=words)


@blueprint.get(_ONE)
@gate.members()
def order(ref: str) -> Any:
    """Show one order: what it cost, where it goes, how far it is."""
    seen = access.seen(gate.viewer(), ref)
    if pages.is_plain(seen):
        return pages.plain(seen)
    found = access.bought(gate.viewer(), ref)
    return render_template(
        pages.TEMPLATE,
        order=found,
        address=handing.address_of(found),
        refunds=queries.refunds_of(found.id),
        courier=COURIERS.get(found.carrier or ""),
        words=words,
        places=places,
    )


@blueprint.post(f"{_ONE}/cancel")
@gate.members(collects="CP2")
def cancel(ref: str) -> Any:
    """Call it off after paying, or ask the seller to."""
    if backing_out.back_out(access.bought(gate.viewer(), ref), clock.now()):
        flash(_("Called off: all the money comes back to you."), "success")
    else:
        flash(_("The seller is asked. Until they agree the order stands."), "success")
    return redirect(f"{HERE}/{ref}", 303)


@blueprint.post(f"{_ONE}/received")
@gate.members(collects="CP2")
def received(ref: str) -> Any:
    """Say that the parcel arrived."""
    services.receive(access.bought(gate.viewer(), ref), clock.now())
    left = days().protection.days
    flash(_("Noted. You have %(days)s days to look closely; then the seller gets the money.", days=left), "success")
    return redirect(f"{HERE}/{ref}", 303)
