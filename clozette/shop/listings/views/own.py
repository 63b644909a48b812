"""``/items/<id>/sell`` and ``/selling/listings``: offering an item, and leading what is offered through its life."""

import secrets
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.closets import naming
from clozette.closets.access import own_item
from clozette.closets.models import Item
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.settings import Settings
from clozette.shop import amounts
from clozette.shop.files import kinds
from clozette.shop.files import services as files
from clozette.shop.files.kinds import BadFile
from clozette.shop.files.queries import current_of
from clozette.shop.listings import access, queries, rules, schemas, services, words
from clozette.shop.listings.models import Listing
from clozette.shop.sellers import fees, wording
from clozette.shop.sellers import queries as sellers
from clozette.shop.sellers.access import own_seller
from clozette.shop.sellers.models import Seller
from clozette.shop.sellers.views import start_for

blueprint = Blueprint("selling_listings", __name__)
HERE = "/selling/listings"
_SELL = "/items/<id:item_id>/sell"
_ONE = f"{HERE}/<id:listing_id>"
_SAME = ("mode", "title", "words", "condition", "stock", "version")
SHOWN = {"open": queries.OPEN, "sold": ("sold",), "removed": ("removed",)}


@blueprint.get(_SELL)
@gate.members()
def ask(item_id: int) -> Any:
    """Ask what is wanted for an item; what is offered already is led to."""
    viewer = gate.viewer()
    item = own_item(viewer, item_id)
    assert viewer.member_id is not None
    seller = sellers.seller_of(viewer.member_id)
    if seller is None:
        return redirect(start_for(item_id), 303)
    offered = queries.open_of(item_id)
    if offered is not None:
        return redirect(f"{_address(offered)}/edit", 303)
    values = {"mode": "sale", "condition": "good", "title": naming.describe(item), "stock": 1}
    return _sell_page(item, seller, Form(schemas.NewListingForm, {**values, "form_key": secrets.token_urlsafe(16)}))


@blueprint.post(_SELL)
@gate.members(collects="CP2")
def sell(item_id: int) -> Any:
    """Make a listing of an item, and offer it if that was pressed and nothing stands in its way."""
    viewer, form = gate.viewer(), Form(schemas.NewListingForm)
    seller, item = own_seller(viewer), own_item(viewer, item_id)
    facts = _facts(form, item, seller) if form.load() else None
    if facts is None:
        return _sell_page(item, seller, form)
    now = clock.now()
    try:
        listing = services.offer(seller, item, facts, form_key=form.data["form_key"], now=now)
        _keep_file(listing, form)
    except (Refused, BadFile) as error:
        db.session.rollback()
        _say(form, error)
        return _sell_page(own_item(viewer, item_id), own_seller(viewer), form)
    return _kept(listing, publish=form.data["do"] == "publish" and listing.state == "draft")


@blueprint.get(HERE)
@gate.members()
def listings() -> Any:
    """List the viewer's listings."""
    seller, now = own_seller(gate.viewer()), clock.now()
    show = request.args.get("show", "open")
    states = SHOWN.get(show, queries.OPEN)
    return render_template(
        "selling/listings.html",
        seller=seller,
        page=queries.offers_of(seller, states, read_cursor(request.args.get("after")), now=now),
        show=show if show in SHOWN else "open",
        counts=queries.counts_of(seller.id, (queries.IN_CLOSETS,)),
        words=words,
    )


@blueprint.get(f"{_ONE}/edit")
@gate.members()
def edit(listing_id: int) -> Any:
    """Show the form of a listing."""
    listing = access.own_listing(gate.viewer(), listing_id)
    values: dict[str, Any] = {name: getattr(listing, name) for name in _SAME}
    values |= {name: amounts.typed(getattr(listing, f"{name}_minor"), listing.currency) for name in ("price", "floor")}
    return _edit_page(listing, Form(schemas.EditListingForm, values))


@blueprint.post(f"{_ONE}/edit")
@gate.members(collects="CP2")
def save(listing_id: int) -> Any:
    """Save the form. If it was changed elsewhere meanwhile, say so and keep what was typed."""
    listing, form = access.own_listing(gate.viewer(), listing_id), Form(schemas.EditListingForm)
    facts = _facts(form, listing.item, listing.seller) if form.load() else None
    if facts is None:
        return _edit_page(listing, form)
    try:
        _keep_file(listing, form)
        services.save(listing, facts, seen=form.data["version"], now=clock.now())
    except (Refused, BadFile) as error:
        db.session.rollback()
        _say(form, error)
        listing = access.own_listing(gate.viewer(), listing_id)
        form.values["version"] = listing.version  # having been told, the seller may save over it
        return _edit_page(listing, form)
    return _kept(listing, publish=form.data["do"] == "publish" and listing.state in ("draft", "paused"))


@blueprint.post(f"{_ONE}/pause")
@gate.members(collects="CP2")
def pause(listing_id: int) -> Any:
    """Offer it no more for now."""
    services.pause(access.own_listing(gate.viewer(), listing_id), now=clock.now())
    flash(_("Paused: nobody sees it in the shop until you resume it."), "success")
    return redirect(HERE, 303)


@blueprint.post(f"{_ONE}/resume")
@gate.members(collects="CP2")
def resume(listing_id: int) -> Any:
    """Offer it, again or from a draft."""
    return _kept(access.own_listing(gate.viewer(), listing_id), publish=True)


@blueprint.route(f"{_ONE}/remove", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def remove(listing_id: int) -> Any:
    """Take it down for good."""
    services.remove(access.own_listing(gate.viewer(), listing_id), now=clock.now())
    flash(_("Taken down. The item stays in your closet, and public until you hide it."), "success")
    return redirect(HERE, 303)


def _kept(listing: Listing, *, publish: bool) -> Any:
    """Answer when a listing is kept, and offered if that was asked for: what stands in the way is said, and it stays a draft."""
    refusal = _published(listing) if publish else None
    if refusal is not None:
        flash(f"{_('Saved, but not offered yet.')} {refusal.message}", "error")
        return redirect(f"{_address(listing)}/edit", 303)
    if publish:
        flash(_("It is in the shop now, and the item is public."), "success")
        return redirect(f"/shop/{ids.encode(listing.id)}", 303)
    flash(_("Saved."), "success")
    return redirect(HERE, 303)


def _published(listing: Listing) -> Refusal | None:
    try:
        services.publish(listing, now=clock.now())
    except Refused as refused:
        return refused.refusal
    return None


def _facts(form: Form, item: Item | None, seller: Seller) -> dict[str, Any] | None:
    """Return the columns that a loaded form holds; or nothing, and its errors are in the form."""
    minor = {f"{name}_minor": amounts.read(form, name, seller.currency) for name in ("price", "floor")}
    if form.errors:
        return None
    data = {name: form.data[name] for name in ("mode", "title", "words", "condition", "stock")}
    if not data["title"] and item is not None:
        data["title"] = naming.describe(item)
    if data["mode"] not in rules.BOUGHT:
        minor = dict.fromkeys(minor)
    return {**data, **minor}


def _keep_file(listing: Listing, form: Form) -> None:
    if form.data["file"] is not None:
        files.put(listing, form.data["file"], now=clock.now())


def _say(form: Form, error: Refused | BadFile) -> None:
    """Show why a form was refused; a file is wrong by itself, the rest by how things stand."""
    if isinstance(error, Refused):
        form.refuse(error.refusal)
    else:
        form.errors["file"] = [error.message]
        form.status = 422


def _address(listing: Listing) -> str:
    return f"{HERE}/{ids.encode(listing.id)}"


def _sell_page(item: Item, seller: Seller, form: Form) -> Any:
    return _form_page(item, seller, form, listing=None, action=f"/items/{ids.encode(item.id)}/sell")


def _edit_page(listing: Listing, form: Form) -> Any:
    return _form_page(listing.item, listing.seller, form, listing=listing, action=f"{_address(listing)}/edit")


def _form_page(item: Item | None, seller: Seller, form: Form, *, listing: Listing | None, action: str) -> Any:
    settings: Settings = current_app.extensions["clozette.settings"]
    page = render_template(
        "selling/listing.html",
        item=item,
        seller=seller,
        form=form,
        naming=naming,
        words=words,
        fee_words=wording.fees(fees.current(seller.currency, clock.now())),
        lacking=rules.why_not_publish("sale", seller, ships=sellers.ships(seller.id), has_file=True),
        file=current_of(listing.id) if listing else None,
        kinds=kinds,
        most=settings.shop_file_mb,
        listing=listing,
        action=action,
    )
    return page, form.status
