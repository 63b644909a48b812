"""What nobody sends any more, or nobody was told of: the clock sends it, and the comparison finds it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Declined, Event, Later, Standing
from clozette.shop.buying.tasks import end_holds
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger import services as books
from clozette.shop.orders.models import Order
from clozette.shop.payments import alone, checks, hearing, payouts, reconciling, refunds, services
from clozette.shop.payments import tasks as ours
from clozette.shop.payments.models import Heard, Payment, Payout, Refund, Run
from clozette.shop.sellers.models import Seller
from tests.factories.shop import make_listing, make_order
from tests.shop.payments.test_paying import deliver
from tests.shop.payments.test_refunds import line_of, paid, rich

__all__ = ["paid", "rich"]
till_alone = pytest.mark.parametrize("world", ["till"], indirect=True)


def by_the_clock(app) -> None:
    tasks.enqueue(ours.send_again)
    db.session.commit()
    tasks.drain(app)
    db.session.expire_all()


def found(since: timedelta = timedelta(days=2)) -> list[tuple[str, bool]]:
    now = clock.now()
    return [(one.what, one.is_mended) for one in reconciling.reconcile(now - since, now)]


@till_alone
def test_refunds_payouts_and_news_that_were_given_up_are_sent(app, world, paid, seller, stopped_clock):
    refund = refunds.refund(paid, {line_of(paid): 1000}, because="seller", key="r1", now=clock.now())
    payout = Payout(seller_id=seller.id, key="p1", amount_minor=100, currency="EUR", asked_at=clock.now())
    event = Event("evt_1", "account.updated", seller.account, None, clock.now())
    db.session.add(payout)
    hearing.keep(event, clock.now())
    world.people.fails = [Later("unreachable")] * 3
    db.session.commit()
    for _three in range(3):
        with suppress(Later):
            tasks.drain(app)
    world.people.fails.clear()
    by_the_clock(app)
    assert (refund.state, payout.state) == ("asked", "asked")  # so young that its own task may do it
    stopped_clock.forward(hours=3)
    by_the_clock(app)
    assert (refund.state, refund.fee_sent_at is None, payout.state) == ("done", False, "sent")
    assert db.session.scalars(sa.select(Heard.done_at)).one() is not None
    for days, left in ((89, 1), (2, 0)):
        stopped_clock.forward(days=days)
        tasks.enqueue(ours.forget_news)
        db.session.commit()
        tasks.drain(app)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Heard)) == left


@till_alone
def test_while_the_service_is_away_a_run_asks_three_times(app, world, paid, stopped_clock):
    for number in range(5):
        refunds.refund(paid, {line_of(paid): 100}, because="seller", key=f"r{number}", now=clock.now())
    tasks.drain(app)
    lost = {"state": "asked", "outside": None, "reversed_at": None, "fee_sent_at": None}
    db.session.execute(sa.update(Refund).values(**lost, asked_at=clock.now() - timedelta(hours=1)))
    world.people.calls.clear()
    world.people.fails = [Later("unreachable")] * 5
    by_the_clock(app)
    assert world.people.calls == ["refund"] * 3
    world.people.fails.clear()
    by_the_clock(app)
    assert set(db.session.scalars(sa.select(Refund.state))) == {"done"}


@till_alone
def test_holds_end_one_run_at_a_time_and_stop_while_the_service_is_away(app, world, seller, buyer, stopped_clock):
    for _three in range(3):
        payment = db.session.get_one(Payment, services.ask(make_order(buyer, make_listing(seller)), buyer, clock.now()))
        services.open_page(payment.id, clock.now())
    stopped_clock.forward(minutes=40)
    world.people.calls.clear()
    world.people.fails = [Later("timeout")] * 3
    run(app, end_holds)
    assert world.people.calls == ["expire"]
    world.people.fails.clear()
    db.session.execute(sa.update(Run).values(until=clock.now() + alone.AT_MOST))  # another run is at it
    run(app, end_holds)
    assert world.people.calls == ["expire"]
    stopped_clock.forward(minutes=4)  # and was killed
    run(app, end_holds)
    assert set(db.session.scalars(sa.select(Order.state))) == {"expired"}


def run(app, task) -> None:
    tasks.enqueue(task)
    db.session.commit()
    tasks.drain(app)
    db.session.expire_all()


def test_the_house_s_part_is_sent_though_the_news_came_first(app, client, world, paid, seller):
    if not world.on_the_wire:
        pytest.skip("it is the wire that breaks between the two")
    refund = refunds.refund_all(paid, because="seller", key="r1", now=clock.now())
    db.session.commit()
    world.people.books.faults += ["", "503"]
    with pytest.raises(Later):
        refunds.send(refund.id, clock.now())
    deliver(client, world)
    assert (refund.state, refund.fee_sent_at) == ("done", None)
    assert world.there.balance(seller.account, "EUR") == -300
    refunds.send(refund.id, clock.now())
    assert world.there.balance(seller.account, "EUR") == 0 == ledger.balance(seller.id).held
    before = len(world.people.books.calls)
    refunds.send(refund.id, clock.now())
    assert (refund.fee_sent_at is None, len(world.people.books.calls)) == (False, before)


def test_a_payout_that_fails_after_days_without_a_word_is_found(app, world, rich, stopped_clock):
    row = payouts.pay_out(rich, 4400, key="p1", now=clock.now())
    tasks.drain(app)
    db.session.expire_all()
    stopped_clock.forward(days=11)
    db.session.commit()
    assert "1 payouts are on their way for long" in checks.payments(app, app.extensions["clozette.settings"])
    world.people.settle(row.outside, "failed")
    assert found() == [("a payout that is failed there, sent here", True)]
    assert (row.state, ledger.balance(rich.id).available) == ("failed", 4400)


@till_alone
def test_a_refund_that_fails_after_weeks_without_a_word_is_found(app, world, paid, stopped_clock):
    row = refunds.refund(paid, {line_of(paid): 1000}, because="seller", key="r1", now=clock.now())
    tasks.drain(app)
    db.session.expire_all()
    row.state, row.done_at = "sent", None
    db.session.commit()
    stopped_clock.forward(days=20)
    world.people.fail_refund(row.outside)
    assert ("a refund that is failed there, sent here", True) in found()
    assert (row.state, ledger.of_order(paid.id)["owed"]) == ("failed", row.amount_minor)


@till_alone
def test_what_is_failed_here_and_done_there_is_told(app, world, paid, seller):
    refund = refunds.refund(paid, {"shipping": 100}, because="seller", key="r1", now=clock.now())
    books.book_complete(paid.id, clock.now())
    payout = payouts.pay_out(seller, 1000, key="p1", now=clock.now())
    tasks.drain(app)
    db.session.expire_all()
    refund.state = payout.state = "failed"
    db.session.flush()
    what = [one for one, _mended in found()]
    assert "a refund that is done there, owed here" in what
    assert "a payout that is sent there, failed here" in what


@till_alone
def test_payouts_that_they_don_t_know_or_never_got(app, world, rich, stopped_clock):
    payouts.pay_out(rich, 1000, key="p1", now=clock.now())
    known = payouts.pay_out(rich, 1000, key="p2", now=clock.now())
    known.state, known.outside = "paid", "po_none"
    db.session.commit()
    stopped_clock.forward(hours=1)
    assert {("a payout that was never sent", False), ("a payout that they don't know", False)} <= set(found())


@till_alone
def test_one_page_that_can_t_be_compared_spoils_no_other(app, world, seller, buyer):
    pages = []
    for _two in range(2):
        payment = db.session.get_one(Payment, services.ask(make_order(buyer, make_listing(seller)), buyer, clock.now()))
        services.open_page(payment.id, clock.now())
        pages.append(payment.session)
        world.people.pay(payment.session)
    world.people.pages[pages[0]] = replace(world.people.pages[pages[0]], intent=None)
    assert {"can't be compared", "paid there, not here"} <= {what for what, _mended in found()}
    assert sorted(db.session.scalars(sa.select(Order.state))) == ["paid", "paying"]


@till_alone
def test_an_account_that_has_less_than_the_books_say_is_told(app, world, paid, seller, stopped_clock):
    stopped_clock.forward(hours=1)
    assert found() == []
    world.people.balances[seller.account, "EUR"] -= 5
    assert found() == [("an account that has 4395 there, 4400 by our books", False)]
    refunds.refund(paid, {line_of(paid): 1000}, because="seller", key="r1", now=clock.now())
    tasks.drain(app)
    stopped_clock.forward(hours=1)
    assert found() == [("an account that has 3420 there, 3425 by our books", False)]


@till_alone
def test_news_of_a_part_of_an_account_asks_for_the_account(app, world, seller):
    world.people.standings[seller.account] = Standing(seller.account, is_active=False, wants=("bank",))
    event = Event("evt_1", "account.external_account.deleted", "ba_1", seller.account, clock.now())
    hearing.keep(event, clock.now())
    tasks.drain(app)
    db.session.expire_all()
    assert db.session.get_one(Seller, seller.id).state == "pending"


@till_alone
def test_an_account_that_left_us_gets_nothing_more(app, world, seller, monkeypatch):
    def gone(account: str) -> Standing:
        raise Declined("forbidden")

    monkeypatch.setattr(world.people, "account", gone)
    event = Event("evt_1", "account.application.deauthorized", "ca_1", seller.account, clock.now())
    hearing.keep(event, clock.now())
    tasks.drain(app)
    db.session.expire_all()
    assert db.session.get_one(Seller, seller.id).state == "pending"
