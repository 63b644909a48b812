"""The talk: another price, no, taking it back, the least that is taken, the end of the time, a block."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.accounts.services import blocks, members
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mail import KEY
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks.perform import perform
from clozette.rights.export import contents
from clozette.shop.listings import services as listings
from clozette.shop.listings.models import Listing
from clozette.shop.offers import rules, services
from clozette.shop.offers import tasks as ours
from clozette.shop.offers.models import Offer, OfferLine, OfferStep
from clozette.shop.offers.words import page_of
from tests.factories.accounts import make_member
from tests.factories.offers import answer, form_of, look_at, make_offer, offer
from tests.factories.shop import make_listing, make_seller
from tests.support.client import location


def the_offer() -> Offer:
    db.session.expire_all()
    return db.session.scalars(sa.select(Offer)).one()


def run(app: Any, deed: Any) -> None:
    """Let a worker do something."""
    db.session.commit()
    with app.app_context():
        perform(app, deed.name, {})
    db.session.expire_all()


def remaining(listing: Any) -> int:
    return db.session.scalar(sa.select(Listing.remaining).where(Listing.id == listing.id)) or 0


def test_prices_go_back_and_forth_until_one_is_taken(beas, sams, coat):
    page = offer(beas, [coat], "30")
    for browser, sum_, total in ((sams, "38", 4300), (beas, "33", 3800), (sams, "36", 4100), (beas, "35", 4000)):
        assert location(answer(browser, page, "counter", amount=sum_)) == page
        assert the_offer().total_minor == total
    assert "another price" not in sams.get(page).text.lower()  # five sums were named
    assert answer(sams, page, "counter", amount="35.50").status_code == 409
    location(answer(sams, page, "accept"))
    assert (the_offer().state, the_offer().amount_minor, remaining(coat)) == ("accepted", 3500, 0)
    assert db.session.scalars(sa.select(OfferLine.price_minor)).all() == [3500]
    steps = db.session.execute(sa.select(OfferStep.side, OfferStep.amount_minor).order_by(OfferStep.position)).all()
    assert [tuple(step) for step in steps] == [
        ("buyer", 3000),
        ("seller", 3800),
        ("buyer", 3300),
        ("seller", 3600),
        ("buyer", 3500),
    ]


@pytest.mark.requirement(84)
def test_both_sides_get_what_was_named(bea, sam, coat):
    make_offer(bea, coat)
    for member, name in ((bea, "shop_offer_steps"), (sam, "shop_offer_steps.others")):
        assert {one.name: db.session.scalar(one.count) for one in contents.sections(member.subject_id)}[name] == 1


def test_a_buyer_who_takes_the_sellers_price_goes_on_to_buy(beas, sams, coat, stopped_clock):
    now = stopped_clock.stop()
    page = offer(beas, [coat], "30")
    answer(sams, page, "counter", amount="36")
    assert location(answer(beas, page, "accept")).startswith("/checkout?offer=")
    assert the_offer().until == now + timedelta(hours=1)
    assert remaining(coat) == 0


@pytest.mark.parametrize("amount", ["30", "29", "40", "41", "", "much"])
def test_another_price_lies_between(beas, sams, coat, amount):
    page = offer(beas, [coat], "30")
    assert answer(sams, page, "counter", amount=amount).status_code in (409, 422)
    assert (the_offer().rounds, the_offer().turn) == (1, "seller")


def test_who_is_not_asked_has_no_say(beas, sams, coat):
    page = offer(beas, [coat], "30")
    for deed in ("accept", "decline"):
        assert beas.post(f"{page}/{deed}", data={"seen": "open.1"}).status_code == 409
    assert beas.post(f"{page}/counter", data={"seen": "open.1", "amount": "35"}).status_code == 409
    assert sams.post(f"{page}/withdraw", data={"seen": "open.1"}).status_code == 404
    assert (the_offer().state, remaining(coat)) == ("open", 1)


def test_an_answer_to_an_older_price_comes_too_late(beas, sams, coat):
    page = offer(beas, [coat], "30")
    answer(sams, page, "counter", amount="38")
    answer(beas, page, "counter", amount="33")
    stale = sams.post(f"{page}/accept", data={"seen": "open.1"})  # a page that still showed 30
    assert stale.status_code == 409
    assert the_offer().state == "open"


def test_no_is_no_and_another_try_is_free_but_not_endless(beas, sams, coat):
    for amount in ("20", "21", "22"):
        page = offer(beas, [coat], amount)
        assert location(answer(sams, page, "decline")) == page
    assert "Declined" in beas.get(page).text
    more = look_at(beas, [coat], "39")
    assert more.status_code == 409
    assert "Try again tomorrow." in more.text


def test_below_the_least_it_is_declined_at_once_and_the_least_stays_secret(app, beas, sams, coat):
    coat.floor_minor = 3217
    db.session.flush()
    app.extensions[KEY].clear()
    page = offer(beas, [coat], "32.16")
    assert (the_offer().state, the_offer().ended_because) == ("declined", "floor")
    tasks.drain(app)
    assert app.extensions[KEY].messages == []  # nobody is bothered with it
    shown = "".join(beas.get(address).text for address in (page, "/offers"))
    assert "doesn&#39;t take so little" in shown
    assert "32.17" not in shown
    assert "3217" not in shown


def test_a_lower_answer_of_the_seller_beats_her_least(beas, sams, coat):
    coat.floor_minor = 3500
    db.session.flush()
    page = offer(beas, [coat], "35.50")
    answer(sams, page, "counter", amount="38")
    answer(beas, page, "counter", amount="36")
    assert the_offer().state == "open"


def test_taken_back_it_is_over_and_what_it_held_is_free(beas, sams, coat):
    page = offer(beas, [coat], "30")
    location(answer(beas, page, "withdraw"))
    page = offer(beas, [coat], "31")
    answer(sams, page, "accept")
    assert remaining(coat) == 0
    assert beas.post(f"{page}/withdraw", data={"seen": "open.1"}).status_code == 409  # she saw no yes yet
    location(answer(beas, page, "withdraw"))
    assert remaining(coat) == 1
    assert db.session.scalars(sa.select(Offer.state)).all() == ["withdrawn", "withdrawn"]


def test_the_time_is_over(app, beas, sams, coat, stopped_clock):
    now = stopped_clock.stop()
    page = offer(beas, [coat], "30")
    answer(sams, page, "accept")
    stopped_clock.stop(now + rules.HELD_FOR["seller"])
    assert location(beas.get(f"/checkout?offer={page.rpartition('/')[2]}")) == page
    assert "Buy for" not in beas.get(page).text
    run(app, ours.end_offers)
    assert (the_offer().state, remaining(coat)) == ("expired", 1)
    run(app, ours.end_offers)
    assert remaining(coat) == 1  # given back once


def test_a_yes_after_the_time_is_too_late(beas, sams, coat, stopped_clock):
    now = stopped_clock.stop()
    page = offer(beas, [coat], "30")
    stopped_clock.stop(now + rules.ANSWER_WITHIN)
    assert sams.post(f"{page}/accept", data={"seen": "open.1"}).status_code == 409
    assert (the_offer().state, remaining(coat)) == ("open", 1)


def test_what_is_sold_meanwhile_can_not_be_agreed_on(beas, sams, coat):
    page = offer(beas, [coat], "30")
    coat.remaining = 0
    db.session.flush()
    taken = answer(sams, page, "accept")
    assert taken.status_code == 409
    assert "somebody was quicker" in taken.text
    db.session.rollback()


def test_a_price_that_fell_leaves_nothing_to_agree_on(beas, sams, coat):
    page = offer(beas, [coat], "30")
    coat.price_minor = 2900
    db.session.flush()
    assert answer(sams, page, "accept").status_code == 409


def test_a_block_ends_it(beas, sams, bea, sam, coat, seller):
    page = offer(beas, [coat], "30")
    hat = make_listing(seller)
    make_offer(bea, hat, state="accepted", turn="buyer")
    blocks.block(sam.id, bea.id, now=clock.now())
    db.session.expire_all()
    states = db.session.execute(sa.select(Offer.state, Offer.ended_because)).all()
    assert {tuple(row) for row in states} == {("declined", "block")}
    assert remaining(hat) == 1
    for browser, others in ((beas, "/offers"), (sams, "/selling/offers")):
        assert browser.get(page).status_code == 404
        assert "No offers yet" in browser.get(others).text


def test_who_leaves_lets_go(bea, sams, coat):
    page = page_of(make_offer(bea, coat, state="accepted", turn="buyer"))
    members.deactivate(bea, now=clock.now())
    assert (the_offer().state, the_offer().ended_because, remaining(coat)) == ("withdrawn", "left", 1)
    assert sams.get(page).status_code == 200


def test_an_erased_buyer_leaves_nothing_but_the_talk(bea, sams, coat):
    page = page_of(make_offer(bea, coat))
    the_offer().buyer_id = None
    db.session.flush()
    shown = sams.get(page)
    assert shown.status_code == 200
    assert "Somebody who left: €30.00" in shown.text


def test_several_things_in_one_offer(beas, sams, coat, seller):
    hat = make_listing(seller, title="A hat", price_minor=2000)
    form = form_of(beas, [coat, hat], "45")
    assert form["total"] == "5100"  # a parcel of two: 5 + 1
    page = location(beas.post("/offers", data=form))
    answer(sams, page, "accept")
    lines = db.session.execute(sa.select(OfferLine.listing_id, OfferLine.price_minor)).all()
    assert {tuple(line) for line in lines} == {(coat.id, 3000), (hat.id, 1500)}
    assert (remaining(coat), remaining(hat)) == (0, 0)


def test_of_several_things_all_or_none(beas, sams, coat, seller):
    hat = make_listing(seller, title="A hat", price_minor=2000)
    page = offer(beas, [coat, hat], "45")
    hat.remaining = 0
    db.session.commit()
    assert answer(sams, page, "accept").status_code == 409
    assert (the_offer().state, remaining(coat)) == ("open", 1)


def test_things_of_two_sellers_are_no_offer(beas, coat, db_session):
    other = make_listing(make_seller(make_member("tom")))
    assert look_at(beas, [coat, other], "45").status_code == 404


def test_all_that_is_open_is_told_together(beas, bea, coat, seller):
    make_offer(bea, make_listing(seller), 2000)
    make_offer(bea, make_listing(seller), 1000, state="declined")
    assert "You have 1 open offer. If it is accepted and you buy, that is €25.00." in look_at(beas, [coat], "30").text
    offer(beas, [coat], "30")
    assert "You have 2 open offers. If all are accepted and you buy, that is €60.00." in beas.get("/offers").text


def test_both_sides_are_told(app, beas, sams, coat, bea, sam):
    app.extensions[KEY].clear()
    page = offer(beas, [coat], "30")
    tasks.drain(app)
    answer(sams, page, "counter", amount="36")
    tasks.drain(app)
    answer(beas, page, "counter", amount="33")
    tasks.drain(app)
    answer(sams, page, "accept")
    tasks.drain(app)
    mails = [(mail.to, mail.subject) for mail in app.extensions[KEY].messages]
    assert mails == [
        (sam.email, "€30.00 is offered for “A green coat”: say yes, no, or another price"),
        (bea.email, "€36.00 is the answer to the offer for “A green coat”: it is your turn"),
        (sam.email, "€33.00 is the answer to the offer for “A green coat”: it is your turn"),
        (bea.email, "Your offer of €33.00 for “A green coat” is accepted: buy it in time"),
    ]
    assert "With fee and shipping: €38.00" in app.extensions[KEY].messages[-1].text
    assert "is accepted: buy it in time" in beas.get("/notifications").text
    assert "is the answer to the offer" in sams.get("/notifications").text


def test_minors_make_no_offers(client_of, coat, db_session):
    young = make_member("kim", country="GB", birth_date=date(clock.now().year - 16, 1, 1))
    shown = look_at(client_of(young), [coat], "30")
    assert shown.status_code == 409
    assert "18 years" in shown.text


def test_what_is_sold_ends_the_offers_for_it(app, beas, bea, coat):
    made = make_offer(bea, coat)
    coat.state, coat.remaining = "sold", 0
    run(app, ours.end_offers)
    assert (the_offer().state, the_offer().ended_because) == ("expired", "gone")
    tasks.drain(app)
    assert "can&#39;t be had any more, so your offer of €30.00 is over" in beas.get("/notifications").text
    assert made.id == the_offer().id


def test_a_move_from_where_it_no_longer_is_comes_too_late(bea, coat):
    made = make_offer(bea, coat, state="accepted", turn="buyer")
    bought = sa.update(Offer).values(state="bought")
    db.session.execute(bought, execution_options={"synchronize_session": False})
    assert made.state == "accepted"  # as this transaction has read it
    with pytest.raises(Refused):
        services.expire(made, made.until)
    assert remaining(coat) == 0


def test_what_an_offer_holds_is_not_sold_out(bea, coat):
    make_offer(bea, coat, state="accepted", turn="buyer")
    listings.sold({coat.id: 1})  # the last of the others was paid
    assert db.session.scalars(sa.select(Listing.state)).all() == ["active"]


def test_what_came_to_nothing_is_forgotten(app, bea, coat, seller, stopped_clock):
    now = stopped_clock.stop()
    old = {"state_at": now - rules.KEPT - timedelta(days=1)}
    for state in ("declined", "expired", "accepted", "open"):
        make_offer(bea, make_listing(seller), state=state, **old)
    make_offer(bea, coat, state="declined")
    run(app, ours.forget_offers)
    assert sorted(db.session.scalars(sa.select(Offer.state))) == ["accepted", "declined", "open"]


def test_of_several_pieces_some_are_wanted(beas, sams, coat):
    coat.stock = coat.remaining = 3
    db.session.flush()
    form = form_of(beas, [coat], "60", quantity=2)
    assert (form["quantity"], form["total"]) == ([], "6600")
    page = location(beas.post("/offers", data={**form, "quantity": "2"}))
    answer(sams, page, "accept")
    assert remaining(coat) == 1
    assert db.session.execute(sa.select(OfferLine.quantity, OfferLine.price_minor)).one() == (2, 3000)
