"""A seller with one thing to sell, and somebody who wants it."""

import re
from typing import Any

import pytest

from clozette.kernel import ids
from clozette.kernel.ports import payments
from clozette.kernel.ports.till import Till
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_seller
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


@pytest.fixture
def till(app) -> Till:
    """Give the payment service in memory."""
    with app.app_context():
        found = payments.payments()
    assert isinstance(found, Till)
    return found


@pytest.fixture
def seller(db_session):
    """Give somebody who sells."""
    return make_seller(make_member("sam"))


@pytest.fixture
def listing(seller):
    """Give one piece for 40.00, sent for 5.00."""
    return make_listing(seller, title="A green coat")


@pytest.fixture
def buyer(db_session):
    """Give somebody who buys."""
    return make_member("bea", country="GB")


@pytest.fixture
def bea(client_of, buyer):
    """Give the buyer's browser."""
    return client_of(buyer)


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
