"""``/selling/products``: what a trader deals in, from the first draft to taking it down."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.accounts.access import oneself
from clozette.closets import measures, naming
from clozette.closets.queries import item_by_key
from clozette.closets.rules import KEY_LENGTH, MAX_PHOTOS, fold
from clozette.closets.views import choices
from clozette.closets.views.adding import take_photos
from clozette.kernel import clock, ids
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import gate
from clozette.kernel.web.edge import keep
from clozette.kernel.web.forms import Form
from clozette.media.models import Photo
from clozette.shop import amounts
from clozette.shop.listings import queries as listings
from clozette.shop.listings import rules as listing_rules
from clozette.shop.listings import words
from clozette.shop.products import access, rules, schemas, services
from clozette.shop.products.access import Product
from clozette.shop.sellers import fees, wording
from clozette.shop.sellers import queries as sellers
from clozette.shop.sellers.access import own_seller
from clozette.shop.sellers.models import Seller

blueprint = Blueprint("selling_products", __name__)
HERE = "/selling/products"
_ONE = f"{HERE}/<id:item_id>"
SHOWN = {"open": listings.OPEN, "sold": ("sold",)}
_FEWEST_ROWS, _SPARE_ROWS = 6, 3


@blueprint.get(HERE)
@gate.members()
def products() -> Any:
    """List the viewer's products; who is no trader is told who has some."""
    seller = own_seller(gate.viewer())
    show = request.args.get("show", "open")
    after = read_cursor(request.args.get("after"))
    states = SHOWN.get(show, listings.OPEN)
    return render_template(
        "selling/products.html",
        seller=seller,
        refusal=rules.why_not_deal(seller.kind, products=0),
        page=listings.offers_of(seller, states, after, now=clock.now(), what=listings.PRODUCTS),
        show=show if show in SHOWN else "open",
        counts=listings.counts_of(seller.id, (listings.PRODUCTS,)),
        words=words,
    )


@blueprint.get(f"{HERE}/new")
@gate.members()
def new() -> Any:
    """Show the empty form."""
    seller = access.own_trader(gate.viewer())
    return _page(seller, Form(schemas.ProductForm, {"form_key": secrets.token_urlsafe(16)}), [])


@blueprint.post(f"{HERE}/new")
@gate.members(collects="CP2")
def create() -> Any:
    """Add a product, and offer it if that was pressed. Sent twice, the form leads to the one product."""
    form = Form(schemas.ProductForm)
    loaded = form.load()  # decodes the photos, before the first query takes SQLite's one lock
    viewer = gate.viewer()
    seller, owner = access.own_trader(viewer), oneself(viewer)
    key = str(form.value("form_key") or secrets.token_urlsafe(16))[:KEY_LENGTH]
    before = item_by_key(owner.id, key)
    if before is not None:
        return redirect(f"{_address(before.id)}/edit", 303)
    photos = take_photos(owner, form)
    if not _is_read(form, seller, loaded):
        return _again(seller, form, photos)
    try:
        product = services.add(seller, owner, form.data, photos, form_key=key, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _again(seller, form, photos)
    return _kept(product, publish=form.data["do"] == "publish" and product.lead.state == "draft")


@blueprint.get(f"{_ONE}/edit")
@gate.members()
def edit(item_id: int) -> Any:
    """Show the form of a product."""
    product = access.own_product(gate.viewer(), item_id)
    return _page(product.seller, Form(schemas.ProductForm, _values(product)), product.item.photos, product)


@blueprint.post(f"{_ONE}/edit")
@gate.members(collects="CP2")
def save(item_id: int) -> Any:
    """Save the form. If it was changed elsewhere meanwhile, say so and keep what was typed."""
    form = Form(schemas.ProductForm)
    loaded = form.load()
    viewer = gate.viewer()
    product = access.own_product(viewer, item_id)
    photos = take_photos(oneself(viewer), form, product.item.photos)
    if not _is_read(form, product.seller, loaded):
        return _again(product.seller, form, photos, product)
    try:
        services.save(product, form.data, photos, seen=form.data["version"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        product = access.own_product(viewer, item_id)
        form.values |= _counted(product, form) | {
            "version": product.item.version
        }  # having been told, they may save over it
        return _again(product.seller, form, photos, product)
    return _kept(product, publish=form.data["do"] == "publish" and product.lead.state != "active")


@blueprint.post(f"{_ONE}/pause")
@gate.members(collects="CP2")
def pause(item_id: int) -> Any:
    """Offer it no more for now."""
    services.pause(access.own_product(gate.viewer(), item_id), now=clock.now())
    flash(_("Paused: nobody sees it in the shop until you resume it."), "success")
    return redirect(HERE, 303)


@blueprint.post(f"{_ONE}/resume")
@gate.members(collects="CP2")
def resume(item_id: int) -> Any:
    """Offer it, again or from a draft."""
    return _kept(access.own_product(gate.viewer(), item_id), publish=True)


@blueprint.route(f"{_ONE}/remove", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def remove(item_id: int) -> Any:
    """Take it down for good."""
    services.remove(access.own_product(gate.viewer(), item_id), now=clock.now())
    flash(_("Taken down. It is deleted once no order has to do with it any more."), "success")
    return redirect(HERE, 303)


def _is_read(form: Form, seller: Seller, loaded: bool) -> bool:
    """Read the price in the seller's currency; whether nothing is wrong with the form."""
    if loaded:
        form.data["price_minor"] = amounts.read(form, "price", seller.currency)
    return loaded and not form.errors


def _kept(product: Product, *, publish: bool) -> Any:
    """Answer when a product is kept, and offered if that was asked for: what stands in the way is said."""
    refusal = _published(product) if publish else None
    if refusal is not None:
        flash(f"{_('Saved, but not offered yet.')} {refusal.message}", "error")
        return redirect(f"{_address(product.item.id)}/edit", 303)
    if publish:
        flash(_("It is in the shop now."), "success")
        return redirect(f"/shop/{ids.encode(product.lead.id)}", 303)
    flash(_("Saved."), "success")
    return redirect(HERE, 303)


def _published(product: Product) -> Refusal | None:
    try:
        services.publish(product, now=clock.now())
    except Refused as refused:
        return refused.refusal
    return None


def _values(product: Product) -> dict[str, Any]:
    """Return what the form of a product is filled with."""
    item, lead = product.item, product.lead
    unit, locale = choices.unit(), get_locale() or "en"
    lengths = {f"measure_{name}": measures.typed(mm, unit, locale) for name, mm in item.measurements.items()}
    values: dict[str, Any] = {
        "title": lead.title,
        "words": lead.words,
        "category": item.category_code,
        "brand": item.brand,
    }
    values |= {"colours": item.colours, "size_system": lead.size_system, "version": item.version, "unit": unit}
    values["price"] = amounts.typed(lead.price_minor, lead.currency)
    for row, size in enumerate(product.sizes, start=1):
        values |= {f"size_{row}": size.size, f"stock_{row}": size.remaining, f"left_{row}": size.remaining}
    return {**values, **lengths}


def _counted(product: Product, form: Form) -> dict[str, Any]:
    """Return anew how many there are of each size that is typed: having been told, the seller counts from there."""
    known = {fold(size.size or ""): size.remaining for size in product.sizes}
    return {f"left_{row}": known.get(fold(str(form.value(f"size_{row}"))), 0) for row in schemas.ROWS}


def _address(item_id: int) -> str:
    return f"{HERE}/{ids.encode(item_id)}"


def _again(seller: Seller, form: Form, photos: Sequence[Photo], product: Product | None = None) -> Any:
    """Show the form again with the photos that came in."""
    keep()
    form.status = form.status if form.status == 409 else 422
    return _page(seller, form, photos, product)


def _page(seller: Seller, form: Form, photos: Sequence[Photo], product: Product | None = None) -> Any:
    used = [row for row in schemas.ROWS if form.value(f"size_{row}") or form.value(f"stock_{row}") != ""]
    rows = min(max(_FEWEST_ROWS, max(used, default=0) + _SPARE_ROWS), rules.MOST_SIZES)
    page = render_template(
        "selling/product.html",
        seller=seller,
        form=form,
        photos=photos,
        product=product,
        naming=naming,
        words=words,
        rows=schemas.ROWS[:rows],
        most_photos=MAX_PHOTOS,
        fee_words=wording.fees(fees.current(seller.currency, clock.now())),
        lacking=listing_rules.why_not_publish("sale", seller, ships=sellers.ships(seller.id), has_file=True),
        action=f"{_address(product.item.id)}/edit" if product else f"{HERE}/new",
        **{
            name: value
            for name, value in choices.for_item_form(_group(form)).items()
            if name not in ("rules", "labels")
        },
        labels=_labels(),
    )
    return page, form.status


def _group(form: Form) -> str:
    return str(form.value("category"))


def _labels() -> dict[str, str]:
    own = {"title": _("Title"), "words": _("Description"), "sizes": _("Sizes")}
    rows = {f"size_{row}": _("Size") for row in schemas.ROWS} | {f"stock_{row}": _("Pieces") for row in schemas.ROWS}
    return choices.field_labels() | own | rows
