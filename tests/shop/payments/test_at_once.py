"""What comes at the same moment: webhooks, the clock that ends a hold, a reconciliation; one order, one payment, one book."""

import dataclasses
import functools
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.refusal import Refused
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger.models import Move
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order, OrderLine
from clozette.shop.payments import checks, refunds, services
from clozette.shop.payments.models import Heard, Payment, Refund
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support import races


@pytest.fixture
def till(app, db_session):
    """Give the site's own twin."""
    return ports.payments()


@pytest.fixture
def open_payment(till):
    """Give the ids of an order and of its payment, whose page is open."""
    seller, buyer = make_seller(make_member("sam")), make_member("bea")
    order = make_order(buyer, make_listing(seller))
    payment = db.session.get_one(Payment, services.ask(order, buyer, clock.now()))
    services.open_page(payment.id, clock.now())
    known = order.id, payment.id, payment.session
    db.session.commit()
    return known


def test_two_tabs_open_one_page(app, till):
    seller, buyer = make_seller(make_member("sam")), make_member("bea")
    payment = db.session.get_one(Payment, services.ask(make_order(buyer, make_listing(seller)), buyer, clock.now()))
    payment_id, now = payment.id, clock.now()
    db.session.commit()
    found: list[str | None] = []
    raised = races.at_once(app, *[lambda: found.append(services.open_page(payment_id, now)) for _ in range(4)])
    assert (raised, len(set(found)), len(till.pages)) == ([], 1, 1)


def test_paid_once_whoever_says_it(app, till, open_payment):
    order_id, payment_id, session = open_payment
    till.pay(session)
    now = clock.now()
    deeds = [lambda: services.take_over(till.session(session), now) for _ in range(3)]
    raised = races.at_once(app, *deeds, lambda: services.close(payment_id, now))
    assert raised == []
    db.session.expire_all()
    assert db.session.get_one(Order, order_id).state == "paid"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Move)) == 3
    assert (ledger.of_order(order_id)["held"], ledger.faults()) == (4400, [])


def test_a_hold_that_ends_while_the_page_says_so_gives_back_once(app, till, open_payment):
    order_id, payment_id, session = open_payment
    till.time_out(session)
    now = clock.now()
    deeds = [lambda: services.take_over(till.session(session), now) for _ in range(3)]
    assert races.at_once(app, *deeds, lambda: services.close(payment_id, now)) == []
    db.session.expire_all()
    assert db.session.get_one(Order, order_id).state == "expired"
    assert db.session.scalars(sa.select(Listing.remaining)).one() == 1


def test_money_that_comes_too_late_twice_goes_back_once(app, till, open_payment):
    order_id, _, session = open_payment
    db.session.get_one(Order, order_id).state = "cancelled"
    db.session.commit()
    till.pay(session)
    now = clock.now()
    assert races.at_once(app, *[lambda: services.take_over(till.session(session), now) for _ in range(3)]) == []
    db.session.expire_all()
    assert db.session.get_one(Order, order_id).state == "refunded"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Refund)) == 1
    assert ledger.faults() == []


def test_refunds_of_one_line_take_turns(app, till, open_payment):
    """Whoever comes second is told how little is left; the database's own no would be an error to them."""
    order_id, _, session = open_payment
    services.take_over(till.pay(session), clock.now())
    (line_id, price), now = db.session.execute(sa.select(OrderLine.id, OrderLine.price_minor)).one(), clock.now()
    db.session.commit()

    def refund(key):
        order = db.session.get_one(Order, order_id)
        refunds.refund(order, {str(line_id): price}, because="seller", key=key, now=now)

    raised = races.at_once(app, *[functools.partial(refund, f"r{number}") for number in range(3)])
    assert [error.refusal.code for error in raised if isinstance(error, Refused)] == ["too_much"] * 2
    assert len(raised) == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Refund)) == 1


def test_what_is_paid_stays_so_whatever_an_old_page_says(app, till, open_payment):
    order_id, payment_id, session = open_payment
    before = till.session(session)
    services.take_over(till.pay(session), clock.now())
    services.take_over(dataclasses.replace(before, state="expired"), clock.now())
    db.session.expire_all()
    assert db.session.get_one(Payment, payment_id).state == "paid"
    assert db.session.get_one(Order, order_id).state == "paid"


def test_the_doctor_says_what_waits(app, till, open_payment):
    settings = app.extensions["clozette.settings"]
    order_id, _, session = open_payment
    assert checks.payments(app, settings) == ""
    services.take_over(till.pay(session), clock.now())
    refunds.refund_all(
        db.session.get_one(Order, order_id), because="claim", key="r1", now=clock.now() - timedelta(days=1)
    )
    long_ago = clock.now() - timedelta(hours=2)
    db.session.add(Heard(event="evt", kind="refund.updated", subject="re", made_at=long_ago, heard_at=long_ago))
    db.session.commit()
    said = checks.payments(app, dataclasses.replace(settings, stripe_secret_key="sk_test_x"))
    assert said == "1 webhooks wait; 1 refunds wait; CLOZETTE_STRIPE_WEBHOOK_SECRET is missing: no payment is believed"
    assert db.session.scalars(sa.select(Payment.state)).all() == ["paid"]
