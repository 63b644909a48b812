"""Buying as a browser does it: into the cart, the form filled, the button pressed."""

import re
from typing import Any

from clozette.kernel import ids
from tests.support.client import location

ADDRESS = {
    "phone": "+44 20 7183 8750",
    "shipping_name": "Bea Miller",
    "shipping_line1": "1 High Street",
    "shipping_postcode": "SW1A 1AA",
    "shipping_city": "London",
    "shipping_country": "GB",
    "billing": "same",
}


def put(bea: Any, listing: Any, quantity: int = 1) -> Any:
    """Put something into the cart."""
    return bea.post("/cart", data={"listing": ids.encode(listing.id), "quantity": quantity})


def form_of(bea: Any, seller_id: int, **changes: str) -> dict[str, str]:
    """Open the page of the address form, and fill it."""
    page = bea.get(f"/checkout?seller={ids.encode(seller_id)}").text
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page))
    return {**{name: hidden[name] for name in ("seller", "form_key", "total", "_notice")}, **ADDRESS, **changes}


def buy(bea: Any, listing: Any, **changes: str) -> str:
    """Put something into the cart and press Buy; return the order's reference."""
    put(bea, listing)
    where = location(bea.post("/checkout", data=form_of(bea, listing.seller_id, **changes)))
    assert where.startswith("/checkout/pay/")
    return where.rpartition("/")[2]
