"""Listings for programs: what is offered, without signing in; one's own with a token."""

from typing import Any

from clozette.closets import naming
from clozette.closets.access import own_item
from clozette.kernel import clock
from clozette.kernel.money import Money
from clozette.kernel.paging import Page
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web import api, gate
from clozette.shop.listings import access, queries, rules, schemas, services
from clozette.shop.listings.models import Listing
from clozette.shop.listings.queries import Card
from clozette.shop.listings.where import country_of
from clozette.shop.sellers import queries as sellers
from clozette.shop.sellers.models import Seller
from clozette.shop.sellers.rules import why_not_sell

blueprint = api.Blueprint("listings_api", __name__, description="Shop")
_PLAIN = ("mode", "title", "words", "condition", "stock")


@blueprint.route("/listings")
@gate.everyone()
@blueprint.page(schemas.ListingOut, schemas.FiltersIn)
def listings(query: dict[str, Any]) -> Page[Card]:
    """What is offered, newest first, narrowed by filters (each may be given several times).

    `all_in` is what one piece comes to in your country; without a token, in the country of the house.
    """
    viewer = gate.viewer()
    return queries.shop(viewer, query["filters"], country_of(viewer), query["after"], now=clock.now())


@blueprint.route("/listings/<id:listing_id>")
@gate.everyone()
@blueprint.response(200, schemas.ListingOut)
def listing(listing_id: int) -> Card:
    """One of them."""
    return _card(access.listing_for(gate.viewer(), listing_id))


@blueprint.route("/listings", methods=["POST"])
@gate.members(scope="shop:write", collects="CP2")
@blueprint.arguments(schemas.ListingIn)
@blueprint.response(201, schemas.OwnListingOut)
def offer(data: dict[str, Any]) -> Card:
    """Offer one of your items. The same `form_key` again answers with the listing that it made."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    seller = sellers.seller_of(viewer.member_id)
    if seller is None:
        raise Refused(why_not_sell(seller) or rules.not_now())
    item = own_item(viewer, data["item"])
    facts = {name: data[name] for name in _PLAIN} | _amounts(data, seller)
    facts["title"] = facts["title"] or naming.describe(item)
    made = services.offer(seller, item, facts, form_key=data["form_key"], now=clock.now())
    if data["publish"] and made.state == "draft":
        services.publish(made, now=clock.now())
    return _card(made)


@blueprint.route("/listings/<id:listing_id>", methods=["PATCH"])
@gate.members(scope="shop:write", collects="CP2")
@blueprint.arguments(schemas.ListingPatch)
@blueprint.response(200, schemas.OwnListingOut)
def change(data: dict[str, Any], listing_id: int) -> Card:
    """Change one of your listings; what is absent stays. `state` offers it, pauses it or takes it down for good."""
    now = clock.now()
    found = access.own_listing(gate.viewer(), listing_id)
    facts: dict[str, Any] = {name: data.get(name, getattr(found, name)) for name in _PLAIN}
    facts |= {"price_minor": found.price_minor, "floor_minor": found.floor_minor, **_amounts(data, found.seller)}
    services.save(found, facts, seen=data.get("version"), now=now)
    if "state" in data and data["state"] != found.state:
        _STATES[data["state"]](found, now=now)
    return _card(found)


_STATES: dict[str, Any] = {"active": services.publish, "paused": services.pause, "removed": services.remove}


def _amounts(data: dict[str, Any], seller: Seller) -> dict[str, Any]:
    """Return the columns of the amounts that are there.

    :raises Refused: ``currency`` if one is in another currency than all of the seller's.
    """
    given: dict[str, Money | None] = {name: data[name] for name in ("price", "floor") if name in data}
    for name, amount in given.items():
        if amount is not None and amount.currency != seller.currency:
            raise Refused(Refusal("currency", rules.only_currency(seller.currency), name))
    return {f"{name}_minor": amount and amount.amount_minor for name, amount in given.items()}


def _card(listing: Listing) -> Card:
    return queries.card_of(listing, country_of(gate.viewer()), now=clock.now())
