"""What a bank took for good comes from the seller: from their account over there, or from what they earn next."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Later
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger import services as books
from clozette.shop.ledger.queries import Standing
from clozette.shop.orders.models import Order
from clozette.shop.payments import payouts, services, takebacks
from clozette.shop.payments.models import Dispute, Payment, Payout, TakeBack
from clozette.shop.payments.tasks import send_again, settle_debts
from tests.factories.accounts import sign_in
from tests.factories.shop import make_listing, make_order
from tests.shop.payments.test_reconciling import compare
from tests.shop.payments.test_refunds import deliver, intent_of, paid

__all__ = ["paid"]


def decided(app, client, world, order, *states: str) -> None:
    """Let the bank of an order's buyer do something, and hear of it."""
    for state in states:
        world.people.disputed(intent_of(order), state)
        deliver(client, world)
        tasks.drain(app)
    db.session.expire_all()


def complete(order: Order) -> None:
    """Let the seller have the money of an order."""
    order.state, order.completed_at = "complete", clock.now()
    db.session.flush()
    books.book_complete(order.id, clock.now())
    db.session.commit()


def test_what_was_not_paid_out_is_taken_back_over_there(app, client, world, paid, seller):
    decided(app, client, world, paid, "needs_response" if world.on_the_wire else "open", "lost")
    row = db.session.scalars(sa.select(TakeBack)).one()
    assert (row.amount_minor, row.state, row.outside is not None) == (4400, "done", True)
    assert (world.there.balance(seller.account, "EUR"), ledger.faults(), compare()) == (0, [], [])


def test_an_answer_that_is_lost_takes_it_once(app, client, world, paid, seller, stopped_clock):
    stopped_clock.stop()
    if world.on_the_wire:
        decided(app, client, world, paid, "lost")
    else:
        world.people.loses.append(Later("lost"))
        with pytest.raises(Later):
            decided(app, client, world, paid, "lost")
    row = db.session.scalars(sa.select(TakeBack)).one()
    row.state, row.asked_at = "asked", clock.now() - timedelta(days=3)  # its key may be forgotten over there
    db.session.commit()
    tasks.enqueue(send_again)
    tasks.drain(app)
    db.session.expire_all()
    assert (row.state, world.there.balance(seller.account, "EUR"), compare()) == ("done", 0, [])


def test_what_was_paid_out_is_owed_and_taken_from_what_comes_next(app, client, world, paid, seller, buyer):
    complete(paid)
    payouts.pay_out(seller, 4400, key="p", now=clock.now())
    db.session.commit()
    tasks.drain(app)
    decided(app, client, world, paid, "lost")
    dispute = db.session.scalars(sa.select(Dispute)).one()
    assert (dispute.debt_minor, ledger.of_order(paid.id)["lost"]) == (4400, 300)
    sign_in(client, db.session.get_one(Member, seller.member_id))
    assert "You owe" in client.get("/selling/payouts", base_url="https://localhost").text
    other = make_order(buyer, make_listing(seller, price_minor=6000), items_minor=6000)
    payment = db.session.get_one(Payment, services.ask(other, buyer, clock.now()))
    services.open_page(payment.id, clock.now())
    world.people.pay(payment.session)
    services.take_over(world.there.session(payment.session), clock.now())
    complete(other)
    for _time in (1, 2):
        tasks.enqueue(settle_debts)
        tasks.drain(app)
    db.session.expire_all()
    assert (dispute.debt_minor, ledger.balance(seller.id)) == (0, Standing(0, 2000))
    assert ledger.of_order(paid.id)["lost"] == 4700
    assert [(one.amount_minor, one.state) for one in db.session.scalars(sa.select(TakeBack))] == [(4400, "done")]
    assert (ledger.faults(), compare()) == ([], [])


def test_what_the_account_has_not_is_asked_for_again(app, client, world, paid, seller, stopped_clock):
    stopped_clock.stop()
    account, before = seller.account, world.there.balance(seller.account, "EUR")
    world.there.payout(account, before, "EUR", "by hand")
    decided(app, client, world, paid, "lost")
    row = db.session.scalars(sa.select(TakeBack)).one()
    assert (row.state, row.why, row.tries) == ("failed", "balance_insufficient", 1)
    assert ("what a bank took, and is not taken back from the seller", False) in compare()
    if world.on_the_wire:
        world.people.books.move(account, "eur", before)
    else:
        world.people.balances[account, "EUR"] = before
    stopped_clock.forward(days=1, minutes=1)
    tasks.enqueue(send_again)
    tasks.drain(app)
    db.session.expire_all()
    assert (row.state, world.there.balance(account, "EUR")) == ("done", 0)


def test_what_a_bank_asks_about_is_not_paid_out(app, client, world, paid, seller):
    complete(paid)
    decided(app, client, world, paid, "warning_needs_response" if world.on_the_wire else "inquiry")
    assert (payouts.most(seller, clock.now()), ledger.balance(seller.id).available) == (0, 4400)
    decided(app, client, world, paid, "warning_closed" if world.on_the_wire else "dropped")
    assert payouts.most(seller, clock.now()) == 4400
    assert (takebacks.debtors(), db.session.scalars(sa.select(Payout)).all()) == ([], [])


def test_a_claim_that_no_webhook_told_of(world, paid):
    world.people.disputed(intent_of(paid))
    assert compare() == [("a dispute that is open there, unknown here", True)]
    assert (ledger.of_order(paid.id)["lost"], compare()) == (4700, [])
