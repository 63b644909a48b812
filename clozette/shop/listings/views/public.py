"""``/shop``: what is offered, one listing, and what a member offers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import marshmallow as ma
import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask_babel import get_locale
from markupsafe import Markup

from clozette.accounts.access import member_by_handle
from clozette.closets import colours, measures, naming
from clozette.closets import words as closet_words
from clozette.closets.models import Item
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.money import Money
from clozette.kernel.paging import read_cursor
from clozette.kernel.viewer import Viewer
from clozette.kernel.web import gate, shell
from clozette.shop.listings import access, cards, closet, pages, prices, queries, schemas, words
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
    shown: dict[str, bool | str] = {
        "country": places.name(country),
        "some": bool(page.items),
        "more": page.after is not None,
    }
    return shell.render("shop/list.html", holes, narrowed=filters.any(), **shown)


@blueprint.get(f"{HERE}/<id:listing_id>")
@gate.everyone()
def listing(listing_id: int) -> str:
    """Show one."""
    viewer = gate.viewer()
    found = access.listing_for(viewer, listing_id)
    country, ways, item = country_of(viewer), sellers.rates_of(found.seller_id), access.item_of(viewer, found)
    all_in = prices.all_in(found, country, fees.current(found.currency, clock.now()))
    return render_template(
        "shop/listing.html",
        listing=found,
        item=item,
        seller=found.seller,
        country=country,
        all_in=all_in,
        ways=places.together(ways),
        held_until=queries.held_until(found.id) if not found.remaining and found.state == "active" else None,
        **_beside_mine(viewer, item, all_in.total if all_in else None),
        **_names(),
    )


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


def _beside_mine(viewer: Viewer, item: Item | None, total: Money | None) -> dict[str, Any]:
    """Return what the viewer's own closet says to a listing; nothing to a guest, or to the seller."""
    if item is None or not viewer.is_member or item.member_id == viewer.member_id:
        return {"lengths": closet.compare(item, None) if item else ()}
    mine = _chosen(viewer)
    return {
        "lengths": closet.compare(item, mine),
        "mine_beside": mine,
        "choices": closet.to_compare(viewer, item.category) if item.measurements else (),
        "closet_says": closet.ask(viewer, item, total),
    }


def _chosen(viewer: Viewer) -> Item | None:
    """Return the garment of the viewer's that they chose to compare with; none where the address names none of theirs."""
    chosen = read_cursor(request.args.get("beside"))
    mine = sa.select(Item).where(Item.id == chosen, Item.member_id == viewer.member_id)
    return None if chosen is None else db.session.scalar(mine)


def _names() -> dict[str, Any]:
    return {
        "words": words,
        "closet_words": closet_words,
        "naming": naming,
        "colours": colours,
        "measures": measures,
        "places": places,
        "locale": get_locale() or "en",
    }


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
