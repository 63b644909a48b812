"""A thing that was sold and arrived, and people who decide."""

import re
from typing import Any

import pytest

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mail import KEY
from clozette.shop.cases import access, deciding, services
from clozette.shop.cases.models import Case
from clozette.shop.cases.moves import Said
from clozette.shop.orders import deeds, queries
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order
from tests.shop.orders.conftest import pay

FORM_KEY = re.compile(r'name="form_key" value="([^"]+)"')


@pytest.fixture
def judy(db_session: Any) -> Any:
    """Give one of the staff."""
    return make_member("judy", roles=("moderator",))


@pytest.fixture
def mark(db_session: Any) -> Any:
    """Give another one."""
    return make_member("mark", roles=("moderator",))


@pytest.fixture
def order(app: Any, bea: Any, seller: Any) -> Order:
    """Give an order of 47.00 that was sent; 40.00 are the coat's, 5.00 the shipping, 2.00 the house's."""
    made = make_order(bea, make_listing(seller, title="A green coat"), state="reserved")
    pay(made, bea)
    tasks.drain(app)
    deeds.ship(whole(made), courier="dhl", tracking="JD 0140", shares=[], now=clock.now())
    db.session.commit()
    app.extensions[KEY].clear()
    return made


@pytest.fixture
def arrived(order: Order) -> Order:
    """Give it as it arrived."""
    orders.receive(whole(order), clock.now())
    db.session.commit()
    return order


@pytest.fixture
def case(arrived: Order, bea: Any) -> Case:
    """Give a complaint about it: all of the coat is asked back."""
    return complain(arrived, bea)


@pytest.fixture
def answered(case: Case, sam: Any, judy: Any) -> Case:
    """Give it with the seller's answer, in the hands of one of the staff."""
    services.answer(access.whole(case.id), Said("It was green in the shop."), by=sam, now=clock.now())
    deciding.take(access.whole(case.id), judy, clock.now())
    db.session.commit()
    return case


def whole(order: Order) -> Order:
    """Return an order with its lines, locked."""
    found = queries.whole(order.id, lock=True)
    assert found is not None
    return found


def line_of(order: Order) -> str:
    """Return how the order's one line is called."""
    return str(whole(order).lines[0].id)


def complain(order: Order, buyer: Any, *, kind: str = "not_as_described", amount: int = 4000) -> Case:
    """Open a case, and forget what is known of it."""
    asked = {line_of(order): amount}
    made = services.open_case(whole(order), kind, asked, Said("It is blue."), by=buyer, now=clock.now())
    db.session.commit()
    return made


def decide(case: Case, staff: Any, amount: int, **changes: Any) -> None:
    """Decide that so much of the one line goes back."""
    found = access.whole(case.id)
    assert found is not None
    said = {"must_return": False, "reasons": "It is blue indeed.", **changes}
    deciding.decide(found, staff, {found.lines[0].part: amount}, **said, now=clock.now())
    db.session.commit()
