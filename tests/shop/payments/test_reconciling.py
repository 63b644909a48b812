"""Our rows held against the service's lists: what a webhook missed is made up for, what is odd is told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from clozette.cli import commands
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Later
from clozette.shop.ledger import queries as ledger
from clozette.shop.payments import payouts, reconciling, refunds, services
from clozette.shop.payments.models import Payment
from clozette.shop.payments.tasks import reconcile
from tests.shop.payments.test_refunds import intent_of, line_of, paid, rich

__all__ = ["paid", "rich"]
AN_HOUR = timedelta(hours=1)


def compare() -> list[tuple[str, bool]]:
    now = clock.now()
    return [(one.what, one.is_mended) for one in reconciling.reconcile(now - AN_HOUR, now + AN_HOUR)]


@pytest.fixture
def page(world, order, buyer):
    """Give the page of an order that nobody told us more of."""
    payment = db.session.get_one(Payment, services.ask(order, buyer, clock.now()))
    services.open_page(payment.id, clock.now())
    return payment


def test_nothing_differs(app, world, paid):
    refunds.refund(paid, {line_of(paid): 1000}, because="claim", key="r1", now=clock.now())
    tasks.drain(app)
    assert compare() == []


def test_no_webhook_at_all(world, order, page):
    world.people.pay(page.session)
    assert compare() == [("paid there, not here", True)]
    assert (order.state, ledger.of_order(order.id)["held"]) == ("paid", 4400)
    assert compare() == []


def test_a_page_that_closed_there(world, order, page):
    world.people.time_out(page.session)
    assert compare() == [("closed there, open here", True)]
    assert (order.state, page.state, compare()) == ("expired", "expired", [])


def test_what_they_have_and_we_don_t(world, order, page):
    page.session, order.ref = "cs_other", "another"
    page.asked_at -= AN_HOUR
    assert ("a page that no order of ours has", False) in compare()


def test_what_we_have_and_they_don_t(world, order, paid):
    payment = db.session.scalars(sa.select(Payment)).one()
    payment.session, order.ref = "cs_other", "another"
    payment.asked_at = clock.now() - AN_HOUR / 2
    now = clock.now()
    found = {one.what for one in reconciling.reconcile(now - AN_HOUR, now)}
    assert found == {"a page that no order of ours has", "a page that they don't know"}


def test_another_amount(world, page):
    page.amount_minor += 1
    assert compare() == [("a page for another amount, or a second one", False)]


def test_a_refund_that_somebody_made_over_there(world, paid):
    world.there.refund(intent_of(paid), 100, "EUR", "by hand")
    assert compare() == [
        ("a refund that is not ours", False),
        ("an account that has 4300 there, 4400 by our books", False),
    ]


def test_a_refund_whose_answer_was_lost(app, world, paid):
    row = refunds.refund(paid, {"shipping": 500}, because="claim", key="r1", now=clock.now())
    tasks.drain(app)
    row.state, row.outside = "asked", None
    db.session.flush()
    assert compare() == [("a refund that is done there, asked here", True)]
    assert (row.state, compare()) == ("done", [])


def test_a_refund_that_never_left(world, paid):
    row = refunds.refund(paid, {"shipping": 500}, because="claim", key="r1", now=clock.now())
    row.asked_at -= AN_HOUR / 2
    assert compare() == [("a refund that was never sent", False)]


def test_payouts(app, world, rich):
    row = payouts.pay_out(rich, 4000, key="p1", now=clock.now())
    tasks.drain(app)
    assert compare() == []
    db.session.expire_all()
    world.people.settle(row.outside)
    assert compare() == [("a payout that is done there, sent here", True)]
    world.there.payout(rich.account, 400, "EUR", "by hand")
    taken = ("an account that has 0 there, 400 by our books", False)
    assert compare() == [("a payout that is not ours", False), taken]


def test_by_the_clock_and_by_the_command(app, world, order, page, monkeypatch):
    world.people.pay(page.session)
    db.session.commit()
    reconcile()
    db.session.commit()
    tasks.drain(app)
    db.session.expire_all()
    assert order.state == "paid"
    db.session.commit()
    done = CliRunner().invoke(commands, ["payments", "reconcile"], obj=lambda: app)
    assert (done.exit_code, done.output.strip()) == (0, "0 differences, 0 mended")
    world.there.refund(intent_of(order), 100, "EUR", "by hand")
    db.session.commit()
    done = CliRunner().invoke(commands, ["payments", "reconcile", "--since", "2020-01-01"], obj=lambda: app)
    assert (done.exit_code, "DIFFERS" in done.output) == (1, True)
    if not world.on_the_wire:
        world.people.fails.append(Later("429"))
        assert "did not answer" in CliRunner().invoke(commands, ["payments", "reconcile"], obj=lambda: app).output
    app.extensions[ports.KEY] = None
    assert "off" in CliRunner().invoke(commands, ["payments", "reconcile"], obj=lambda: app).output
    reconcile()
