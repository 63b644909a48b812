"""``/offers``: what the viewer offers, what is offered to them, and the talk about one of them."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts.access import oneself
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.shop import amounts
from clozette.shop.carts import queries as carts
from clozette.shop.carts.queries import Parcel
from clozette.shop.listings.where import country_of
from clozette.shop.offers import access, queries, rules, schemas, services, words
from clozette.shop.offers.access import Side
from clozette.shop.offers.models import LIVE, MOST_ROUNDS, Offer
from clozette.shop.sellers import fees, places
from clozette.shop.sellers.access import own_seller

blueprint = Blueprint("offers", __name__)
HERE = "/offers"
_ONE = f"{HERE}/<id:offer_id>"


@blueprint.get(HERE)
@gate.members()
def offers() -> Any:
    """List what the viewer offered, with what all that is open comes to."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    page = queries.made_by(viewer, read_cursor(request.args.get("after")))
    standing = queries.standing_of(viewer.member_id)
    return render_template("shop/offers.html", page=page, standing=standing, words=words)


@blueprint.get("/selling/offers")
@gate.members()
def offers_to_me() -> Any:
    """List what was offered to the viewer."""
    viewer = gate.viewer()
    page = queries.made_to(viewer, own_seller(viewer).id, read_cursor(request.args.get("after")))
    return render_template("selling/offers.html", page=page, words=words)


@blueprint.get(f"{HERE}/new")
@gate.members()
def begin() -> Any:
    """Ask for a sum, for the listings that the address names; with ``seller``, for what the cart has of them."""
    return _begin_page(Form(schemas.OfferIn, {"form_key": secrets.token_urlsafe(16)}), _asked())


@blueprint.post(HERE)
@gate.members(collects="CP2")
def make() -> Any:
    """Show what a sum comes to; sent again with that total, it is offered."""
    viewer, form, country = gate.viewer(), Form(schemas.OfferIn), country_of(gate.viewer())
    if not form.load():
        typed = _typed_pieces(form)
        return _begin_page(form, typed) if typed else (render_template("shop/nothing.html"), 422)
    pieces = form.data["pieces"]
    amount = amounts.read(form, "amount", _parcel(pieces).seller.currency)
    if amount is None or not form.data["total"]:
        return _begin_page(form, pieces, amount)
    try:
        offer = services.make(oneself(viewer), viewer, form.data, amount, country, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _begin_page(form, pieces, amount)
    _say_made(offer)
    return redirect(words.page_of(offer), 303)


@blueprint.get(_ONE)
@gate.members()
def offer(offer_id: int) -> Any:
    """Show the talk, and what the viewer can say."""
    found, side = access.offer_for(gate.viewer(), offer_id)
    return _page(found, side)


@blueprint.post(f"{_ONE}/accept")
@gate.members(collects="CP2")
def accept(offer_id: int) -> Any:
    """Say yes; a buyer goes on to the checkout."""
    found, side = access.offer_for(gate.viewer(), offer_id)
    services.accept(found, side, seen=_seen(), now=clock.now())
    if side == "buyer":
        return redirect(f"/checkout?offer={ids.encode(offer_id)}", 303)
    flash(_("Agreed. It is held for the buyer, who is told."), "success")
    return redirect(f"{HERE}/{ids.encode(offer_id)}", 303)


@blueprint.post(f"{_ONE}/decline")
@gate.members(collects="CP2")
def decline(offer_id: int) -> Any:
    """Say no."""
    found, side = access.offer_for(gate.viewer(), offer_id)
    services.decline(found, side, seen=_seen(), now=clock.now())
    return redirect(f"{HERE}/{ids.encode(offer_id)}", 303)


@blueprint.post(f"{_ONE}/withdraw")
@gate.members(collects="CP2")
def withdraw(offer_id: int) -> Any:
    """Take it back."""
    found, side = access.offer_for(gate.viewer(), offer_id)
    if side != "buyer":
        abort(404)
    services.withdraw(found, seen=_seen(), now=clock.now())
    return redirect(f"{HERE}/{ids.encode(offer_id)}", 303)


@blueprint.post(f"{_ONE}/counter")
@gate.members(collects="CP2")
def counter(offer_id: int) -> Any:
    """Name another sum."""
    found, side = access.offer_for(gate.viewer(), offer_id)
    form = Form(schemas.CounterIn)
    amount = amounts.read(form, "amount", found.currency) if form.load() else None
    if amount is None:
        return _page(found, side, form)
    try:
        services.counter(found, side, amount, seen=form.data["seen"], now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _page(*access.offer_for(gate.viewer(), offer_id), form)
    return redirect(f"{HERE}/{ids.encode(offer_id)}", 303)


def _asked() -> Mapping[int, int]:
    """Return the pieces that the address names, or 404."""
    viewer, seller = gate.viewer(), _id(request.args.get("seller", ""))
    if seller is not None:
        parcel = carts.parcel_of(viewer, seller, country_of(viewer), now=clock.now())
        return {line.listing.id: line.quantity for line in parcel.ready} if parcel else abort(404)
    listing = _id(request.args.get("listing", ""))
    return {listing: 1} if listing is not None else abort(404)


def _typed_pieces(form: Form) -> Mapping[int, int]:
    """Return the pieces of a form that is wrong elsewhere."""
    typed = form.value("listing", [])
    return {found: 1 for one in typed if (found := _id(str(one))) is not None}


def _parcel(pieces: Mapping[int, int]) -> Parcel:
    """Return what an offer may be made for, or 404; that somebody holds it, its page says."""
    viewer = gate.viewer()
    parcel = carts.parcel_of_pieces(viewer, pieces, country_of(viewer), now=clock.now()) if pieces else None
    if parcel is None or any(line.trouble == "gone" for line in parcel.lines):
        abort(404)
    return parcel


def _draft(form: Form, pieces: Mapping[int, int], amount: int | None) -> Parcel | None:
    """Return what a sum makes of the pieces; or nothing, and the form says why, before anything is typed."""
    viewer = gate.viewer()
    try:
        parcel = services.weigh(oneself(viewer), viewer, pieces, country_of(viewer), now=clock.now())
        return None if amount is None else services.priced(parcel, amount)
    except Refused as refused:
        if not form.errors:
            form.refuse(refused.refusal)
        return None


def _begin_page(form: Form, pieces: Mapping[int, int], amount: int | None = None) -> Any:
    viewer, parcel = gate.viewer(), _parcel(pieces)
    assert viewer.member_id is not None
    draft = _draft(form, pieces, amount)
    all_in = draft.all_in if draft else None
    form.values["total"] = all_in.total.amount_minor if all_in else ""
    page = render_template(
        "shop/offer_new.html",
        form=form,
        parcel=parcel,
        draft=draft,
        all_in=all_in,
        standing=queries.standing_of(viewer.member_id),
        country=country_of(viewer),
        places=places,
        hours=int(rules.ANSWER_WITHIN.total_seconds() // 3600),
    )
    return page, form.status if request.method == "POST" else 200


def _page(offer: Offer, side: Side, form: Form | None = None) -> Any:
    now = clock.now()
    page = render_template(
        "shop/offer.html",
        offer=offer,
        side=side,
        live=offer.state in LIVE and offer.until > now,
        mine=offer.state == "open" and offer.turn == side and offer.until > now,
        may_counter=offer.rounds < MOST_ROUNDS,
        seller_gets=_seller_gets(offer) if side == "seller" else None,
        form=form or Form(schemas.CounterIn),
        words=words,
        places=places,
    )
    return page, form.status if form else 200


def _seller_gets(offer: Offer) -> int:
    """Return what is left for the seller of the items' price."""
    house = fees.current(offer.currency, clock.now())
    return offer.amount_minor - fees.of_seller(house, offer.amount_minor)


def _seen() -> str:
    """Return what the page showed; nothing says that it was too old."""
    form = Form(schemas.AnswerIn)
    return form.data["seen"] if form.load() else ""


def _say_made(offer: Offer) -> None:
    if offer.state == "declined":
        flash(_("The seller doesn't take so little: the offer was declined at once."), "error")
    else:
        flash(_("Your offer is with the seller."), "success")


def _id(text: str) -> int | None:
    try:
        return ids.decode(text)
    except ValueError:
        return None
