"""``/shop``: what is offered, one listing, and what a member offers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from clozette.accounts.access import member_by_handle
from clozette.closets.models import Item
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.money import Money
from clozette.kernel.paging import read_cursor
from clozette.kernel.viewer import Viewer
from clozette.kernel.web import gate, shell
from clozette.shop.listings import access, cards, closet, pages, parts, prices, queries, schemas, words
from clozette.shop.listings.models import Listing
from clozette.shop.listings.queries import Filters
from clozette.shop.listings.where import country_of
from clozette.shop.sellers import fees, places
from clozette.shop.sellers import queries as sellers

blueprint = Blueprint("shop", __name__)
HERE = "/shop"
_AMOUNTS = ("price_from", "price_to")


@blueprint.get(HERE)
@gate.everyone()
def index() -> str:
    """Show what is offered, narrowed by filters."""
    viewer = gate.viewer()
    country = country_of(viewer)
    asked, wrong = _read(request.args.to_dict(flat=False))
    filters: Filters = asked["filters"]
    page = pages.shop(viewer, filters, country, asked["after"])
    active, typed = _active(), {name: request.args.get(name, "") for name in _AMOUNTS}
    holes = {
        "cards": cards.render(page.items, country, now=clock.now()),
        "after": page.after or "",
        "panel": cards.panel(filters, country, active, wrong, typed),
        "chips": Markup(render_template("shop/_chips.html", active=active)) if filters.any() else "",  # noqa: S704
    }
    more, where = page.after is not None, places.name(country)
    return shell.render(
        "shop/list.html", holes, narrowed=filters.any(), some=bool(page.items), more=more, country=where
    )


@blueprint.get(f"{HERE}/<id:listing_id>")
@gate.everyone()
def listing(listing_id: int) -> str:
    """Show one."""
    viewer = gate.viewer()
    found = access.listing_for(viewer, listing_id)
    country, ways, item = country_of(viewer), sellers.rates_of(found.seller_id), closet.shown_item(viewer, found)
    first = next((way.first_minor for way in ways if way.country == country), None)
    all_in = prices.of_one(found, first, fees.current(found.currency, clock.now()))
    member = found.seller.member
    assert member is not None  # whoever may see it sees who sells it
    mine = viewer.member_id == member.id
    sizes = queries.sizes_of([found.item_id]).get(found.item_id or 0, ()) if found.variant else ()
    made = render_template(
        "shop/_listing.html",
        listing=found,
        seller=found.seller,
        mine=mine,
        photos=parts.gallery(item) if item else None,
        top=parts.top(found, found.seller, all_in, country),
        facts=parts.facts(found, item, mine=mine),
        sold_by=parts.sold_by(found, found.seller, ways),
        sizes=sizes,
        held_until=_held_until(found),
        **_beside_mine(viewer, item, all_in.total if all_in else None),
    )
    said = _("%(title)s, offered by %(name)s on Clozette.", title=found.title, name=member.display_name)
    holes = {"name": found.title, "said": said, "main": Markup(made)}  # noqa: S704 - made by a template
    return shell.render("shop/listing.html", holes, at=f"{HERE}/")


@blueprint.get("/@<handle>/shop")
@gate.everyone()
def shop_of(handle: str) -> str:
    """Show what a member offers."""
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    country = country_of(viewer)
    after = read_cursor(request.args.get("after"))
    page = pages.of_member(viewer, member, country, after)
    shown = cards.render(page.items, country, now=clock.now())
    return render_template("shop/member.html", member=member, page=page, cards=shown, country=country, places=places)


def _held_until(found: Listing) -> datetime | None:
    held = not found.variant and not found.remaining and found.state == "active"
    return queries.held_until([found.id]).get(found.id) if held else None


def _beside_mine(viewer: Viewer, item: closet.ShownItem | None, total: Money | None) -> dict[str, Any]:
    """Return what the viewer's own closet says to a listing; nothing to a guest, or to the seller."""
    if item is None or not viewer.is_member or item.member_id == viewer.member_id:
        return {"measured": parts.measured(closet.compare(item, None), (), None) if item else ""}
    mine = _chosen(viewer)
    choices = closet.to_compare(viewer, item.category) if item.measurements else ()
    says = closet.ask(viewer, item, total)
    measured = parts.measured(closet.compare(item, mine), choices, mine)
    return {"measured": measured, "closet_says": says, "pieces": parts.pieces(says)}


def _chosen(viewer: Viewer) -> Item | None:
    """Return the garment of the viewer's that they chose to compare with; none where the address names none of theirs."""
    chosen = read_cursor(request.args.get("beside"))
    if chosen is None:
        return None
    mine = sa.select(Item).where(Item.id == chosen, Item.member_id == viewer.member_id)
    return db.session.scalar(mine)


def _read(args: Mapping[str, list[str]]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Read the query: what is no filter of ours is passed over, so that every link leads somewhere; say what was wrong."""
    if not args:
        return {"filters": Filters(), "after": None}, {}
    schema = schemas.FiltersIn(unknown=ma.EXCLUDE)
    lists = {name for name, field in schema.load_fields.items() if isinstance(field, ma.fields.List)}
    typed = {
        name: [value for value in values if value] if name in lists else values[-1]
        for name, values in args.items()
        if values[-1] or name in lists
    }
    wrong = schema.validate(typed)
    # What is wrong of several filters together is only looked at where each by itself is right.
    wrong |= schema.validate({name: value for name, value in typed.items() if name not in wrong})
    asked: dict[str, Any] = schema.load({name: value for name, value in typed.items() if name not in wrong})
    return asked, wrong


def _active() -> list[tuple[str, str]]:
    """Return (what is chosen, address of the page without it) for every filter that is a list."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "after" and value]
    found = []
    for name, value in asked:
        if name in schemas.FILTERS:
            others = [pair for pair in asked if pair != (name, value)]
            label = places.name(value) if name == "country" else words.of_filter(name, value)
            found.append((label, f"{HERE}?{urlencode(others)}" if others else HERE))
    return found
