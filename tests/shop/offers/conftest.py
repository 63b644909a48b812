"""A seller with one thing to sell, and somebody who would give less for it."""

from typing import Any

import pytest

from tests.factories.shop import make_listing


@pytest.fixture
def coat(seller: Any) -> Any:
    """Give one piece for 40.00, sent for 5.00."""
    return make_listing(seller, title="A green coat")


@pytest.fixture
def sams(client_of: Any, seller: Any, sam: Any) -> Any:
    """Give the seller's browser."""
    return client_of(sam)


@pytest.fixture
def beas(client_of: Any, bea: Any) -> Any:
    """Give the buyer's browser."""
    return client_of(bea)
