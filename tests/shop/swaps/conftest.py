"""Members who swap, and a swap that they agreed on."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.shop.buying.tasks import end_holds
from clozette.shop.ledger import queries as ledger
from clozette.shop.orders import deeds
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from clozette.shop.orders.tasks import tend_orders
from clozette.shop.payments import services as payments
from clozette.shop.payments.models import Payment
from clozette.shop.swaps import queries, services
from clozette.shop.swaps.models import Swap
from clozette.shop.swaps.services import Part
from clozette.shop.swaps.tasks import tend_swaps
from tests.factories.accounts import make_member
from tests.factories.buying import ADDRESS
from tests.factories.closets import make_item
from tests.factories.shop import make_listing, make_seller

NAMES = ("ada", "bea", "cat", "dan")
YES = {**ADDRESS, "shipping_line2": ""}
GIVEN = {
    **YES,
    **{f"billing_{name}": "" for name in ("name", "line1", "line2", "postcode", "city", "country")},
}


class Round:
    """Members with a thing each, in a ring."""

    def __init__(self, app: Any, members: int, mark: str = "") -> None:
        """Make them; ``mark`` tells them apart from those of other tests on the same site."""
        self.app, names = app, NAMES[:members]
        self.members = [make_member(f"{name}{mark}", display_name=name.title(), country="GB") for name in names]
        accounts = (
            [{"account": f"acct_{one}{mark}", "account_key": f"{one}{mark}"} for one in names] if mark else [{}] * 4
        )
        self.sellers = [make_seller(member, **account) for member, account in zip(self.members, accounts, strict=False)]
        items = [make_item(member, category="outerwear", brand="COS", public=True) for member in self.members]
        self.listings = [
            make_listing(seller, item, mode="swap", title=f"{name}'s coat", price_minor=None, form_key=f"swap{mark}")
            for seller, item, name in zip(self.sellers, items, NAMES, strict=False)
        ]
        db.session.commit()

    def propose(self, *, value: int = 5000, topup: int = 0, key: str = "k") -> Swap:
        """Propose the ring; the first one adds the top-up."""
        parts = [
            Part(seller, [listing], value, topup if place == len(self.members) - 1 else 0)
            for place, (seller, listing) in enumerate(zip(self.sellers, self.listings, strict=True))
        ]
        return services.propose(self.members[0], parts, form_key=key, now=clock.now())

    def agree(self, **terms: Any) -> Swap:
        """Propose it, and let everybody say yes."""
        swap = self.propose(**terms)
        db.session.commit()
        for member in self.members:
            services.say_yes(self.fresh(swap), member, GIVEN, None, now=clock.now())
        self.drain()
        return self.fresh(swap)

    def run(self, **terms: Any) -> Swap:
        """Bring it to where all have paid."""
        swap = self.agree(**terms)
        for order in self.orders():
            self.pay(order)
        return self.fresh(swap)

    def send(self, place: int) -> None:
        """Let the giver of a leg send it."""
        order = self.orders()[place]
        deeds.ship(order, courier="dhl", tracking="JD0140", shares=(), now=clock.now())
        self.drain()

    def receive(self, place: int) -> None:
        """Let it arrive."""
        orders.receive(self.orders()[place], clock.now())
        self.drain()

    def tend(self) -> None:
        """Let the clock's tasks run, and what comes of it."""
        for one in (end_holds, tend_orders, tend_swaps):
            tasks.enqueue(one)
            self.drain()

    def states(self) -> list[str]:
        """Return how the orders stand, by leg."""
        return [order.state for order in self.orders()]

    def balances(self) -> list[tuple[int, int]]:
        """Return what each seller has: held, and available."""
        found = [ledger.balance(seller.id) for seller in self.sellers]
        return [(one.held, one.available) for one in found]

    def pay(self, order: Order) -> None:
        """Pay a deposit at the service's page, and hear of it."""
        payment = order_payment(order)
        payments.open_page(payment.id, clock.now())
        till: Any = ports.payments()
        till.pay(payment.session)
        payments.take_over(till.session(payment.session), clock.now())
        self.drain()

    def orders(self) -> list[Order]:
        """Return the orders, by leg."""
        return list(db.session.scalars(sa.select(Order).options(selectinload(Order.lines)).order_by(Order.id)))

    def drain(self) -> None:
        """Commit, and do what waits."""
        db.session.commit()
        tasks.drain(self.app)
        db.session.expire_all()

    def fresh(self, swap: Swap) -> Swap:
        """Return a swap as it is now."""
        db.session.expire_all()
        found = queries.whole(swap.id, lock=True)
        assert found is not None
        return found


def order_payment(order: Order) -> Any:
    """Return the payment of an order."""
    return db.session.scalars(sa.select(Payment).where(Payment.order_id == order.id)).one()


@pytest.fixture
def ring(app: Any, db_session: Any) -> Callable[[int], Round]:
    """Give ``ring(members)``."""
    return lambda members: Round(app, members)
