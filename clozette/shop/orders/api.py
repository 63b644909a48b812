"""Orders for programs: what one bought, and what one sold. They read; deeds are for people."""

from typing import Any

from clozette.kernel import clock
from clozette.kernel.paging import Page
from clozette.kernel.web import api, gate
from clozette.shop.orders import access, queries, schemas, showing
from clozette.shop.orders.showing import Shown
from clozette.shop.sellers import queries as sellers

blueprint = api.Blueprint("orders_api", __name__, description="Shop")


@blueprint.route("/orders")
@gate.members(scope="shop:read")
@blueprint.page(schemas.OrderOut, schemas.OrdersIn)
def orders(query: dict[str, Any]) -> Page[Shown]:
    """What you bought, newest first; with `side=sold` what others bought from you and paid."""
    member_id = gate.viewer().member_id
    assert member_id is not None
    if query["side"] == "bought":
        return _shown(queries.bought_by(member_id, query["after"]), "bought")
    seller = sellers.seller_of(member_id)
    return _shown(queries.sold_by(seller.id, query["after"]), "sold") if seller is not None else Page([], None)


@blueprint.route("/orders/<ref>")
@gate.members(scope="shop:read")
@blueprint.response(200, schemas.WholeOrderOut)
def order(ref: str) -> Shown:
    """One of them, with where it goes as far as you may see that."""
    return showing.whole(*access.either(gate.viewer(), ref), clock.now())


def _shown(page: Page[Any], side: showing.Side) -> Page[Shown]:
    return Page([Shown(order, side) for order in page.items], page.after)
