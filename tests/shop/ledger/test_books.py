"""The books on the database: booked once, never below nothing, and always what the moves add up to."""

import random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from clozette.kernel import checkup, clock
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.refusal import Refused
from clozette.shop.ledger import queries, rules, services
from clozette.shop.ledger.models import ACCOUNTS, Balance, Move
from clozette.shop.ledger.rules import Entry
from clozette.shop.listings import services as listings
from clozette.shop.listings.models import Listing
from clozette.shop.orders import deeds
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from clozette.shop.payments import payouts, refunds
from clozette.shop.payments import services as payments
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support import races

HISTORIES, STEPS = 12, 14


@st.composite
def entries(draw: Any) -> Entry:
    source, target = draw(st.lists(st.sampled_from(ACCOUNTS), min_size=2, max_size=2, unique=True))
    return Entry(source, target, draw(st.integers(1, 10**9)))


@given(st.lists(st.lists(entries(), max_size=4), max_size=6))
def test_the_fold_of_all_moves_is_the_sum_of_the_changes(booked: list[list[Entry]]) -> None:
    kept: dict[str, int] = {}
    for deed in booked:
        for account, change in rules.changes(deed):
            kept[account] = kept.get(account, 0) + change
    every = rules.totals(one for deed in booked for one in deed)
    assert sum(every.values()) == 0
    assert {name: amount for name, amount in kept.items() if amount} == dict(
        rules.changes([one for deed in booked for one in deed])
    )


def play(dice: random.Random, seller: Any, buyer: Any, listing: Any) -> None:
    """Do something to an order, or begin one."""
    now = clock.now()
    known = db.session.scalars(sa.select(Order).where(Order.seller_id == seller.id).order_by(Order.id)).all()
    if not known or dice.random() < 0.25:
        if db.session.scalar(sa.select(Listing.remaining).where(Listing.id == listing.id)):
            payments.ask(make_order(buyer, listing), buyer, now)
        return
    order = dice.choice(known)
    db.session.refresh(order)
    pay = dice.choice((*DEEDS, *DEEDS[:1]))
    pay(dice, order, seller, now)


def _pay(_dice: random.Random, order: Order, _seller: Any, now: Any) -> None:
    payment = db.session.scalars(sa.select(payments.Payment).where(payments.Payment.order_id == order.id)).one()
    payments.open_page(payment.id, now)
    if payment.session and order.state == "paying":
        till: Any = ports.payments()
        till.pay(payment.session)
        payments.take_over(till.session(payment.session), now)


def _call_off(_dice: random.Random, order: Order, _seller: Any, now: Any) -> None:
    if order.state == "reserved":
        orders.move(order, "expired", now)
        listings.give_back(payments.lines_of(order.id))
    else:
        deeds.cancel(order, because="seller", now=now)


def _ship(_dice: random.Random, order: Order, _seller: Any, now: Any) -> None:
    deeds.introduce(order, now)
    deeds.ship(order, courier="dhl", tracking="", shares=[], now=now)


def _receive(_dice: random.Random, order: Order, _seller: Any, now: Any) -> None:
    orders.receive(order, now)
    order.protected_until = now


def _complete(_dice: random.Random, order: Order, _seller: Any, now: Any) -> None:
    orders.complete(order, now)


def _give_back(dice: random.Random, order: Order, _seller: Any, now: Any) -> None:
    refunds.refund(order, {"shipping": dice.randint(1, 400)}, because="seller", key=f"{dice.random()}", now=now)


def _pay_out(dice: random.Random, _order: Order, seller: Any, now: Any) -> None:
    payouts.pay_out(seller, dice.randint(1, 6000), key=f"{dice.random()}", now=now)


DEEDS = (_pay, _ship, _receive, _complete, _give_back, _call_off, _pay_out)


def test_random_histories_leave_no_fault(app, db_session) -> None:
    seller, buyer, states = make_seller(make_member("sam")), make_member("bea"), set()
    db_session.commit()
    for seed in range(HISTORIES):
        dice = random.Random(seed)
        listing = make_listing(seller, stock=3, remaining=3)
        for _step in range(STEPS):
            try:
                play(dice, seller, buyer, listing)
                db_session.commit()
            except Refused:
                db_session.rollback()
            assert queries.faults() == []
    states = set(db_session.scalars(sa.select(Order.state)))
    assert {"paid", "shipped", "complete", "cancelled"} <= states
    assert db_session.scalars(sa.select(sa.func.min(Balance.amount_minor))).one() >= 0
    assert db_session.scalars(sa.select(sa.func.min(Listing.remaining))).one() >= 0


@pytest.fixture
def book(db_session) -> services.Book:
    """Give the books of a seller."""
    made = services.Book(make_seller(make_member("sam")).id, None, "EUR")
    db_session.commit()
    return made


def test_a_deed_is_booked_once(db_session, book) -> None:
    for _time in (1, 2):
        services.book(book, "paid", 7, rules.paid(4500, 200, 100), clock.now())
        db_session.commit()
    assert queries.balance(book.seller_id) == queries.Standing(4400, 0)
    assert db_session.scalars(sa.select(sa.func.count()).select_from(Move)).one() == 3


def test_two_payouts_at_once_take_no_more_than_there_is(app, db_session, book) -> None:
    services.book(book, "test", 1, [Entry("buyer", "available", 1000)], clock.now())
    db_session.commit()

    def take(deed_id: int) -> Any:
        return lambda: services.book(book, "payout", deed_id, rules.paid_out(600), clock.now())

    (refused,) = races.at_once(app, take(2), take(3))
    assert isinstance(refused, Refused)
    assert queries.balance(book.seller_id) == queries.Standing(0, 400)
    assert queries.faults() == []


def test_the_doctor_sees_an_account_that_is_off(app, db_session, book) -> None:
    services.book(book, "test", 1, [Entry("buyer", "available", 1000)], clock.now())
    db_session.commit()
    assert not [found for found in checkup.examine(app) if "accounts of sellers" in str(found)]
    db_session.execute(sa.update(Balance).values(amount_minor=1001))
    db_session.commit()
    assert [found for found in checkup.examine(app) if "1 accounts of sellers" in str(found)]
