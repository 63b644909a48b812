"""What is forgotten of where orders went."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.tasks import drain, enqueue
from clozette.shop.orders import forgetting, tasks
from clozette.shop.orders.models import OrderAddress
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller


@pytest.mark.requirement(3)
@pytest.mark.parametrize(
    ("state", "paid", "days", "left"),
    [
        ("expired", False, 6, "all"),
        ("expired", False, 8, "nothing"),
        ("cancelled", False, 8, "nothing"),
        ("cancelled", True, 8, "all"),
        ("cancelled", True, 91, "no phone"),
        ("complete", True, 89, "all"),
        ("complete", True, 91, "no phone"),
        ("shipped", True, 400, "all"),
    ],
)
def test_addresses_go_when_nothing_needs_them(app, db_session, state, paid, days, left):
    now = clock.now()
    order = make_order(make_member("bea"), make_listing(make_seller(make_member("sam"))), state)
    order.state_at = now - timedelta(days=days)
    order.paid_at = now - timedelta(days=days + 1) if paid else None
    db_session.commit()
    enqueue(tasks.forget_addresses)
    db_session.commit()
    drain(app)
    phones = db_session.scalars(sa.select(OrderAddress.phone).where(OrderAddress.order_id == order.id)).all()
    assert {"all": all(phones) and len(phones) == 2, "nothing": not phones, "no phone": set(phones) == {""}}[left]
    assert forgetting.forget(now) == 0
