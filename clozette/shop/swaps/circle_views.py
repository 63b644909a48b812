"""``/swaps/circles``: rings that are found for the viewer; and saying what one would swap for."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from clozette.accounts.access import oneself
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.shop import amounts
from clozette.shop.listings.models import Listing
from clozette.shop.sellers import queries as sellers
from clozette.shop.sellers.rules import why_not_sell
from clozette.shop.swaps import access, circles, ring, rules, schemas, services, wants
from clozette.shop.swaps.models import MOST_MEMBERS
from clozette.shop.swaps.services import Part

blueprint = Blueprint("swap_circles", __name__)
HERE = "/swaps/circles"
_WANT = "/shop/<id:listing_id>/want"


@blueprint.get(HERE)
@gate.members()
def index() -> Any:
    """Show the rings that go through the viewer, and what they would swap for."""
    return _page(Form(schemas.CircleIn))


@blueprint.post(HERE)
@gate.members(collects="CP2")
def propose() -> Any:
    """Propose one to all of it."""
    viewer, form = gate.viewer(), Form(schemas.CircleIn)
    if not form.load():
        return _page(form)
    try:
        parts = _parts(form)
        if parts is None:
            return _page(form)
        swap = services.propose(oneself(viewer), parts, form_key=form.data["form_key"], now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _page(form)
    flash(_("Proposed to all of you. Now say yes yourself: it begins once everybody has."), "success")
    return redirect(f"/swaps/{swap.ref}", 303)


@blueprint.post(_WANT)
@gate.members(collects="CP2")
def want(listing_id: int) -> Any:
    """Say that the viewer would swap for something."""
    viewer = gate.viewer()
    wants.want(oneself(viewer), access.to_want(viewer, listing_id).id, clock.now())
    flash(_("Noted. When it closes a circle, you find it under your swaps."), "success")
    return redirect(_address(listing_id), 303)


@blueprint.delete(_WANT)
@gate.members()
def unwant(listing_id: int) -> Any:
    """Take it back."""
    member_id = gate.viewer().member_id
    assert member_id is not None
    wants.unwant(member_id, listing_id)
    flash(_("Taken back."), "success")
    return redirect(HERE, 303)


def _parts(form: Form) -> Sequence[Part] | None:
    """Return the ring that a form names, if it is one: the first thing is the viewer's, each next one's giver wants it."""
    asked: list[int] = form.data["listings"]
    found = {one.id: one for one in access.in_circle(gate.viewer(), asked)}
    listings = [found[one] for one in asked if one in found]
    if len(listings) != len(asked) or not _is_ring(listings):
        raise Refused(rules.not_swapped())
    deposit = amounts.read(form, "deposit", listings[0].currency)
    return None if deposit is None else [Part(one.seller, [one], deposit) for one in listings]


def _is_ring(listings: Sequence[Listing]) -> bool:
    if not 2 <= len(listings) <= MOST_MEMBERS or len({one.seller_id for one in listings}) < len(listings):
        return False
    return listings[0].seller.member_id == gate.viewer().member_id and circles.is_ring(listings)


def _page(form: Form) -> Any:
    member_id = gate.viewer().member_id
    assert member_id is not None
    seller = sellers.seller_of(member_id)
    refusal = why_not_sell(seller)
    found = circles.find(seller) if seller is not None and refusal is None else []
    page = render_template(
        "shop/swaps/circles.html",
        form=form,
        circles=found,
        wanted=wants.wanted_by(gate.viewer()),
        refusal=refusal,
        seller=seller,
        typed=amounts.typed,
        ring=ring,
        key=secrets.token_urlsafe(12),
    )
    return page, form.status


def _address(listing_id: int) -> str:
    return f"/shop/{ids.encode(listing_id)}"
