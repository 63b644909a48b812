"""A trader, and somebody who buys."""

from typing import Any

import pytest

from clozette.shop.products.access import Product
from clozette.shop.sellers.models import Seller
from tests.factories.accounts import make_member
from tests.factories.products import TRADER, make_product
from tests.factories.shop import make_seller


@pytest.fixture
def loom(db_session: Any) -> Any:
    """Give the trader, as a member."""
    return make_member("loom", display_name="Loom", country="DE")


@pytest.fixture
def seller(loom: Any) -> Seller:
    """Give what makes them a seller."""
    return make_seller(loom, **TRADER)


@pytest.fixture
def bea(db_session: Any) -> Any:
    """Give the one who buys."""
    return make_member("bea", display_name="Bea Buyer", country="GB")


@pytest.fixture
def shirt(loom: Any, seller: Seller, db_session: Any) -> Product:
    """Give a shirt for 40.00: two of S, one M, no L."""
    made = make_product(loom, seller=seller)
    db_session.commit()
    return made
