"""A seller who is erased: nobody's money is lost by it, and nothing stands in its way."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.community.models import Notification
from clozette.kernel import clock, tasks
from clozette.privacy.disclosures.models import Recipient, Telling
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.erasure.models import Erasure
from clozette.shop.ledger import queries as ledger
from clozette.shop.orders import deeds
from clozette.shop.orders import tasks as order_tasks
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Payout
from clozette.shop.sellers.models import Seller
from tests.shop.payments.conftest import World
from tests.shop.payments.test_refunds import deliver, paid
from tests.support.application import Clock

__all__ = ["paid"]
pytestmark = pytest.mark.parametrize("world", ["till"], indirect=True)


def erase(app: Flask, session: orm.Session, member_id: int | None, stopped_clock: Clock) -> None:
    """Let a member go for good."""
    member = session.get_one(Member, member_id)
    erasures.ask(member.subject_id, via="page", now=clock.now())
    session.commit()
    stopped_clock.forward(days=14, seconds=1)
    erasure_tasks.execute_due()
    tasks.drain(app)
    session.expire_all()
    assert session.scalars(sa.select(Erasure.executed_at)).one() is not None


def settle(app: Flask, session: orm.Session) -> None:
    """Let the clock's work be done."""
    for work in (order_tasks.tend_orders, order_tasks.settle_departed):
        tasks.enqueue(work)
        session.commit()
        tasks.drain(app)
    session.expire_all()


@pytest.mark.requirement(106)
@pytest.mark.parametrize("state", ["pending", "active"])
@pytest.mark.parametrize("kind", ["private", "trader"])
def test_a_seller_can_be_erased(app, world, seller, db_session, stopped_clock, kind: str, state: str):
    seller.state, seller.kind = state, kind
    if kind == "trader":
        seller.legal_name, seller.address, seller.contact, seller.tax_bp = "Sam Ltd", "1 Lane", "sam@ltd.test", 1900
    db_session.commit()
    erase(app, db_session, seller.member_id, stopped_clock)
    settle(app, db_session)
    row = db_session.get_one(Seller, seller.id)
    assert (row.member_id, row.legal_name, row.address, row.contact) == (None, "", "", "")
    assert (row.state, row.account) == ("stopped", None), "nothing is owed, so nothing is known of where to"


def test_what_was_not_sent_is_paid_back(app, world, seller, paid, db_session, stopped_clock):
    tasks.drain(app)
    db_session.get_one(Order, paid.id).ship_by = None  # the clock would have called it off before
    db_session.commit()
    erase(app, db_session, seller.member_id, stopped_clock)
    order = db_session.get_one(Order, paid.id)
    assert (order.state, order.ended_because) == ("cancelled", "gone")
    assert order.refunded_minor == order.total.amount_minor


def test_what_a_seller_is_owed_is_paid_out_before_the_account_is_forgotten(
    app, client, world: World, seller, paid, db_session, stopped_clock
):
    tasks.drain(app)
    order = db_session.get_one(Order, paid.id)
    deeds.ship(order, courier="dhl", tracking="", shares=[], now=clock.now())
    db_session.commit()
    held = ledger.balance(seller.id).held
    erase(app, db_session, seller.member_id, stopped_clock)
    settle(app, db_session)
    assert db_session.get_one(Seller, seller.id).account is not None, "money is held: where to is still known"
    for days in (15, 8):
        stopped_clock.forward(days=days)
        settle(app, db_session)
    payout = db_session.scalars(sa.select(Payout)).one()
    assert (payout.amount_minor, payout.state) == (held, "sent")
    assert db_session.get_one(Seller, seller.id).account is not None, "it may come back from the bank"
    world.people.settle(payout.outside)
    deliver(client, world)
    settle(app, db_session)
    row = db_session.get_one(Seller, seller.id)
    assert (row.account, row.state, ledger.balance(seller.id)) == (None, "stopped", ledger.Standing(0, 0))


@pytest.mark.requirement(78)
def test_who_got_an_address_is_told_on_the_site(app, world, seller, buyer, paid, db_session, stopped_clock):
    tasks.drain(app)
    deeds.ship(db_session.get_one(Order, paid.id), courier="dhl", tracking="", shares=[], now=clock.now())
    db_session.commit()
    erase(app, db_session, buyer.id, stopped_clock)
    theirs = sa.select(Notification).where(Notification.member_id == seller.member_id)
    assert "forget_side" in {one.kind for one in db_session.scalars(theirs)}
    told = sa.select(Telling).join(Recipient, Recipient.id == Telling.recipient_id)
    assert db_session.scalars(told.where(Recipient.contact == "")).one().told_at is not None
