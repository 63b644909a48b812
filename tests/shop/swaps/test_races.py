"""Two deeds on a swap in one moment: the database lets one come after the other, and each finds what the other did."""

from typing import Any

import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.refusal import Refused
from clozette.shop.ledger import queries as ledger
from clozette.shop.listings import services as listings
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.payments import services as payments
from clozette.shop.swaps import queries, services
from clozette.shop.swaps.models import Swap
from clozette.shop.swaps.tasks import tend_swap
from tests.shop.swaps.conftest import GIVEN, order_payment
from tests.support import races


def saying(swap_id: int, member: Any, what: str) -> Any:
    """Return the deed of saying yes or no."""

    def do() -> None:
        swap, now = queries.whole(swap_id, lock=True), clock.now()
        assert swap is not None
        if what == "yes":
            services.say_yes(swap, member, GIVEN, None, now=now)
        else:
            services.say_no(swap, member, now=now)

    return do


def apart(*members: Any) -> None:
    """Let members be read by other threads, and let go of the database."""
    db.session.commit()
    for member in members:
        db.session.refresh(member)
        db.session.expunge(member)
    db.session.commit()


def state_of(swap_id: int) -> str:
    """Return how a swap stands."""
    db.session.expire_all()
    return db.session.get_one(Swap, swap_id).state


def test_two_say_yes_at_once(app, ring):
    pair = ring(2)
    swap_id, members = pair.propose().id, pair.members
    apart(*members)
    assert races.at_once(app, *[saying(swap_id, member, "yes") for member in members]) == []
    assert state_of(swap_id) == "agreed"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 2
    assert db.session.scalars(sa.select(Listing.remaining)).all() == [0, 0]


def test_one_steps_back_while_the_last_says_yes(app, ring):
    pair = ring(2)
    swap = pair.propose()
    services.say_yes(pair.fresh(swap), pair.members[0], GIVEN, None, now=clock.now())
    swap_id, (one, other) = swap.id, pair.members
    apart(one, other)
    raised = races.at_once(app, saying(swap_id, one, "no"), saying(swap_id, other, "yes"))
    pair.drain()
    assert state_of(swap_id) in ("declined", "failed")  # before the last yes, or after it
    assert all(isinstance(error, Refused) for error in raised)
    assert (state_of(swap_id) == "declined") == bool(raised)
    assert db.session.scalars(sa.select(Listing.remaining)).all() == [1, 1]
    assert set(pair.states()) <= {"cancelled"}


def test_an_item_is_sold_while_the_last_says_yes(app, ring):
    pair = ring(2)
    pair.listings[1].mode, pair.listings[1].price_minor = "sale", 4000
    swap = pair.propose()
    services.say_yes(pair.fresh(swap), pair.members[0], GIVEN, None, now=clock.now())
    swap_id, other, listing_id = swap.id, pair.members[1], pair.listings[1].id
    apart(other)
    raised = races.at_once(app, saying(swap_id, other, "yes"), lambda: listings.reserve({listing_id: 1}))
    assert [type(error) for error in raised] == [Refused]
    assert db.session.scalars(sa.select(Listing.remaining).where(Listing.id == listing_id)).one() == 0
    assert state_of(swap_id) in ("agreed", "proposed")
    assert len(pair.orders()) == (2 if state_of(swap_id) == "agreed" else 0)


def test_the_last_money_comes_while_one_steps_back(app, ring):
    pair = ring(2)
    swap = pair.agree()
    pair.pay(pair.orders()[0])
    payment = order_payment(pair.orders()[1])
    payments.open_page(payment.id, clock.now())
    till: Any = ports.payments()
    page, swap_id, one = till.pay(payment.session), swap.id, pair.members[0]
    apart(one)
    deeds = (lambda: payments.take_over(page, clock.now()), saying(swap_id, one, "no"))
    raised = races.at_once(app, *deeds)
    pair.drain()
    state = state_of(swap_id)
    assert state in ("running", "failed")
    assert [type(error) for error in raised] == ([Refused] if state == "running" else [])
    assert set(pair.states()) == ({"paid"} if state == "running" else {"cancelled"})
    assert pair.balances() == ([(5000, 0)] * 2 if state == "running" else [(0, 0)] * 2)
    assert ledger.faults() == []


def test_two_workers_settle_once(app, ring, stopped_clock):
    stopped_clock.stop()
    pair = ring(2)
    swap_id = pair.run(topup=700).id
    for place in (0, 1):
        pair.send(place)
        pair.receive(place)
    stopped_clock.forward(days=8)
    raised = races.at_once(app, *[lambda: tend_swap.run(swap_id=swap_id)] * 3)
    assert raised == []
    pair.drain()
    assert (state_of(swap_id), pair.states()) == ("done", ["complete", "complete"])
    assert sum(available for _held, available in pair.balances()) == 700
    assert ledger.faults() == []
