"""Holds that nobody pays, pages that are gone, sellers who left: nothing is stuck, nobody is charged for what can't be had."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock, ids
from clozette.kernel.ports.payments import Declined
from clozette.shop import amounts
from clozette.shop.buying import rules
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.payments import onboarding
from clozette.shop.payments import services as payments
from clozette.shop.payments.models import Payment, Refund
from clozette.shop.sellers.models import Seller
from tests.factories.buying import buy, form_of, put
from tests.factories.shop import make_listing
from tests.shop.buying.test_paying import end_holds, one
from tests.support.client import location


def sam_of(session, seller):
    """Return the member who sells."""
    return session.get_one(Member, seller.member_id)


def test_who_gave_up_is_not_charged_for_what_comes_late(bea, listing, till, db_session):
    ref = buy(bea, listing)
    location(bea.get(f"/checkout/pay/{ref}"))
    (page,) = till.pages.values()
    location(bea.post(f"/checkout/cancel/{ref}"))
    assert one(db_session, Order.ended_because) == "buyer"
    payment = one(db_session, Payment)
    till.pages[page.id] = page  # the bank had the order by then
    till.pay(page.id)
    payments.take_over(till.session(page.id), clock.now())
    db_session.commit()
    order = one(db_session, Order)
    assert (order.state, order.ended_because) == ("refunded", "late")
    assert one(db_session, Refund.amount_minor) == payment.amount_minor
    assert one(db_session, Listing.remaining) == 1


def test_a_page_that_the_service_does_not_know_holds_nothing_for_ever(
    app, bea, listing, till, db_session, stopped_clock
):
    ref = buy(bea, listing)
    location(bea.get(f"/checkout/pay/{ref}"))
    till.pages.clear()
    assert location(bea.post(f"/checkout/cancel/{ref}")) == f"/checkout/cancel/{ref}"
    assert "does not answer" in bea.get(f"/checkout/cancel/{ref}").text
    stopped_clock.forward(seconds=(rules.HOLD + timedelta(minutes=1)).total_seconds())
    end_holds(app, db_session)
    assert one(db_session, Order.state) == "paying", "it may only be another account that is asked"
    stopped_clock.forward(seconds=payments.PAGE_STAYS.total_seconds())
    end_holds(app, db_session)
    assert (one(db_session, Order.state), one(db_session, Payment.state)) == ("expired", "expired")
    assert one(db_session, Listing.remaining) == 1


def test_nobody_pays_a_seller_who_is_not_there(bea, listing, seller, till, db_session):
    ref = buy(bea, listing)
    db_session.get_one(Seller, seller.id).state = "pending"
    db_session.commit()
    assert bea.get(f"/checkout/pay/{ref}").status_code == 409
    assert not till.pages
    order = one(db_session, Order)
    assert (order.state, order.ended_because) == ("cancelled", "declined")
    assert "Nothing was charged" in bea.get(f"/orders/{ref}").text
    assert one(db_session, Listing.remaining) == 1


def test_one_member_does_not_empty_the_shop(bea, seller, db_session):
    for _ in range(rules.MOST_HELD):
        buy(bea, make_listing(seller))
    more = make_listing(seller)
    put(bea, more)
    answer = bea.post("/checkout", data=form_of(bea, seller.id))
    assert answer.status_code == 409
    assert "pay one of them first" in answer.text
    assert db_session.scalars(sa.select(Listing.remaining).where(Listing.id == more.id)).one() == 1


def test_what_was_let_go_too_often_is_not_held_again_today(app, bea, seller, listing, db_session, stopped_clock):
    for _ in range(rules.AGAIN):
        buy(bea, listing)
        stopped_clock.forward(seconds=rules.HOLD.total_seconds() + 60)
        end_holds(app, db_session)
    put(bea, listing)
    answer = bea.post("/checkout", data=form_of(bea, seller.id))
    assert answer.status_code == 409
    assert "tomorrow" in answer.text
    stopped_clock.forward(days=1)
    assert buy(bea, listing)


def test_a_clock_that_ran_ahead_freezes_no_sellers_standing(seller, till, db_session):
    seller.checked_at = clock.now() + timedelta(days=400)
    db_session.commit()
    till.onboard(seller.account, "individual.id_number")
    onboarding.look(seller.account, clock.now())
    assert one(db_session, Seller.state) == "pending"


def test_a_block_takes_the_sellers_words_from_a_cart(bea, buyer, client_of, seller, listing, db_session):
    put(bea, listing)
    sam = client_of(sam_of(db_session, seller))
    location(sam.post("/@bea/block"))
    listing.title = "Said after the block"
    db_session.commit()
    page = bea.get("/cart").text
    assert "Said after the block" not in page
    assert "/@sam" not in page
    assert "somebody who sells no more" in page


def test_how_something_bought_is_offered_does_not_change(bea, client_of, seller, listing, db_session):
    buy(bea, listing)
    sam, address = client_of(sam_of(db_session, seller)), f"/selling/listings/{ids.encode(listing.id)}"
    changed = {"mode": "view", "title": "A green coat", "condition": "good", "version": "1"}
    answer = sam.post(f"{address}/edit", data=changed)
    assert answer.status_code == 409
    assert "bought or holds" in answer.text
    assert one(db_session, Listing.mode) == "sale"


def test_the_service_says_no_to_giving_up(bea, listing, till, db_session, monkeypatch):
    ref = buy(bea, listing)
    location(bea.get(f"/checkout/pay/{ref}"))

    def refuse(*_args):
        raise Declined("forbidden")

    monkeypatch.setattr(till, "expire", refuse)
    assert location(bea.post(f"/checkout/cancel/{ref}")) == f"/checkout/cancel/{ref}"
    assert one(db_session, Order.state) == "paying"


@pytest.mark.parametrize("signature", ["t=1,v1=é", "", "t=x"])
def test_news_with_an_odd_signature_are_refused(client, signature, till):
    answer = client.post(
        "/webhooks/stripe", data=b"{}", headers={"Stripe-Signature": signature.encode().decode("latin-1")}
    )
    assert answer.status_code == 400


def test_what_no_bank_takes_stays():
    assert [amounts.payable(12345, code) for code in ("HUF", "TWD", "EUR", "JPY")] == [12300, 12300, 12345, 12345]
