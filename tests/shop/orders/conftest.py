"""A thing that somebody sells and another has paid for."""

from typing import Any

import pytest

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import payments
from clozette.kernel.ports.mail import KEY
from clozette.shop.orders.models import Order
from clozette.shop.payments import services
from clozette.shop.payments.models import Payment
from tests.factories.closets import make_item
from tests.factories.shop import make_listing, make_order


@pytest.fixture
def item(sam: Any) -> Any:
    """Give the thing."""
    return make_item(sam, category="outerwear", brand="COS", notes="From Paris", tags=["dear"], public=True)


@pytest.fixture
def order(app: Any, bea: Any, seller: Any, item: Any) -> Order:
    """Give an order of 47.00 that is paid, and of which everybody was told."""
    app.extensions[KEY].clear()
    made = make_order(bea, make_listing(seller, item, title="A green coat"), state="reserved")
    pay(made, bea)
    tasks.drain(app)
    db.session.expire_all()
    return made


def pay(order: Order, buyer: Any) -> None:
    """Pay at the service's page, and hear of it."""
    payment = db.session.get_one(Payment, services.ask(order, buyer, clock.now()))
    services.open_page(payment.id, clock.now())
    till: Any = payments.payments()
    till.pay(payment.session)
    services.take_over(till.session(payment.session), clock.now())
    db.session.commit()
