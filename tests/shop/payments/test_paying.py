"""From an order to its money: the page, the webhook in any order and number, answers that are lost, money that comes late."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Declined, Later
from clozette.kernel.ports.release import NotReleased
from clozette.kernel.ports.till import Till
from clozette.kernel.web import edge
from clozette.privacy import disclosures, subjects
from clozette.privacy.disclosures import NotDisclosable, departures
from clozette.privacy.disclosures.models import Departure, Handover
from clozette.privacy.models import Subject
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.payments import services
from clozette.shop.payments.models import Heard, Payment, Refund


@pytest.fixture
def payment(order, buyer):
    """Give a payment that is asked for, and nothing was said yet."""
    return db.session.get_one(Payment, services.ask(order, buyer, clock.now()))


@pytest.fixture
def page(world, payment):
    """Give its page's id."""
    services.open_page(payment.id, clock.now())
    return payment.session


def deliver(client, world, *, only: str = "") -> list[int]:
    """Bring every webhook to the site."""
    sent = [(body, signature) for body, signature in world.news() if only in body.decode()]
    return [
        client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature}, csrf=False).status_code
        for body, signature in sent
    ]


def state_of(order) -> str:
    return db.session.scalars(sa.select(Order.state).where(Order.id == order.id)).one()


def test_a_page_is_opened_paid_and_heard_of(app, client, world, order, payment, page):
    assert (order.state, payment.state, payment.asking) == ("paying", "open", None)
    assert services.open_page(payment.id, clock.now()) == payment.url
    world.people.pay(page)
    assert set(deliver(client, world)) == {200}
    assert state_of(order) == "paying", "the webhook only writes down"
    tasks.drain(app)
    db.session.expire_all()
    assert (order.state, order.paid_at is not None, payment.state) == ("paid", True, "paid")
    assert (payment.intent is not None, payment.charge is not None, payment.url) == (True, True, None)
    assert db.session.scalars(sa.select(Listing.state)).all() == ["sold"]
    assert services.open_page(payment.id, clock.now()) is None


def test_webhooks_in_any_order_and_number_pay_once(app, client, world, order, payment, page):
    world.people.pay(page)
    for _twice in range(2):
        deliver(client, world)
        tasks.drain(app)
    deliver(client, world)
    tasks.drain(app)
    kept = db.session.scalars(sa.select(Heard.kind)).all()
    assert len(kept) == len(set(kept)), "each is kept once"
    assert set(kept) == {"checkout.session.completed"}, "what we have no use for is not kept"
    assert state_of(order) == "paid"


def test_what_is_heard_again_changes_nothing(world, order, payment, page, stopped_clock):
    world.people.pay(page)
    services.take_over(world.there.session(page), clock.now())
    first = (payment.paid_at, order.state_at)
    stopped_clock.forward(seconds=5)
    services.take_over(world.there.session(page), clock.now())
    assert (payment.paid_at, order.state_at) == first


def test_what_a_webhook_says_is_not_believed_but_asked(app, client, world, order, payment, page):
    """An event that is told before its money is there changes nothing."""
    if world.on_the_wire:
        world.people.books.happened("checkout.session.completed", world.people.books.find(page, "checkout.session"))
        world.people.books.tell(world.people.books.events)
    else:
        world.people._tell("checkout.session.completed", page)
    deliver(client, world)
    tasks.drain(app)
    assert (state_of(order), payment.state) == ("paying", "open")


def test_a_forged_old_or_huge_webhook(client, world, page, stopped_clock):
    world.people.pay(page)
    body, signature = world.news()[-1]
    headers = {"Stripe-Signature": signature}
    assert client.post("/webhooks/stripe", data=body + b" ", headers=headers, csrf=False).status_code == 400
    assert client.post("/webhooks/stripe", data=body, csrf=False).status_code == 400
    assert client.post("/webhooks/stripe", data=b"x" * 300_000, headers=headers, csrf=False).status_code == 413
    stopped_clock.forward(seconds=310)
    assert client.post("/webhooks/stripe", data=body, headers=headers, csrf=False).status_code == 400
    assert db.session.scalars(sa.select(Heard)).all() == []


def test_only_ids_of_a_webhook_stay(app, client, world, page):
    world.people.pay(page)
    deliver(client, world)
    (row,) = db.session.scalars(sa.select(Heard)).all()
    kept = {column.key: str(getattr(row, column.key)) for column in sa.inspect(Heard).columns}
    assert kept["subject"] == page
    assert "4242" not in json.dumps(kept).replace(page, "").replace(row.event, "")


def test_an_answer_that_was_lost_leads_to_the_same_page(world, payment, order):
    lose(world)
    with pytest.raises(Later):
        services.open_page(payment.id, clock.now())
    assert (payment.state, state_of(order)) == ("asked", "reserved")
    assert services.open_page(payment.id, clock.now())
    assert len(list(world.there.sessions(clock.now() - timedelta(minutes=1)))) == 1


def test_a_webhook_before_the_answer_was_kept(app, client, world, payment, order):
    lose(world)
    with pytest.raises(Later):
        services.open_page(payment.id, clock.now())
    (opened,) = world.there.sessions(clock.now() - timedelta(minutes=1))
    world.people.pay(opened.id)
    deliver(client, world)
    tasks.drain(app)
    db.session.expire_all()
    assert (state_of(order), payment.state, payment.session) == ("paid", "paid", opened.id)


def lose(world) -> None:
    if world.on_the_wire:
        world.people.spoil("dropped-after")
    else:
        world.people.loses.append(Later("timeout"))


def test_a_service_that_can_t_be_asked_at_the_webhook_is_asked_later(app, client, world, order, page):
    world.people.pay(page)
    deliver(client, world)
    if world.on_the_wire:
        world.people.spoil("500")
    else:
        world.people.fails.append(Later("500"))
    with pytest.raises(Later):
        tasks.drain(app)
    (heard,) = db.session.scalars(sa.select(Heard)).all()
    assert (heard.done_at, state_of(order)) == (None, "paying")


def test_a_hold_that_ends_closes_the_page_first(world, order, payment, page):
    assert services.close(payment.id, clock.now())
    assert services.close(payment.id, clock.now())
    assert (payment.state, world.there.session(page).state) == ("expired", "expired")


def test_a_hold_that_ends_while_the_buyer_pays_is_paid(world, order, payment, page):
    world.people.pay(page)
    assert not services.close(payment.id, clock.now())
    assert (payment.state, state_of(order)) == ("paid", "paid")
    assert not services.close(payment.id, clock.now())


def test_an_order_that_was_never_asked_for_is_closed_without_a_word(world, order, payment):
    assert services.close(payment.id, clock.now())
    assert services.open_page(payment.id, clock.now()) is None


def test_a_page_that_closed_by_itself_gives_the_piece_back(app, client, world, order, payment, page):
    world.people.time_out(page)
    deliver(client, world)
    deliver(client, world)
    tasks.drain(app)
    assert (state_of(order), db.session.scalars(sa.select(Listing.remaining)).one()) == ("expired", 1)


def end(order, *, left: int) -> None:
    """End the hold as the clock does; the pieces are there again, or somebody else has them."""
    order.state, order.ended_because = "expired", "unpaid"
    db.session.scalars(sa.select(Listing)).one().remaining = left
    db.session.flush()


def test_money_that_comes_late_buys_what_is_still_there(app, client, world, order, payment, page):
    end(order, left=1)
    world.people.pay(page)
    deliver(client, world)
    tasks.drain(app)
    assert (state_of(order), db.session.scalars(sa.select(Listing.remaining)).one()) == ("paid", 0)


def test_money_that_comes_too_late_goes_back_whole(app, client, world, order, payment, page):
    end(order, left=0)
    world.people.pay(page)
    for _twice in range(2):
        deliver(client, world)
        tasks.drain(app)
    assert (state_of(order), db.session.scalars(sa.select(Listing.remaining)).one()) == ("refunded", 0)
    refund = db.session.scalars(sa.select(Refund)).one()
    assert (refund.state, refund.amount_minor, refund.house_minor) == ("done", 4700, 300)
    assert [one.amount_minor for one in world.there.refunds(clock.now() - timedelta(minutes=1))] == [4700]


@pytest.mark.requirement(72, 75)
def test_what_stripe_learns_of_an_order(world, order, buyer, payment):
    handover = db.session.get_one(Handover, payment.handover_id)
    assert (handover.trigger, handover.object_id, handover.basis) == ("order", order.id, "contract")
    assert handover.fields == ["shop_orders.ref", "shop_payments.amount_minor", "shop_payments.currency"]
    subject = db.session.get_one(Subject, buyer.subject_id)
    payload = subjects.unseal(subject, payment.asking)["payload"]
    (told,) = json.loads(payload)
    assert {name: told[name] for name in handover.fields} == dict(
        zip(handover.fields, (order.ref, 4700, "EUR"), strict=True)
    )
    services.open_page(payment.id, clock.now())
    (left,) = db.session.scalars(sa.select(Departure).where(Departure.handover_id == handover.id)).all()
    assert (left.sha256, left.bytes) == (handover.payload_sha256, len(payload.encode()))
    assert departures.faults() == []


@pytest.mark.requirement(75, 79)
def test_other_bytes_than_the_log_says_don_t_leave(world, payment, buyer):
    with pytest.raises(NotDisclosable):
        disclosures.again(payment.handover_id, b"[]")
    subject = db.session.get_one(Subject, buyer.subject_id)
    payment.asking = subjects.seal(subject, {"payload": "[{}]"})
    with pytest.raises((NotDisclosable, NotReleased)):
        services.open_page(payment.id, clock.now())
    assert list(world.there.sessions(clock.now() - timedelta(minutes=1))) == []


def test_no_transaction_is_open_while_the_service_is_asked(app, world, payment, monkeypatch):
    """Neither a reader's nor a writer's: on SQLite it would keep everybody else from writing."""
    if world.on_the_wire:
        pytest.skip("seen from the twin")
    seen = []

    def called(self, what: str) -> None:
        seen.append((what, db.session.in_transaction()))

    monkeypatch.setattr(Till, "_called", called)
    payment_id = payment.id
    db.session.commit()
    with app.test_request_context("/checkout/pay/x"):
        app.preprocess_request()
        edge.begin_to_write()
        assert services.open_page(payment_id, clock.now())
        app.process_response(app.make_response(""))
    assert seen == [("start", False)]
    db.session.expire_all()
    assert payment.state == "open", "what a safe request wrote after it began to write is kept"


def test_a_page_for_another_amount_is_not_taken_over(world, order, payment, page):
    payment.amount_minor = 4600
    world.people.pay(page)
    assert not services.take_over(world.there.session(page), clock.now())
    assert state_of(order) == "paying"


def test_a_no_is_said(world, seller, payment):
    world.people.onboard(seller.account, "identity")
    with pytest.raises(Declined):
        services.open_page(payment.id, clock.now())
    assert payment.state == "asked"
