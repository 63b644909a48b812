"""The way to the payment service and back, and the end of a hold."""

import re

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Declined, Later
from clozette.kernel.ports.till import ORIGIN
from clozette.kernel.tasks import drain
from clozette.kernel.tasks.perform import perform
from clozette.shop.buying import tasks
from clozette.shop.carts.models import CartLine
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.payments import services as payments
from clozette.shop.payments.models import Payment
from tests.factories.accounts import make_member
from tests.factories.buying import buy, form_of, put
from tests.factories.shop import make_listing
from tests.support import lines
from tests.support.client import location


def one(session, column):
    session.expire_all()
    return session.scalars(sa.select(column)).one()


def end_holds(app, session) -> None:
    session.commit()
    with app.app_context():
        perform(app, tasks.end_holds.name, {})


def test_it_leads_to_the_services_page_and_keeps_it(bea, listing, till, db_session):
    ref = buy(bea, listing)
    first = location(bea.get(f"/checkout/pay/{ref}"))
    assert first.startswith(f"{ORIGIN}/cs_")
    assert location(bea.get(f"/checkout/pay/{ref}")) == first
    payment = one(db_session, Payment)
    assert (payment.state, payment.url, payment.asking) == ("open", first, None)
    assert one(db_session, Order.state) == "paying"
    assert till.calls.count("start") == 1
    (page,) = till.pages.values()
    assert (page.ref, page.amount_minor, page.currency) == (ref, 4500, "EUR")


def test_no_transaction_is_open_while_the_service_is_asked(app, bea, listing, till, db_session, monkeypatch):
    ref = buy(bea, listing)
    start, seen = till.start, []

    def watched(release, terms, key):
        page = start(release, terms, key)
        seen.append(db.session.in_transaction())
        seen.append(sum(lines.held(app)))
        return page

    monkeypatch.setattr(till, "start", watched)
    db_session.commit()
    db_session.close()
    location(bea.get(f"/checkout/pay/{ref}"))
    assert seen == [False, 0]


def test_a_service_that_does_not_answer_is_asked_again_and_one_page_comes_of_it(bea, listing, till, db_session):
    ref = buy(bea, listing)
    till.loses.append(Later("timeout"))  # it was opened, and nobody heard of it
    waiting = bea.get(f"/checkout/pay/{ref}")
    assert waiting.status_code == 202
    assert "We are asking the payment service" in waiting.text
    assert f'href="/checkout/pay/{ref}"' in waiting.text
    assert one(db_session, Payment.state) == "asked"
    assert location(bea.get(f"/checkout/pay/{ref}")) == next(iter(till.pages.values())).url
    assert len(till.pages) == 1


def test_what_the_service_refuses_is_given_back_and_said(bea, listing, till, db_session):
    ref = buy(bea, listing)
    till.fails.append(Declined("insufficient_capabilities_for_transfer"))
    answer = bea.get(f"/checkout/pay/{ref}")
    assert answer.status_code == 409
    assert "Nothing was charged" in answer.text
    assert one(db_session, Order.state) == "cancelled"
    assert one(db_session, Listing.remaining) == 1
    assert one(db_session, CartLine.listing_id) == listing.id


def test_the_way_back_only_reads(bea, listing, till, db_session, query_counter):
    ref = buy(bea, listing)
    location(bea.get(f"/checkout/pay/{ref}"))
    with query_counter() as statements:
        page = bea.get(f"/checkout/return?order={ref}")
    assert all(statement.startswith("SELECT") for statement in statements)
    assert "We are checking your payment" in page.text
    assert page.headers["Refresh"] == f"5; url=/checkout/return?order={ref}&look=1"
    assert "Refresh" not in bea.get(f"/checkout/return?order={ref}&look=24").headers
    assert one(db_session, Order.state) == "paying"
    (open_page,) = till.pages
    payments.paid(one(db_session, Payment), till.pay(open_page), clock.now())
    assert "It is paid" in bea.get(f"/checkout/return?order={ref}").text


def test_who_comes_back_without_having_paid_sees_the_hold_and_may_go_on(bea, listing, till, db_session):
    ref = buy(bea, listing)
    url = location(bea.get(f"/checkout/pay/{ref}"))
    page = bea.get(f"/checkout/cancel/{ref}").text
    assert "Held for you until" in page
    assert f'href="/checkout/pay/{ref}"' in page
    assert one(db_session, Order.state) == "paying"
    assert location(bea.get(f"/checkout/pay/{ref}")) == url


@pytest.mark.parametrize("opened", [False, True])
def test_giving_up_closes_the_page_and_gives_back(bea, listing, till, db_session, opened):
    ref = buy(bea, listing)
    if opened:
        location(bea.get(f"/checkout/pay/{ref}"))
    assert location(bea.post(f"/checkout/cancel/{ref}")) == "/cart"
    assert [page.state for page in till.pages.values()] == ["expired"] * opened
    assert one(db_session, Order.state) in ("cancelled", "expired")
    assert one(db_session, Listing.remaining) == 1
    assert one(db_session, CartLine.quantity) == 1
    assert location(bea.post(f"/checkout/cancel/{ref}")) == f"/orders/{ref}"
    assert one(db_session, Listing.remaining) == 1


def test_giving_up_after_having_paid_keeps_the_order(bea, listing, till, db_session):
    ref = buy(bea, listing)
    location(bea.get(f"/checkout/pay/{ref}"))
    till.pay(next(iter(till.pages)))
    assert location(bea.post(f"/checkout/cancel/{ref}")) == f"/checkout/return?order={ref}"
    assert one(db_session, Order.state) == "paid"
    assert one(db_session, Listing.remaining) == 0


def test_nobody_elses_order_is_reached(client_of, bea, listing, db_session):
    ref = buy(bea, listing)
    stranger = client_of(make_member("cleo"))
    for address in (f"/checkout/pay/{ref}", f"/checkout/cancel/{ref}", f"/checkout/return?order={ref}"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/checkout/cancel/{ref}").status_code == 404


@pytest.mark.parametrize("opened", [False, True])
def test_a_hold_ends_by_itself(app, bea, listing, till, db_session, stopped_clock, opened):
    ref = buy(bea, listing)
    if opened:
        location(bea.get(f"/checkout/pay/{ref}"))
    stopped_clock.forward(minutes=29)
    end_holds(app, db_session)
    assert one(db_session, Listing.remaining) == 0
    stopped_clock.forward(minutes=2)
    for _ in range(2):
        end_holds(app, db_session)
    assert one(db_session, Order.state) == "expired"
    assert one(db_session, Listing.remaining) == 1
    assert one(db_session, Payment.state) == "expired"
    assert one(db_session, CartLine.listing_id) == listing.id
    assert [page.state for page in till.pages.values()] == ["expired"] * opened
    assert location(bea.get(f"/checkout/pay/{ref}")) == f"/orders/{ref}"


def test_while_the_service_does_not_answer_nothing_is_given_back(app, bea, listing, till, db_session, stopped_clock):
    ref = buy(bea, listing)
    location(bea.get(f"/checkout/pay/{ref}"))
    stopped_clock.forward(minutes=31)
    till.fails.append(Later("timeout"))
    end_holds(app, db_session)
    assert (one(db_session, Order.state), one(db_session, Listing.remaining)) == ("paying", 0)
    end_holds(app, db_session)
    assert (one(db_session, Order.state), one(db_session, Listing.remaining)) == ("expired", 1)


def test_money_that_came_in_the_last_moment_is_kept(app, bea, listing, till, db_session, stopped_clock):
    ref = buy(bea, listing)
    location(bea.get(f"/checkout/pay/{ref}"))
    till.pay(next(iter(till.pages)))
    stopped_clock.forward(minutes=31)
    end_holds(app, db_session)
    assert (one(db_session, Order.state), one(db_session, Listing.remaining)) == ("paid", 0)


def test_one_hold_that_can_not_be_ended_holds_up_no_other(app, bea, listing, seller, till, db_session, stopped_clock):

    refs = [buy(bea, listing)]
    stopped_clock.forward(seconds=1)
    refs.append(buy(bea, make_listing(seller)))
    for ref in refs:
        location(bea.get(f"/checkout/pay/{ref}"))
    stopped_clock.forward(minutes=31)
    till.fails.append(RuntimeError("broken"))
    end_holds(app, db_session)
    db_session.expire_all()
    assert sorted(db_session.scalars(sa.select(Order.state))) == ["expired", "paying"]  # they are tried in no order


@pytest.mark.requirement(11)
def test_the_form_may_lead_to_the_service_and_nowhere_else(bea, listing, seller):
    put(bea, listing)
    page = bea.get(f"/checkout?seller={ids.encode(seller.id)}")
    assert f"form-action 'self' {ORIGIN};" in page.headers["Content-Security-Policy"]
    assert 'action="https://localhost/checkout"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert int(re.search(r"max-age=(\d+); includeSubDomains", page.headers["Strict-Transport-Security"])[1]) >= 31536000
    assert f"form-action 'self' {ORIGIN}" not in bea.get("/cart").headers["Content-Security-Policy"]
    ref = location(bea.post("/checkout", data=form_of(bea, seller.id))).rpartition("/")[2]
    left = bea.get(f"/checkout/cancel/{ref}")
    assert f'action="https://localhost/checkout/cancel/{ref}"' in left.text
    for cookie in bea._cookies.values():
        assert cookie.key.startswith("__Host-"), cookie.key
        assert cookie.secure
        assert cookie.http_only
        assert cookie.same_site in ("Lax", "Strict")


@pytest.fixture
def on_its_way(app, bea, listing, till, db_session, stopped_clock):
    """Give a page whose money is on its way from a bank, when the hold is over."""
    location(bea.get(f"/checkout/pay/{buy(bea, listing)}"))
    (session,) = till.pages
    till.send(session)
    stopped_clock.forward(minutes=45)
    end_holds(app, db_session)
    assert (one(db_session, Order.state), one(db_session, Listing.remaining)) == ("paying", 0)
    return session


def test_money_that_is_on_its_way_keeps_the_pieces(app, db_session, till, on_its_way):
    payments.take_over(till.pay(on_its_way), clock.now())
    end_holds(app, db_session)
    assert (one(db_session, Order.state), one(db_session, Listing.remaining)) == ("paid", 0)


def test_money_that_the_bank_refuses_gives_them_back(app, db_session, client, till, on_its_way):
    till.refuse(on_its_way)
    body, signed = till.news(till.sent[-1])
    assert client.post("/webhooks/stripe", data=body, headers=signed).status_code == 200
    drain(app)
    assert (one(db_session, Order.state), one(db_session, Listing.remaining)) == ("expired", 1)


def test_money_is_not_waited_for_beyond_all_patience(app, db_session, on_its_way, stopped_clock):
    stopped_clock.forward(days=22)
    end_holds(app, db_session)
    assert (one(db_session, Order.state), one(db_session, Listing.remaining)) == ("expired", 1)
