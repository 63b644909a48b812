"""Many at once: one piece is sold once, and a form that is sent twice makes one order."""

import sqlalchemy as sa

from clozette.kernel import clock, ids
from clozette.shop.carts.models import CartLine
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Payment
from tests.factories.accounts import make_member
from tests.factories.buying import ADDRESS, form_of, put
from tests.support.client import location
from tests.support.races import together

BUYERS = 50


def test_fifty_press_buy_and_one_gets_it(client_of, listing, seller, db_session):
    browsers = []
    for number in range(BUYERS):
        member = make_member(f"buyer{number}")
        db_session.add(CartLine(member_id=member.id, listing_id=listing.id, quantity=1, at=clock.now()))
        browsers.append(client_of(member))
    db_session.commit()
    form = {**ADDRESS, "seller": ids.encode(seller.id), "form_key": "the-same-for-all", "total": "4500"}
    headers = {"X-CSRFToken": browsers[0].csrf_token()}
    for bea in browsers:
        bea.csrf_token()
    db_session.commit()
    press = [lambda bea=bea: bea.post("/checkout", data=form, headers=headers) for bea in browsers]
    answers = together(press)
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * (BUYERS - 1)
    assert all("Somebody was quicker" in answer.text for answer in answers if answer.status_code == 409)
    db_session.expire_all()
    for table in (Order, Payment):
        assert db_session.scalar(sa.select(sa.func.count()).select_from(table)) == 1
    assert db_session.scalar(sa.select(Listing.remaining)) == 0
    assert db_session.scalar(sa.select(sa.func.count()).select_from(CartLine)) == BUYERS - 1


def test_a_form_sent_eight_times_at_once_makes_one_order(bea, listing, seller, db_session):
    listing.stock = listing.remaining = 20
    put(bea, listing)
    form = form_of(bea, seller.id)
    bea.csrf_token()
    db_session.commit()
    answers = together([lambda: bea.post("/checkout", data=form)] * 8)
    assert len({location(answer) for answer in answers}) == 1
    assert len(answers) == 8
    db_session.expire_all()
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1
    assert db_session.scalar(sa.select(Listing.remaining)) == 19


def test_two_tabs_with_a_form_each_make_one_order(bea, listing, seller, db_session):
    listing.stock = listing.remaining = 20
    put(bea, listing)
    forms = [form_of(bea, seller.id) for _ in range(2)]
    bea.csrf_token()
    db_session.commit()
    answers = together([lambda form=form: bea.post("/checkout", data=form) for form in forms])
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (late,) = [answer for answer in answers if answer.status_code == 409]
    assert "nothing" in late.text.lower()
    db_session.expire_all()
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1
    assert db_session.scalar(sa.select(Listing.remaining)) == 19
