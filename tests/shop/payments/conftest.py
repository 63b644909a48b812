"""A payment service in memory, and the sandbox's over TLS; what holds for one holds for the other."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.ports import payments
from clozette.kernel.ports.payments import Payments, Terms
from clozette.kernel.ports.till import Till
from clozette.shop.payments import recipient
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support import stripe_sandbox, stripe_types
from tests.support.stripe_sandbox import Sandbox


@dataclass
class World:
    """A payment service, and whoever acts over there."""

    there: Payments
    people: Any

    @property
    def on_the_wire(self) -> bool:
        """Whether it is the sandbox."""
        return isinstance(self.people, Sandbox)

    def news(self) -> list[tuple[bytes, str]]:
        """Return the webhooks that were sent."""
        if isinstance(self.people, Sandbox):
            return [(body, headers["Stripe-Signature"]) for body, headers in self.people.sent]
        sent = [self.people.news(event) for event in self.people.sent]
        return [(body, headers["Stripe-Signature"]) for body, headers in sent]


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory) -> Iterator[Sandbox]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with stripe_sandbox.running(tmp_path_factory.mktemp("stripe")) as made:
        yield made


@pytest.fixture
def sandbox(_sandbox: Sandbox) -> Sandbox:
    """Give the sandbox, which has forgotten everything."""
    _sandbox.clear()
    return _sandbox


@pytest.fixture(autouse=True)
def stripe_calls() -> Iterator[list[stripe_types.Call]]:
    """Hold every call of Stripe's client against its types."""
    with stripe_types.checked() as calls:
        yield calls


@pytest.fixture
def till() -> Till:
    """Give the twin in memory."""
    return Till()


@pytest.fixture(params=["till", "sandbox"])
def world(request, app: Flask) -> Iterator[World]:
    """Give one after the other, as the site's own."""
    people = request.getfixturevalue(request.param)
    there = people.there if isinstance(people, Sandbox) else people
    before = app.extensions.get(payments.KEY)
    app.extensions[payments.KEY] = lambda: there
    yield World(there, people)
    app.extensions[payments.KEY] = before


@pytest.fixture
def seller(db_session, world: World):
    """Give a seller whom the service knows."""
    member = make_member("sam")
    made = make_seller(member, account=None, state="asked")
    account = world.there.open_account(recipient.of_seller(made, member, clock.now()), made.account_key, abroad=True)
    world.people.onboard(account)
    made.account, made.state = account, "active"
    world.people.sent.clear()
    db_session.flush()
    return made


@pytest.fixture
def buyer(db_session):
    """Give a buyer."""
    return make_member("bea")


@pytest.fixture
def order(db_session, seller, buyer):
    """Give an order of 47.00, of which 3.00 are the house's."""
    return make_order(buyer, make_listing(seller))


def terms_for(order, seller) -> Terms:
    """Return how an order is paid."""
    return Terms(
        account=seller.account,
        fee_minor=order.fee_minor + order.seller_fee_minor,
        title="Order",
        paid_url="https://localhost/checkout/return",
        left_url="https://localhost/checkout/cancel",
        expires_at=clock.now() + timedelta(hours=1),
        abroad=True,
    )
