"""A seller with one thing to sell, and somebody who wants it."""

import pytest

from clozette.kernel.ports import payments
from clozette.kernel.ports.till import Till
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_seller


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
