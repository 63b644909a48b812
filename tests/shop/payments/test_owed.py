"""A refund that does not arrive: the house owes it, tells so, tries again or pays otherwise; the seller never gets it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.community.models import Notification
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Declined, Later
from clozette.kernel.refusal import Refused
from clozette.shop.ledger import queries as ledger
from clozette.shop.orders import deeds
from clozette.shop.orders.models import Order
from clozette.shop.owing import queries, services
from clozette.shop.owing.tasks import try_owed_again
from clozette.shop.payments import refunds
from clozette.shop.payments.models import Refund
from tests.factories.accounts import make_member, sign_in
from tests.factories.shop import dispute
from tests.shop.payments.test_paying import deliver
from tests.shop.payments.test_refunds import line_of, paid
from tests.support import races

__all__ = ["paid"]
A_DAY = timedelta(days=1)
till_alone = pytest.mark.parametrize("world", ["till"], indirect=True)


def work(app, client=None, world=None):
    if client is not None:
        deliver(client, world)
    tasks.drain(app)
    db.session.expire_all()


def only() -> Refund:
    return db.session.scalars(sa.select(Refund)).one()


def at_the_service(world, seller) -> int:
    return world.there.balance(seller.account, "EUR")


def of_order(order) -> tuple[int, int]:
    sums = ledger.of_order(order.id)
    return sums.get("held", 0), sums.get("owed", 0)


@pytest.fixture
def admin(app, db_session):
    """Give a browser of somebody of the staff."""
    browser = app.test_client()
    sign_in(browser, make_member("ada_admin", roles=("admin",)), second_factor=True)
    return browser


@pytest.fixture
def came_back(app, client, world, paid):
    """Give the refund of a cancelled order that the buyer's bank sent back."""
    tasks.drain(app)
    deeds.cancel(db.session.get_one(Order, paid.id), because="seller", now=clock.now())
    work(app)
    world.people.fail_refund(only().outside)
    work(app, client, world)
    return only()


@pytest.fixture
def declined(app, world, paid):
    """Give the refund of a cancelled order that the service declined."""
    tasks.drain(app)
    deeds.cancel(db.session.get_one(Order, paid.id), because="seller", now=clock.now())
    db.session.commit()
    world.people.fails.append(Declined("balance_insufficient"))
    work(app)
    return only()


def test_a_failed_refund_is_owed_and_never_the_seller_s(app, world, paid, seller, came_back, admin, buyer):
    assert (came_back.state, came_back.why, paid.state) == ("failed", "returned", "cancelled")
    assert (paid.refunded_minor, of_order(paid), at_the_service(world, seller)) == (4700, (0, 4700), 0)
    assert ledger.faults() == []
    page = admin.get("/admin/shop/owed").text
    assert f"of the order {paid.ref}" in page


def test_buyer_and_staff_are_told_once(app, client, world, came_back, buyer):
    told = sa.select(Notification.kind).where(Notification.member_id == buyer.id, Notification.kind == "refund_owed")
    assert db.session.scalars(told).all() == ["refund_owed"]
    line = client_text(app, buyer, "/notifications")
    assert "did not reach you yet" in line
    assert "did not go through; we look after it" in client_text(
        app, buyer, f"/orders/{db.session.scalar(sa.select(Order.ref))}"
    )


def client_text(app, member, address: str) -> str:
    browser = app.test_client()
    sign_in(browser, member)
    return browser.get(address).text


@till_alone
def test_staff_are_told(app, admin, declined):
    assert "A refund did not reach its buyer" in admin.get("/notifications").text


@till_alone
def test_a_refund_that_is_declined_is_tried_again_by_the_clock(app, world, paid, seller, declined, stopped_clock):
    assert (declined.state, declined.why, of_order(paid)) == ("failed", "balance_insufficient", (0, 4700))
    assert at_the_service(world, seller) == 4400
    tasks.enqueue(try_owed_again)
    work(app)
    assert only().state == "failed"  # not before a day has passed
    stopped_clock.forward(days=1)
    tasks.enqueue(try_owed_again)
    work(app)
    assert (only().state, only().tries, of_order(paid), at_the_service(world, seller)) == ("done", 1, (0, 0), 0)
    assert (ledger.of_order(paid.id)["buyer"], ledger.faults()) == (0, [])


@till_alone
def test_what_came_back_is_not_tried_by_the_clock(app, world, came_back, stopped_clock):
    for _day in range(3):
        stopped_clock.forward(days=1)
        tasks.enqueue(try_owed_again)
        work(app)
    assert (only().state, only().tries, queries.due(clock.now())) == ("failed", 0, [])


def test_a_try_by_hand_takes_nothing_from_the_seller_twice(app, client, world, paid, seller, admin):
    refunds.refund(paid, {line_of(paid): 1000}, because="seller", key="r1", now=clock.now())
    work(app)
    first, left = only().outside, at_the_service(world, seller)
    assert left == of_order(paid)[0]
    world.people.fail_refund(first)
    work(app, client, world)
    assert (of_order(paid), at_the_service(world, seller)) == ((left, 1044), left)
    assert admin.post(f"/admin/shop/owed/{ids.encode(only().id)}/again").status_code == 303
    work(app)
    assert (only().state, only().tries, at_the_service(world, seller)) == ("done", 1, left)
    assert of_order(paid) == (left, 0)
    refunds.heard(world.there.refunded(first), clock.now())  # the first one's end is told once more
    assert only().state == "done"
    world.people.fail_refund(only().outside)
    work(app, client, world)
    assert (only().state, of_order(paid), ledger.faults()) == ("failed", (left, 1044), [])


def test_paid_by_other_means(app, client, paid, came_back, admin, buyer):
    name = ids.encode(came_back.id)
    assert admin.post(f"/admin/shop/owed/{name}/settled", data={"how": ""}).status_code == 422
    assert admin.post(f"/admin/shop/owed/{name}/settled", data={"how": "transfer of 23 November"}).status_code == 303
    for again in ({"how": "transfer of 24 November"},):
        admin.post(f"/admin/shop/owed/{name}/settled", data=again)
    admin.post(f"/admin/shop/owed/{name}/again")
    work(app)
    assert (only().state, only().settled, of_order(paid)) == ("settled", "transfer of 23 November", (0, 0))
    assert (ledger.of_order(paid.id)["buyer"], ledger.faults()) == (0, [])
    assert admin.get(f"/admin/shop/owed/{name}").status_code == 404
    assert "paid to you by other means" in client_text(app, buyer, "/notifications")
    assert "paid by other means" in client_text(app, buyer, f"/orders/{paid.ref}")


@till_alone
def test_two_at_once_leave_it_once(app, world, declined):
    refund_id, now = declined.id, clock.now()
    db.session.commit()

    def settle() -> None:
        services.settle(refund_id, "transfer", by_id=None, now=now)

    raised = races.at_once(app, settle, settle, lambda: services.again(refund_id, now))
    assert [str(one) for one in raised] == ["not_owed", "not_owed"]
    db.session.expire_all()
    assert ledger.faults() == []


@till_alone
def test_the_same_key_with_another_amount_is_refused(world, paid):
    refunds.refund(paid, {line_of(paid): 500}, because="seller", key="r1", now=clock.now())
    with pytest.raises(Refused, match="other_amount"):
        refunds.refund(paid, {line_of(paid): 1000}, because="seller", key="r1", now=clock.now())


@till_alone
def test_a_key_of_yesterday_is_not_used_again(app, world, paid, stopped_clock):
    """What got there is found in the list; what didn't is owed, and asked for by another key."""
    row = refunds.refund(paid, {line_of(paid): 500}, because="seller", key="r1", now=clock.now())
    db.session.commit()
    world.people.loses.append(Later("timeout"))
    with pytest.raises(Later):
        refunds.send(row.id, clock.now())
    stopped_clock.forward(days=1)
    before = world.people.calls.count("refund")
    refunds.send(row.id, clock.now())
    assert (only().state, world.people.calls.count("refund")) == ("done", before)
    other = refunds.refund(paid, {line_of(paid): 700}, because="seller", key="r2", now=clock.now())
    stopped_clock.forward(days=1)
    refunds.send(other.id, clock.now())
    assert (other.state, other.why, world.people.calls.count("refund")) == ("failed", "unsent", before)
    assert other.id in queries.due(clock.now() + A_DAY)


@till_alone
def test_what_the_bank_takes_is_not_owed_a_second_time(app, world, paid, admin):
    """A refund that is declined, for the buyer asked their bank meanwhile; the bank takes all."""
    tasks.drain(app)
    refunds.refund(paid, {line_of(paid): 1000}, because="seller", key="r1", now=clock.now())
    dispute(paid, "open")
    world.people.fails.append(Declined("charge_disputed"))
    work(app)
    assert (only().state, of_order(paid)[1]) == ("failed", 1044)
    name = ids.encode(only().id)
    assert "Until the bank has decided" in admin.get(f"/admin/shop/owed/{name}").text
    admin.post(f"/admin/shop/owed/{name}/settled", data={"how": "transfer of 23 November"})
    admin.post(f"/admin/shop/owed/{name}/again")
    db.session.expire_all()
    assert (only().state, of_order(paid)[1]) == ("failed", 1044)
    for _time in (1, 2):
        dispute(paid, "lost")
    db.session.expire_all()
    assert (only().state, ledger.of_order(paid.id)["lost"], of_order(paid)) == ("settled", 4700, (0, 0))
    assert (admin.get(f"/admin/shop/owed/{name}").status_code, ledger.faults()) == (404, [])


@till_alone
@pytest.mark.parametrize("amount", [4700, 1000])
def test_what_was_owed_before_the_bank_took_it(app, paid, declined, amount):
    dispute(paid, "open", amount)
    with pytest.raises(Refused, match="at_bank"):
        services.settle(declined.id, "transfer", by_id=None, now=clock.now())
    dispute(paid, "lost", amount)
    db.session.expire_all()
    assert (of_order(paid), ledger.of_order(paid.id)["lost"]) == ((0, 4700 - amount), amount)
    if amount < 4700:
        with pytest.raises(Refused, match="part_owed"):
            services.again(declined.id, clock.now())
        services.settle(declined.id, "transfer", by_id=None, now=clock.now())
    db.session.commit()
    assert (only().state, of_order(paid), ledger.faults()) == ("settled", (0, 0), [])


@till_alone
def test_what_the_bank_leaves_is_owed_as_before(app, paid, declined):
    for state in ("open", "won"):
        dispute(paid, state)
    assert (only().state, of_order(paid)) == ("failed", (0, 4700))
    services.settle(declined.id, "transfer", by_id=None, now=clock.now())
    assert ledger.faults() == []
