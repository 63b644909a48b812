"""Money back in part and whole, payouts, disputes: once each, by the service's word, with the books."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, events, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Later
from clozette.kernel.refusal import Refused
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger import services as books
from clozette.shop.orders.models import OrderLine
from clozette.shop.payments import payouts, refunds, rules, services
from clozette.shop.payments.events import DisputeMoved
from clozette.shop.payments.models import Dispute, Payment, Refund
from clozette.shop.payments.rules import Charged, Split
from tests.shop.payments.test_paying import deliver, lose
from tests.support import races


@pytest.fixture
def paid(app, world, order, buyer):
    """Give an order that is paid."""
    payment = db.session.get_one(Payment, services.ask(order, buyer, clock.now()))
    services.open_page(payment.id, clock.now())
    world.people.pay(payment.session)
    services.take_over(world.there.session(payment.session), clock.now())
    world.people.sent.clear()
    return order


def line_of(order) -> str:
    return str(db.session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == order.id)).one())


def left_over(order) -> tuple[int, int, int]:
    """Return what is held for an order, what the house keeps of it, and what the buyer has paid."""
    sums = ledger.of_order(order.id)
    return sums.get("held", 0), sums.get("fees", 0), -sums["buyer"]


def test_the_books_of_a_paid_order(paid):
    assert left_over(paid) == (4400, 300, 4700)
    assert ledger.faults() == []


def test_a_part_and_the_rest(app, world, paid, seller):
    first = refunds.refund(paid, {line_of(paid): 1000}, because="claim", key="r1", now=clock.now())
    assert refunds.refund(paid, {line_of(paid): 1000}, because="claim", key="r1", now=clock.now()).id == first.id
    assert (first.amount_minor, first.parts["fee"], first.house_minor) == (1044, 44, 44 + 25)
    tasks.drain(app)
    db.session.expire_all()
    assert (first.state, paid.refunded_minor, left_over(paid)) == ("done", 1044, (3425, 231, 3656))
    with pytest.raises(Refused, match="too_much"):
        refunds.refund(paid, {line_of(paid): 3001}, because="claim", key="r2", now=clock.now())
    refunds.refund_all(paid, because="cancelled", key="r3", now=clock.now())
    assert refunds.refund_all(paid, because="cancelled", key="r4", now=clock.now()) is None
    tasks.drain(app)
    db.session.expire_all()
    assert (paid.refunded_minor, left_over(paid)) == (4700, (0, 0, 0))
    there = list(world.there.refunds(clock.now() - timedelta(minutes=1)))
    assert sorted(one.amount_minor for one in there) == [1044, 3656]
    if world.on_the_wire:
        assert world.people.books.balance(seller.account, "eur") == 0
    assert ledger.faults() == []


def test_what_can_t_be_refunded(world, paid, order, buyer):
    for asked in ({}, {"0": 100}, {line_of(paid): 0}, {line_of(paid): -1}, {"fee": 100}):
        with pytest.raises(Refused, match="nothing"):
            refunds.refund(paid, asked, because="claim", key="r", now=clock.now())
    with pytest.raises(Refused, match="too_much"):
        refunds.refund(paid, {"shipping": 501}, because="claim", key="r", now=clock.now())


def test_an_unpaid_order_has_nothing_to_give_back(world, order):
    with pytest.raises(Refused, match="not_paid"):
        refunds.refund(order, {line_of(order): 100}, because="claim", key="r", now=clock.now())


def test_an_answer_that_was_lost_pays_back_once(app, world, paid):
    refunds.refund(paid, {"shipping": 500}, because="claim", key="r1", now=clock.now())
    lose(world)
    with pytest.raises(Later):
        tasks.drain(app)
    row = db.session.scalars(sa.select(Refund)).one()
    assert row.state == "asked"
    refunds.send(row.id, clock.now())
    assert row.state == "done"
    assert len(list(world.there.refunds(clock.now() - timedelta(minutes=1)))) == 1


def test_a_refund_that_comes_back_is_owed_to_the_buyer(app, client, world, paid):
    row = refunds.refund(paid, {"shipping": 500}, because="claim", key="r1", now=clock.now())
    tasks.drain(app)
    db.session.expire_all()
    world.people.fail_refund(row.outside)
    for _twice in range(2):
        deliver(client, world)
        tasks.drain(app)
    db.session.expire_all()
    given = row.amount_minor
    assert (row.state, row.why, paid.refunded_minor) == ("failed", "returned", given)
    assert (ledger.of_order(paid.id)["owed"], left_over(paid)[2], ledger.faults()) == (given, 4700, [])
    refunds.refund_all(paid, because="claim", key="r2", now=clock.now())
    assert (left_over(paid), ledger.of_order(paid.id)["owed"], ledger.faults()) == ((0, 0, given), given, [])


def test_two_at_once_give_back_no_more_than_there_was(app, world, paid):
    if world.on_the_wire:
        pytest.skip("nothing is asked of it")
    line, db_now, order_id = line_of(paid), clock.now(), paid.id
    db.session.commit()

    def deed(key: str):
        return lambda: refunds.refund(services.hold(order_id), {line: 3000}, because="claim", key=key, now=db_now)

    raised = races.at_once(app, deed("r1"), deed("r2"), deed("r3"))
    assert [str(one) for one in raised] == ["too_much", "too_much"]
    db.session.expire_all()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Refund)) == 1
    assert ledger.of_order(order_id)["held"] > 0


@pytest.mark.parametrize("seed", range(20))
def test_all_refunds_together_give_back_every_coin(seed):
    chance = random.Random(seed)
    lines = {str(number): chance.randint(1, 9999) for number in range(chance.randint(1, 4))}
    charged = Charged(
        lines, chance.randint(0, 900), chance.randint(0, 700), chance.randint(0, sum(lines.values()) // 4)
    )
    left = {**lines, "shipping": charged.shipping}
    before: list[Split] = []
    while any(left.values()):
        part = chance.choice([name for name, amount in left.items() if amount])
        amount = chance.randint(1, left[part])
        assert rules.why_not_refund(charged, before, {part: amount}) is None
        made = rules.split(charged, before, {part: amount})
        assert 0 <= made.house <= made.amount
        before.append(made)
        left[part] -= amount
    assert sum(one.amount for one in before) == sum(lines.values()) + charged.shipping + charged.fee
    assert sum(one.house for one in before) == charged.fee + charged.seller_fee


@pytest.fixture
def rich(paid, seller):
    """Give a seller whose money can be paid out."""
    books.book_complete(paid.id, clock.now())
    return seller


def test_a_payout_arrives(app, client, world, rich):
    row = payouts.pay_out(rich, 4400, key="p1", now=clock.now())
    assert payouts.pay_out(rich, 4400, key="p1", now=clock.now()).id == row.id
    assert ledger.balance(rich.id).available == 0
    with pytest.raises(Refused, match="no_money"), db.session.begin_nested():
        payouts.pay_out(rich, 1, key="p2", now=clock.now())
    tasks.drain(app)
    db.session.expire_all()
    assert row.state == "sent"
    world.people.settle(row.outside)
    for _twice in range(2):
        deliver(client, world)
        tasks.drain(app)
    db.session.expire_all()
    assert (row.state, ledger.balance(rich.id).available, ledger.faults()) == ("paid", 0, [])


def test_a_payout_that_comes_back_is_there_again(app, client, world, rich):
    row = payouts.pay_out(rich, 4400, key="p1", now=clock.now())
    lose(world)
    with pytest.raises(Later):
        tasks.drain(app)
    payouts.send(row.id, clock.now())
    world.people.settle(row.outside)
    world.people.settle(row.outside, "failed")
    deliver(client, world)
    tasks.drain(app)
    db.session.expire_all()
    assert (row.state, ledger.balance(rich.id).available) == ("failed", 4400)


def test_a_dispute_is_told_of(app, client, world, paid):
    told = []
    events.listen(app, DisputeMoved, inside=(told.append,))
    world.people.disputed(intent_of(paid))
    deliver(client, world)
    tasks.drain(app)
    world.people.disputed(intent_of(paid), "lost")
    deliver(client, world)
    tasks.drain(app)
    app.extensions["clozette.events"].inside[DisputeMoved].remove(told.append)
    assert [(one.state, db.session.get_one(Dispute, one.dispute_id).order_id) for one in told] == [
        ("open", paid.id),
        ("lost", paid.id),
    ]


def intent_of(order) -> str:
    return str(db.session.scalars(sa.select(Payment.intent).where(Payment.order_id == order.id)).one())
