"""A buyer's bank wants the money back: told twice, in any order, before and after the money was paid out."""

from typing import Any

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.refusal import Refused
from clozette.shop.cases import access, deciding, returning, services
from clozette.shop.cases.models import Case, CaseEntry
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger import rules
from clozette.shop.ledger.queries import Standing
from clozette.shop.ledger.rules import Entry
from clozette.shop.listings.models import Listing
from clozette.shop.orders import deeds
from clozette.shop.orders import services as orders
from clozette.shop.payments import hearing, payouts
from clozette.shop.payments.models import Payment
from tests.factories.closets import make_item
from tests.factories.shop import dispute, make_listing, make_order
from tests.shop.cases.conftest import complain, decide, line_of, whole
from tests.shop.cases.test_cases import tend
from tests.shop.orders.conftest import pay


def test_what_is_taken_from_whom():
    assert rules.disputed(4700, held=4400, available=0, fees=300) == [
        Entry("held", "lost", 4400),
        Entry("fees", "lost", 300),
    ]
    assert rules.disputed(1000, held=0, available=400, fees=300) == [
        Entry("available", "lost", 400),
        Entry("fees", "lost", 300),
    ]


def test_the_bank_decides_for_us(app, arrived, seller, stopped_clock):
    stopped_clock.stop()
    for _time in (1, 2):  # told again at times
        dispute(arrived, "open")
    assert (ledger.balance(seller.id).held, arrived.contested_at is not None) == (0, True)
    with pytest.raises(Refused, match="taken_back"):
        deeds.give_back(whole(arrived), {line_of(arrived): 100}, key="k", now=clock.now())
    db.session.rollback()
    stopped_clock.forward(days=30)
    tend(app)
    assert arrived.state == "received"
    for state in ("won", "won", "open"):  # and once more when it is over
        dispute(arrived, state)
    assert (ledger.balance(seller.id).held, arrived.contested_at) == (4400, None)
    tend(app)
    assert (arrived.state, ledger.balance(seller.id).available, ledger.faults()) == ("complete", 4400, [])
    told = db.session.scalars(sa.select(CaseEntry.what).order_by(CaseEntry.id)).all()
    assert told == ["bank", "bank_won"]


def test_the_bank_takes_the_place_of_the_buyers_case(case, arrived, seller):
    dispute(arrived, "lost")  # the first that we hear of it
    bank = db.session.scalars(sa.select(Case).where(Case.kind == "bank")).one()
    assert (case.state, bank.state) == ("closed", "closed")
    assert (arrived.state, arrived.ended_because, arrived.contested_at) == ("returned", "bank", None)
    assert (ledger.balance(seller.id).held, ledger.of_order(arrived.id)["lost"], ledger.faults()) == (0, 4700, [])


def test_what_was_paid_out_is_the_houses_loss(app, arrived, seller, stopped_clock):
    stopped_clock.stop()
    stopped_clock.forward(days=7)
    orders.complete(whole(arrived), clock.now())
    payouts.pay_out(seller, 4000, key="p", now=clock.now())
    db.session.commit()
    dispute(arrived, "open")
    assert ledger.of_order(arrived.id)["lost"] == 400 + 300
    assert (ledger.balance(seller.id).available, ledger.faults()) == (0, [])
    dispute(arrived, "lost")
    assert arrived.state == "complete"


def test_what_was_decided_before_goes_on_when_the_bank_is_done(app, answered, arrived, sam, bea, judy, seller):
    """Or the seller would have the thing back, and the money too."""
    decide(answered, judy, 4000, must_return=True)
    deciding.take_effect(access.whole(answered.id), clock.now())
    returning.give_address(access.whole(answered.id), "Sam, Street 1, Bonn", by=sam, now=clock.now())
    returning.send_back(access.whole(answered.id), "dhl", "JD 9", by=bea, now=clock.now())
    for state in ("open", "won", "won"):
        dispute(arrived, state)
    assert (answered.state, arrived.contested_at is not None, ledger.balance(seller.id).held) == ("back", True, 4400)
    returning.get_back(access.whole(answered.id), by=sam, now=clock.now())
    db.session.commit()
    assert (answered.state, arrived.refunded_minor, arrived.contested_at, ledger.faults()) == ("closed", 4177, None, [])


def test_of_a_part_that_is_lost_the_rest_is_the_seller_s(app, arrived, bea, seller, stopped_clock):
    stopped_clock.stop()
    for state in ("open", "lost"):
        dispute(arrived, state, 1000)
    assert (arrived.state, arrived.contested_at) == ("received", None)
    with pytest.raises(Refused, match="taken_back"):
        complain(arrived, bea)
    db.session.rollback()
    stopped_clock.forward(days=8)
    tend(app)
    assert (arrived.state, ledger.balance(seller.id)) == ("complete", Standing(0, 3400))
    assert ledger.faults() == []


def test_what_was_not_sent_is_for_sale_again(arrived, sam):
    arrived.state = "paid"
    listing = db.session.get_one(Listing, whole(arrived).lines[0].listing_id)
    listing.item_id = make_item(sam, public=True).id
    dispute(arrived, "lost")
    assert (arrived.state, arrived.ended_because) == ("cancelled", "bank")
    db.session.expire_all()
    assert (listing.state, listing.remaining) == ("active", 1)


def test_heard_from_the_payment_service(app, arrived):
    till: Any = ports.payments()
    intent = db.session.scalars(sa.select(Payment.intent).where(Payment.order_id == arrived.id)).one()
    till.disputed(intent)
    event = till.sent[-1]
    hearing.keep(event, clock.now())
    db.session.commit()
    tend(app)
    assert db.session.scalars(sa.select(Case.state)).one() == "bank"


def test_a_second_claim_takes_what_the_first_one_left(app, arrived, seller):
    dispute(arrived, "open", 3000)
    dispute(arrived, "won", 3000)
    second = dispute(arrived, "open", 3000, name="du_2")
    third = dispute(arrived, "open", 3000, name="du_3")
    assert (second.amount_minor, third.amount_minor) == (3000, 1700)
    assert (ledger.of_order(arrived.id)["lost"], ledger.balance(seller.id).held) == (4700, 0)
    dispute(arrived, "lost", 3000, name="du_2")
    assert (arrived.state, arrived.contested_at is not None) == ("received", True)
    for state in ("lost", "open", "won"):  # out of order, and more than once
        dispute(arrived, state, 3000, name="du_3")
    assert (arrived.state, arrived.contested_at, third.state) == ("returned", None, "lost")
    assert (ledger.of_order(arrived.id)["lost"], ledger.faults()) == (4700, [])
    assert db.session.scalars(sa.select(Case.state)).all() == ["closed"] * 3


def test_what_a_bank_took_and_does_not_keep_comes_back(arrived, seller):
    dispute(arrived, "open")
    assert ledger.balance(seller.id).held == 0
    for _time in (1, 2):
        dispute(arrived, "lost", 1000)
    assert (ledger.of_order(arrived.id)["lost"], ledger.faults()) == (1000, [])
    assert (arrived.state, arrived.contested_at, ledger.balance(seller.id).held) == ("received", None, 3400)


def test_a_complaint_that_was_decided_is_not_taken_up_by_a_later_claim(case, arrived, bea):
    for state in ("open", "won"):
        dispute(arrived, state)
    services.withdraw(access.whole(case.id), by=bea, now=clock.now())
    for state in ("open", "won"):
        dispute(arrived, state, name="du_2")
    assert (case.state, arrived.contested_at, ledger.faults()) == ("withdrawn", None, [])


def test_a_bank_that_only_asks_has_taken_nothing(app, client_of, arrived, sam, seller, stopped_clock):
    stopped_clock.stop()
    for _time in (1, 2):
        dispute(arrived, "inquiry")
    stopped_clock.forward(days=30)
    tend(app)
    assert (arrived.state, ledger.balance(seller.id).held) == ("received", 4400)
    page = client_of(sam).get(f"/cases/{ids.encode(db.session.scalars(sa.select(Case.id)).one())}").text
    assert "pay it back now" in page
    deeds.give_back(whole(arrived), {line_of(arrived): 1000}, key="k", now=clock.now())
    for _time in (1, 2):
        dispute(arrived, "dropped")
    dispute(arrived, "inquiry")  # older than that
    assert (arrived.contested_at, ledger.of_order(arrived.id).get("lost")) == (None, None)
    told = db.session.scalars(sa.select(CaseEntry.what).order_by(CaseEntry.id)).all()
    assert told == ["inquiry", "bank_dropped"]
    dispute(arrived, "open")  # it takes the money after all
    assert (ledger.of_order(arrived.id)["lost"], arrived.contested_at is not None) == (4700 - 1044, True)
    assert ledger.faults() == []


def test_what_a_bank_asks_about_can_be_called_off_but_not_sent(app, client_of, bea, sam, seller):
    order = make_order(bea, make_listing(seller))
    pay(order, bea)
    tasks.drain(app)
    dispute(order, "inquiry")
    page = client_of(sam).get(here := f"/selling/orders/{order.ref}").text
    assert (f"{here}/cancel" in page, f"{here}/ship" in page) == (True, False)
    assert client_of(sam).post(f"{here}/cancel").status_code == 303
    dispute(order, "dropped")
    assert (order.state, order.contested_at, order.refunded_minor) == ("cancelled", None, 4700)
    assert ledger.faults() == []


def test_what_a_bank_has_taken_is_not_called_off(app, client_of, bea, sam, seller):
    order = make_order(bea, make_listing(seller))
    pay(order, bea)
    tasks.drain(app)
    dispute(order, "open")
    assert f"/selling/orders/{order.ref}/cancel" not in client_of(sam).get(f"/selling/orders/{order.ref}").text


def test_a_complaint_goes_on_while_the_bank_asks(app, answered, arrived, judy):
    dispute(arrived, "inquiry")
    decide(answered, judy, 4000)
    deciding.take_effect(access.whole(answered.id), clock.now())
    db.session.commit()
    assert (answered.state, arrived.refunded_minor, arrived.contested_at is not None) == ("closed", 4177, True)
    dispute(arrived, "dropped")
    assert arrived.contested_at is None


@pytest.mark.parametrize("by", ["sent", "seller", "buyer", "clock"])
def test_the_rest_of_what_was_not_sent_goes_on(app, bea, seller, stopped_clock, by):
    stopped_clock.stop()
    order = make_order(bea, make_listing(seller))
    pay(order, bea)
    tasks.drain(app)
    dispute(order, "open", 1000)
    stopped_clock.forward(days=60)
    dispute(order, "lost", 1000)
    assert (order.state, order.contested_at, order.ship_by > clock.now()) == ("paid", None, True)
    if by == "sent":
        deeds.ship(whole(order), courier="dhl", tracking="", shares=[], now=clock.now())
        for days in (30, 30):
            stopped_clock.forward(days=days)
            tend(app)
        assert (order.state, ledger.balance(seller.id)) == ("complete", Standing(0, 3400))
        return
    if by == "clock":
        stopped_clock.forward(days=10)
        tend(app)
    else:
        deeds.cancel(whole(order), because="buyer_off" if by == "buyer" else by, now=clock.now())
    db.session.commit()
    assert (order.state, order.refunded_minor, ledger.balance(seller.id)) == ("cancelled", 3700, Standing(0, 0))
    there = ledger.of_order(order.id)
    assert {name: amount for name, amount in there.items() if amount} == {"buyer": -1000, "lost": 1000}
    assert ledger.faults() == []


def test_what_was_decided_is_done_with_what_a_bank_left(answered, arrived, judy):
    decide(answered, judy, 4000)
    for state in ("open", "lost"):
        dispute(arrived, state, 2000)
    assert answered.state == "decided"
    deciding.take_effect(access.whole(answered.id), clock.now())
    db.session.commit()
    assert (answered.state, arrived.refunded_minor, arrived.contested_at) == ("closed", 2400 + 106, None)
    assert (ledger.of_order(arrived.id)["lost"], ledger.faults()) == (2000, [])
