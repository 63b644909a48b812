"""Every way in which a swap comes to nothing: each side has its thing or its money, and the books balance."""

from typing import Any

import pytest
import sqlalchemy as sa

from clozette.accounts.services import blocks
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.refusal import Refused
from clozette.shop.ledger import queries as ledger
from clozette.shop.listings.models import Listing
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from clozette.shop.payments import refunds
from clozette.shop.payments import services as payments
from clozette.shop.swaps import driving, queries, services
from clozette.shop.swaps.models import Leg, Swap
from tests.factories.accounts import make_member
from tests.factories.shop import dispute, make_listing, make_order
from tests.shop.swaps.conftest import GIVEN, YES, order_payment


@pytest.fixture(autouse=True)
def still(stopped_clock: Any) -> Any:
    """Let time pass only when a test says so."""
    stopped_clock.stop()
    return stopped_clock


def ended(swap: Swap) -> tuple[str, str | None]:
    """Return how a swap ended."""
    db.session.expire_all()
    found = db.session.get_one(Swap, swap.id)
    return found.state, found.ended_because


def on_offer() -> list[tuple[str, int]]:
    """Return how the listings stand."""
    rows = sa.select(Listing.state, Listing.remaining).order_by(Listing.id)
    return [(row.state, row.remaining) for row in db.session.execute(rows)]


def paid_back() -> list[int]:
    """Return what was paid back of each order."""
    return list(db.session.scalars(sa.select(Order.refunded_minor).order_by(Order.id)))


FREE = [("active", 1), ("active", 1)]


def test_one_does_not_pay_in_time(ring, still):
    pair = ring(2)
    swap = pair.agree()
    pair.pay(pair.orders()[0])
    still.forward(hours=23)
    pair.tend()
    assert ended(swap) == ("failed", "unpaid")
    assert (pair.states(), paid_back()) == (["cancelled", "expired"], [5000, 0])
    assert on_offer() == FREE
    assert (pair.balances(), ledger.faults()) == ([(0, 0), (0, 0)], [])


@pytest.mark.parametrize("paid", [0, 1])
def test_one_steps_back_before_all_have_paid(ring, client_of, paid):
    pair = ring(2)
    swap = pair.agree()
    for order in pair.orders()[:paid]:
        pair.pay(order)
    assert client_of(pair.members[0]).post(f"/swaps/{swap.ref}/no").status_code == 303
    pair.drain()
    assert ended(swap) == ("failed", "withdrawn")
    assert (pair.states(), paid_back()) == (["cancelled", "cancelled"], [5000 * paid, 0])
    assert on_offer() == FREE


def test_leaving_the_payment_page_for_good_steps_back_too(ring, client_of):
    pair = ring(2)
    swap = pair.agree()
    order = pair.orders()[0]
    buyer = next(member for member in pair.members if member.id == order.buyer_id)
    left = client_of(buyer).post(f"/checkout/cancel/{order.ref}")
    assert (left.status_code, left.location) == (303, "/swaps")
    pair.drain()
    assert ended(swap) == ("failed", "unpaid")
    assert on_offer() == FREE
    assert "“" in client_of(buyer).get("/swaps").text


def test_nobody_steps_back_once_all_have_paid(ring, client_of):
    pair = ring(2)
    swap = pair.run()
    assert client_of(pair.members[0]).post(f"/swaps/{swap.ref}/no").status_code == 409
    assert ended(swap) == ("running", None)


def test_what_is_not_sent_is_off_and_what_was_sent_is_sold(ring, still):
    trio = ring(3)
    swap = trio.run()
    trio.send(0)
    still.forward(days=4)
    trio.send(1)
    still.forward(days=2)
    trio.tend()
    assert ended(swap) == ("failed", "broken")
    assert trio.states() == ["shipped", "shipped", "cancelled"]
    for place in (0, 1):
        trio.receive(place)
    still.forward(days=8)
    trio.tend()
    assert trio.states() == ["complete", "complete", "cancelled"]
    assert paid_back() == [0, 0, 5000]
    assert trio.balances() == [(0, 5000), (0, 5000), (0, 0)]
    assert on_offer()[2] == ("sold", 1)  # whoever didn't send it offers it again by themself
    assert ledger.faults() == []


def test_a_giver_who_cancels_lets_the_others_keep_their_things(ring, client_of):
    pair = ring(2)
    swap = pair.run()
    order = pair.orders()[0]
    assert client_of(pair.members[0]).post(f"/selling/orders/{order.ref}/cancel").status_code == 303
    pair.drain()
    assert ended(swap) == ("failed", "broken")
    assert (pair.states(), paid_back()) == (["cancelled", "cancelled"], [5000, 5000])
    assert on_offer()[1] == ("active", 1)


def test_a_leg_that_a_bank_asks_about_keeps_no_other_waiting(ring, still):
    trio = ring(3)
    swap = trio.run()
    dispute(trio.orders()[0], "open")
    still.forward(days=6)
    trio.tend()  # two were not sent, and called off by the clock
    trio.tend()
    assert ended(swap) == ("failed", "broken")
    assert trio.states() == ["paid", "cancelled", "cancelled"]
    assert swap.id not in queries.due(clock.now())  # it may be months
    dispute(trio.orders()[0], "won")
    trio.tend()
    assert (trio.states()[0], paid_back(), ledger.faults()) == ("cancelled", [5000] * 3, [])


def test_legs_of_a_failed_swap_are_called_off_whatever_becomes_of_one(ring):
    trio = ring(3)
    swap = trio.run()
    dispute(trio.orders()[0], "open")
    services.move(trio.fresh(swap), "failed", clock.now(), ended_because="broken")
    trio.drain()
    assert trio.states() == ["paid", "cancelled", "cancelled"]


def arrived(ring: Any) -> Any:
    """Bring a pair to where both have what they swapped for."""
    pair = ring(2)
    pair.run()
    for place in (0, 1):
        pair.send(place)
        pair.receive(place)
    return pair


def test_what_goes_back_makes_the_other_a_sale(ring, still):
    pair = arrived(ring)
    order = pair.orders()[0]
    orders.move(order, "returned", clock.now())
    refunds.refund_all(order, because="case", key="case-1", now=clock.now())
    pair.drain()
    assert pair.states() == ["returned", "received"]
    still.forward(days=8)
    pair.tend()
    assert (pair.states(), pair.balances()) == (["returned", "complete"], [(0, 0), (0, 5000)])


def test_what_is_worth_less_is_reckoned_with(ring, still):
    """Both keep what they got and owe its price, less what was given back: so one pays the other just that part."""
    pair = arrived(ring)
    order = pair.orders()[0]
    refunds.refund(order, {str(order.lines[0].id): 1500}, because="case", key="case-1", now=clock.now())
    still.forward(days=8)
    for _time in (1, 2):  # the swap is undone first, then each order is its own
        pair.tend()
    assert pair.states() == ["complete", "complete"]
    assert pair.balances() == [(0, 3500), (0, 5000)]


def test_nothing_is_settled_while_somebody_complains(ring, still):
    pair = arrived(ring)
    pair.orders()[1].contested_at = clock.now()
    db.session.commit()
    still.forward(days=8)
    pair.tend()
    assert pair.states() == ["received", "received"]
    with pytest.raises(Refused, match="order_state"):
        orders.complete(pair.orders()[0], clock.now())
    pair.orders()[1].contested_at = None
    pair.tend()
    assert (pair.states(), paid_back()) == (["complete", "complete"], [5000, 5000])


def test_money_that_comes_after_the_end_goes_back(app, ring, still):
    pair = ring(2)
    swap = pair.agree()
    first, second = (order_payment(order) for order in pair.orders())
    payments.open_page(second.id, clock.now())
    session, till = second.session, ports.payments()
    db.session.commit()
    late: Any = till
    late.pay(session)  # paid, and nobody tells us yet
    services.say_no(pair.fresh(swap), pair.members[0], now=clock.now())
    db.session.commit()
    payments.take_over(till.session(session), clock.now())
    pair.drain()
    assert ended(swap) == ("failed", "withdrawn")
    assert (pair.states(), paid_back()) == (["cancelled", "cancelled"], [0, 5000])
    assert on_offer() == FREE
    assert first.id and ledger.faults() == []


def test_money_for_a_leg_that_is_off_brings_no_swap_back(ring):
    pair = ring(2)
    swap = pair.agree()
    payment = order_payment(pair.orders()[1])
    payments.open_page(payment.id, clock.now())
    till: Any = ports.payments()
    page = till.pay(payment.session)
    pair.orders()[1].state = "cancelled"
    listing = pair.listings[1]  # such as anybody could buy again
    listing.mode, listing.price_minor, listing.remaining = "sale", 4000, 1
    db.session.commit()
    services.say_no(pair.fresh(swap), pair.members[0], now=clock.now())
    db.session.commit()
    payments.take_over(page, clock.now())
    pair.drain()
    assert (pair.states(), paid_back()) == (["cancelled", "refunded"], [0, 5000])


def test_the_last_yes_is_not_taken_for_what_is_gone(ring, client_of):
    pair = ring(2)
    swap = pair.propose()
    services.say_yes(pair.fresh(swap), pair.members[0], GIVEN, None, now=clock.now())
    pair.listings[0].mode, pair.listings[0].price_minor = "sale", 4000
    make_order(make_member("zoe"), pair.listings[0])
    answer = client_of(pair.members[1]).post(f"/swaps/{swap.ref}/yes", data=YES)
    assert (answer.status_code, "taken or held" in answer.text) == (409, True)
    assert ended(swap) == ("proposed", None)
    assert sorted(db.session.scalars(sa.select(Leg.answer))) == ["none", "yes"]
    assert [remaining for _state, remaining in on_offer()] == [0, 1]


@pytest.mark.requirement(75)
def test_a_no_ends_it_and_forgets_the_addresses(ring, client_of):
    pair = ring(2)
    swap = pair.propose()
    services.say_yes(pair.fresh(swap), pair.members[0], GIVEN, None, now=clock.now())
    assert client_of(pair.members[1]).post(f"/swaps/{swap.ref}/no").status_code == 303
    pair.drain()
    assert ended(swap) == ("declined", "no")
    assert db.session.scalars(sa.select(Leg.address)).all() == [None, None]
    again = client_of(pair.members[1]).post(f"/swaps/{swap.ref}/yes", data=YES)
    assert again.status_code == 409
    assert "did not come about" in client_of(pair.members[0]).get("/notifications").text


def test_a_proposal_runs_out(ring, client_of, still):
    pair = ring(2)
    swap = pair.propose()
    still.forward(days=3, hours=1)
    assert client_of(pair.members[1]).post(f"/swaps/{swap.ref}/yes", data=YES).status_code == 409
    pair.tend()
    assert ended(swap) == ("expired", "late")


def test_a_block_ends_a_proposal(ring):
    pair = ring(2)
    swap = pair.propose()
    db.session.commit()
    blocks.block(pair.members[1].id, pair.members[0].id, now=clock.now())
    pair.drain()
    assert ended(swap) == ("declined", "apart")
    with pytest.raises(Refused, match="not_possible"):
        pair.propose(key="again")


def test_other_terms_take_the_place_of_the_first(ring, client_of):
    pair = ring(2)
    swap = pair.propose(value=5000, topup=500)
    services.say_yes(pair.fresh(swap), pair.members[0], GIVEN, None, now=clock.now())
    db.session.commit()
    browser = client_of(pair.members[1])
    page = browser.get(f"/swaps/new?counter={swap.ref}")
    assert 'value="50.00"' in page.text
    terms = {
        "to": ids.encode(pair.listings[0].id),
        "theirs": ids.encode(pair.listings[0].id),
        "mine": ids.encode(pair.listings[1].id),
        "mine_value": "50",
        "theirs_value": "45",
        "counter": swap.ref,
        "form_key": "counter",
    }
    assert browser.post("/swaps", data=terms).status_code == 303
    assert ended(swap) == ("declined", "counter")
    assert set(db.session.scalars(sa.select(Leg.address))) == {None}  # where it would have gone nobody needs to know
    other = db.session.scalars(sa.select(Swap).where(Swap.id != swap.id)).one()
    assert (other.counter_of, other.state) == (swap.id, "proposed")


def test_a_giver_pays_no_part_back_by_themself(ring, client_of):
    pair = ring(2)
    pair.run()
    order = pair.orders()[0]
    asked = {"form_key": "k", "part": ids.encode(order.lines[0].id), "amount": "1.00"}
    assert client_of(pair.members[0]).post(f"/selling/orders/{order.ref}/refund", data=asked).status_code == 409
    assert paid_back() == [0, 0]


def test_a_parcel_must_get_there(ring, client_of):
    pair = ring(2)
    swap = pair.propose()
    answer = client_of(pair.members[0]).post(f"/swaps/{swap.ref}/yes", data={**YES, "shipping_country": "FR"})
    assert (answer.status_code, "ship there" in answer.text) == (409, True)


def test_bad_terms_are_answered_in_words(ring, client_of):
    pair = ring(2)
    browser, theirs = client_of(pair.members[0]), ids.encode(pair.listings[1].id)
    good = {"to": theirs, "theirs": theirs, "mine": ids.encode(pair.listings[0].id), "form_key": "bad"}
    worth = {"mine_value": "50", "theirs_value": "50"}
    sold = ids.encode(make_listing(pair.sellers[1]).id)
    for change, code in (
        ({}, 422),
        ({**worth, "mine_value": "x"}, 422),
        ({**worth, "adds": "me"}, 422),
        ({**worth, "adds": "me", "topup": "50"}, 409),
        ({**worth, "mine_value": "0.49"}, 409),
        ({**worth, "mine_value": "1000000"}, 409),
        ({**worth, "mine": ids.encode(1)}, 409),
        ({**worth, "mine": theirs}, 409),
        ({**worth, "theirs": sold}, 409),
    ):
        assert browser.post("/swaps", data={**good, **change}).status_code == code, change
    assert db.session.scalars(sa.select(Swap.id)).all() == []
    other = make_listing(pair.sellers[1], mode="swap", currency="EUR")
    pair.sellers[0].currency = "SGD"
    assert "another currency" in browser.get(f"/swaps/new?for={ids.encode(other.id)}").text
    assert browser.get("/swaps/new?for=nothing").status_code == 404


def test_killed_in_the_middle_it_is_done_later(ring, monkeypatch, still):
    trio = ring(3)
    swap = trio.agree()
    for order in trio.orders()[:2]:
        trio.pay(order)
    real, calls = driving._call_off, []

    def dies(order_id: int, now: Any) -> None:
        calls.append(order_id)
        if len(calls) == 2:
            raise RuntimeError("killed")
        real(order_id, now)

    monkeypatch.setattr(driving, "_call_off", dies)
    services.say_no(trio.fresh(swap), trio.members[0], now=clock.now())
    db.session.commit()
    with pytest.raises(RuntimeError):
        trio.drain()
    db.session.rollback()
    assert sorted(trio.states()) == ["cancelled", "paid", "reserved"]
    monkeypatch.setattr(driving, "_call_off", real)
    still.forward(minutes=10)
    trio.tend()
    assert trio.states() == ["cancelled"] * 3
    assert (sorted(paid_back()), ledger.faults()) == ([0, 5000, 5000], [])
    assert set(on_offer()) == {("active", 1)}


def test_while_the_service_is_silent_only_what_it_holds_waits(ring, still):
    pair = ring(2)
    swap = pair.agree()
    first, second = pair.orders()
    pair.pay(second)
    payments.open_page(order_payment(first).id, clock.now())
    till: Any = ports.payments()
    services.say_no(pair.fresh(swap), pair.members[0], now=clock.now())
    till.fails = [ports.Later("silent")]
    db.session.commit()
    with pytest.raises(ports.Later):
        pair.drain()
    db.session.rollback()
    assert pair.states() == ["paying", "cancelled"]
    still.forward(hours=1)
    pair.tend()
    assert pair.states() == ["expired", "cancelled"]
