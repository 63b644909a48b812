"""An order from paid to complete, through the pages of both sides."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.closets.models import Item
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mail import KEY, MemoryOutbox, Message
from clozette.kernel.refusal import Refused
from clozette.media.models import Photo
from clozette.privacy.disclosures.models import Disclosure, Handover, Recipient
from clozette.privacy.tree.models import Waiting
from clozette.rights.erasure import executor as erasure_executor
from clozette.rights.erasure import services as erasures
from clozette.shop.ledger import queries as ledger
from clozette.shop.listings.models import Listing
from clozette.shop.orders import passing, queries, services, states
from clozette.shop.orders.models import Order
from clozette.shop.orders.tasks import introduce, settle_departed, tend_orders
from tests.factories.accounts import make_member
from tests.factories.shop import dispute, make_listing, make_order
from tests.shop.orders.conftest import pay
from tests.support import races

FORM_KEY = re.compile(r'name="form_key" value="([^"]+)"')
SENT = {"courier": "dhl", "tracking": "JD 0140"}


def tend(app: Any) -> None:
    """Let the clock's task run, and what comes of it."""
    tasks.enqueue(tend_orders)
    tasks.drain(app)
    db.session.expire_all()


def mails(app: Any) -> list[Message]:
    """Return what was mailed."""
    outbox: MemoryOutbox = app.extensions[KEY]
    return outbox.messages


def test_the_receipt_says_what_was_paid_to_whom(app, order, sam, bea):
    (receipt,) = [one for one in mails(app) if one.to == bea.email]
    assert receipt.subject == f"Receipt for your order {order.ref}"
    assert "Total: €47.00" in receipt.text
    assert "Sam Seller (@sam)" in receipt.text
    assert "1 High Street" not in receipt.text
    (sold,) = [one for one in mails(app) if one.to == sam.email]
    assert "A green coat" in sold.subject
    assert "High Street" not in sold.text + (sold.html or "")  # the address stands on the page alone


def told_about(subject_id: int) -> dict[str, Handover]:
    """Return the hand-overs about somebody, by purpose."""
    mine = sa.select(Handover).join(Disclosure).where(Disclosure.subject_id == subject_id)
    return {one.purpose: one for one in db.session.scalars(mine)}


def test_from_paid_to_complete(app, client_of, order, sam, bea, seller, item, stopped_clock):
    stopped_clock.stop()
    ref, sams, beas, item_id = order.ref, client_of(sam), client_of(bea), item.id
    assert "A green coat" in sams.get("/selling/orders").text
    page = sams.get(f"/selling/orders/{ref}").text
    assert "1 High Street" in page
    assert "+442071838750" not in page  # the telephone number is for the courier
    sent = sams.post(f"/selling/orders/{ref}/ship", data={**SENT, "shares": ["notes"]})
    assert (sent.status_code, sent.location) == (303, f"/selling/orders/{ref}")
    assert "JD 0140" in beas.get(f"/orders/{ref}").text
    assert beas.post(f"/orders/{ref}/received").status_code == 303
    tasks.drain(app)
    tend(app)
    assert order.state == "received"  # nobody hurries the days of the buyer
    assert ledger.balance(seller.id) == ledger.Standing(4400, 0)
    stopped_clock.forward(days=7)
    tend(app)
    assert order.state == "complete"
    assert ledger.balance(seller.id) == ledger.Standing(0, 4400)
    assert ledger.faults() == []

    theirs = db.session.scalars(sa.select(Item).where(Item.member_id == bea.id)).one()
    assert (theirs.brand, theirs.notes, theirs.price_minor) == ("COS", "From Paris", 4000)
    assert "dear" not in theirs.search_text  # she agreed to the notes alone
    assert theirs.publicised_at is None
    before = db.session.get_one(Item, item_id)
    assert before.archived_reason == "sold"
    assert "A green coat" in beas.get("/orders").text


@pytest.mark.requirement(72, 73, 77)
def test_each_side_knows_what_it_needs_and_the_other_sees_it(app, client_of, order, sam, bea):
    """The seller, the courier and the buyer get their fields through the one door, and all of it shows."""
    client_of(sam).post(f"/selling/orders/{order.ref}/ship", data=SENT)
    tasks.drain(app)
    of_bea, of_sam = told_about(bea.subject_id), told_about(sam.subject_id)
    assert "shop_addresses.phone" not in of_bea["delivery"].fields
    assert of_bea["delivery"].trigger == "order"
    assert of_bea["parcel"].fields == [f"shop_addresses.{name}" for name in ADDRESS]
    assert of_sam["sale"].fields == ["shop_orders.ref", "accounts_members.display_name", "accounts_members.handle"]
    seen = client_of(bea).get("/privacy/disclosures").text
    assert "Sam Seller" in seen
    assert "Deutsche Post AG" in seen
    assert "so that the seller can send it · because of an order" in seen
    assert "Bea Buyer" in client_of(sam).get("/privacy/disclosures").text


@pytest.mark.requirement(78)
def test_a_buyer_who_is_being_erased_is_told_to_nobody(app, client_of, bea, seller, item):
    """Nothing goes out once the erasure has begun; what was paid goes back."""
    made = make_order(bea, make_listing(seller, item, title="A green coat"))
    pay(made, bea)
    erasures.ask(bea.subject_id, via="page", now=clock.now()).begun_at = clock.now()
    tasks.drain(app)
    db.session.expire_all()
    assert (made.state, made.ended_because, made.refunded_minor) == ("cancelled", "gone", 4700)
    assert "delivery" not in told_about(bea.subject_id)
    assert ledger.balance(seller.id) == ledger.Standing(0, 0)


@pytest.mark.parametrize("who", ["sam", "bea"])
def test_no_name_outlives_an_erasure_in_the_log(app, client_of, order, sam, bea, who):
    """The log of hand-overs is never changed: so it names nobody who trades, and readers are told who that is today."""
    gone, other = (sam, bea) if who == "sam" else (bea, sam)
    name, gone_handle, browser = gone.display_name, gone.handle, client_of(other)
    assert name in browser.get("/privacy/disclosures").text
    erasure = erasures.ask(gone.subject_id, via="page", now=clock.now())
    db.session.commit()
    erasure_executor.execute(erasure.id, now=clock.now() + timedelta(days=90), save=db.session.commit)
    seen = browser.get("/privacy/disclosures").text
    assert name not in seen
    assert "Somebody who has left" in seen
    tables = [model.__table__ for model in (Recipient, Handover, Disclosure, Waiting)]
    written = [str(row) for table in tables for row in db.session.execute(sa.select(table))]
    assert any("Stripe" in row for row in written)
    assert not [row for row in written if name in row or f"@{gone_handle}" in row]


def test_a_seller_is_erased_while_a_bank_takes_the_money_back(app, order, sam, seller):
    dispute(order, "open")
    erasure = erasures.ask(sam.subject_id, via="page", now=clock.now())
    db.session.commit()
    later = clock.now() + timedelta(days=90)
    assert erasure_executor.execute(erasure.id, now=later, save=db.session.commit)
    settle(app)
    assert (order.state, seller.member_id) == ("paid", None)
    dispute(order, "won")
    settle(app)
    assert (order.state, order.ended_because, order.refunded_minor) == ("cancelled", "gone", 4700)
    assert ledger.faults() == []


def settle(app: Any) -> None:
    """Let the clock see to sellers who are gone."""
    tasks.enqueue(settle_departed)
    tasks.drain(app)
    db.session.expire_all()


def test_a_buyer_goes_while_the_bank_takes_the_money_back(app, bea, seller, item, stopped_clock):
    stopped_clock.stop()
    made = make_order(bea, make_listing(seller, item))
    pay(made, bea)
    dispute(made, "open")
    erasures.ask(bea.subject_id, via="page", now=clock.now()).begun_at = clock.now()
    db.session.commit()
    introduce(order_id=made.id)
    dispute(made, "won")
    stopped_clock.forward(days=6)
    tend(app)
    assert (made.state, made.refunded_minor, ledger.faults()) == ("cancelled", 4700, [])


def test_nothing_is_sent_while_a_bank_takes_the_money_back(client_of, order, sam):
    dispute(order, "open")
    browser, address = client_of(sam), f"/selling/orders/{order.ref}"
    assert "I have sent it" not in browser.get(address).text
    assert browser.post(f"{address}/ship", data=SENT).status_code == 409
    dispute(order, "won")
    assert browser.post(f"{address}/ship", data=SENT).status_code == 303


def test_what_was_bought_comes_into_the_closet_once(order, sam, bea):
    order.state, order.completed_at, order.shares = "complete", clock.now(), ["tags"]
    for _time in (1, 2):
        passing.pass_on(queries.whole(order.id), clock.now())
        db.session.commit()
    theirs = db.session.scalars(sa.select(Item).where(Item.member_id == bea.id)).one()
    assert (theirs.notes, "dear" in theirs.search_text) == (None, True)
    photos = db.session.scalars(sa.select(Photo)).all()
    assert {photo.subject_id for photo in photos} == {bea.subject_id, sam.subject_id}
    assert len(photos) == 2


def test_what_was_paid_back_whole_does_not_change_hands(order, bea):
    order.state, order.completed_at = "complete", clock.now()
    whole = queries.whole(order.id)
    whole.lines[0].refunded_minor = 4000
    passing.pass_on(whole, clock.now())
    assert db.session.scalar(sa.select(Item.id).where(Item.member_id == bea.id)) is None


ADDRESS = ("name", "line1", "line2", "postcode", "city", "country", "phone")


def test_nobody_else_sees_an_order(client_of, order, sam, bea):
    other = client_of(make_member("cat"))
    for address in (f"/orders/{order.ref}", f"/selling/orders/{order.ref}", f"/selling/orders/{order.ref}/slip"):
        assert other.get(address).status_code == 404
    assert client_of(sam).get(f"/orders/{order.ref}").status_code == 404
    assert client_of(bea).get(f"/selling/orders/{order.ref}").status_code == 404
    assert client_of(bea).post(f"/selling/orders/{order.ref}/cancel").status_code == 404


@pytest.mark.requirement(75)
def test_the_address_is_shown_no_longer_than_it_is_needed(client_of, order, sam):
    now = clock.now()
    slip = client_of(sam).get(f"/selling/orders/{order.ref}/slip")
    assert "1 High Street" in slip.text
    assert "data:image/svg+xml;base64," in slip.text
    for end in ("complete", "returned"):
        order.state, order.state_at = end, now - timedelta(days=89)
        assert "1 High Street" in client_of(sam).get(f"/selling/orders/{order.ref}").text
        order.state_at = now - timedelta(days=91)
        assert "1 High Street" not in client_of(sam).get(f"/selling/orders/{order.ref}").text
        assert client_of(sam).get(f"/selling/orders/{order.ref}/slip").status_code == 404


def test_what_is_not_sent_in_time_goes_back_by_itself(app, client_of, order, sam, bea, seller, stopped_clock):
    stopped_clock.stop()
    stopped_clock.forward(days=4, hours=1)
    tend(app)
    tend(app)
    assert (order.state, order.reminded_at is not None) == ("paid", True)
    stopped_clock.forward(days=1)
    tend(app)
    assert (order.state, order.ended_because, order.refunded_minor) == ("cancelled", "unsent", 4700)
    assert ledger.balance(seller.id) == ledger.Standing(0, 0)
    assert ledger.faults() == []
    assert db.session.scalars(sa.select(Listing.remaining)).one() == 1
    assert client_of(sam).post(f"/selling/orders/{order.ref}/ship", data=SENT).status_code == 409
    assert {told.to for told in mails(app) if "cancelled" in told.subject} == {sam.email, bea.email}


def test_no_word_from_the_buyer_counts_as_arrived(app, client_of, order, sam, stopped_clock):
    stopped_clock.stop()
    client_of(sam).post(f"/selling/orders/{order.ref}/ship", data=SENT)
    stopped_clock.forward(days=13)
    tend(app)
    assert order.state == "shipped"
    stopped_clock.forward(days=1)
    tend(app)
    assert order.state == "received"


def test_the_seller_pays_a_part_back_once(app, client_of, order, sam, seller):
    browser, address = client_of(sam), f"/selling/orders/{order.ref}"
    key = FORM_KEY.search(browser.get(address).text)
    assert key is not None
    asked = {"form_key": key[1], "part": "shipping", "amount": "3.00"}
    for _time in (1, 2):
        assert browser.post(f"{address}/refund", data=asked).status_code == 303
    db.session.expire_all()
    assert order.refunded_minor == 300 + 200 * 300 // 4500
    assert ledger.balance(seller.id).held == 4400 - 300
    too_much = browser.post(f"{address}/refund", data={**asked, "form_key": "another", "amount": "3.00"})
    assert too_much.status_code == 409
    nonsense = browser.post(f"{address}/refund", data={**asked, "part": "fee", "amount": "x"})
    assert nonsense.status_code == 422


def test_bad_forms_are_answered_in_words(client_of, order, sam):
    browser, address = client_of(sam), f"/selling/orders/{order.ref}/ship"
    assert browser.post(address, data={"courier": "pigeon"}).status_code == 422
    assert browser.post(address, data={**SENT, "shares": ["price"]}).status_code == 422
    assert browser.post(address, data={**SENT, "tracking": "4242 4242 4242 4242"}).status_code == 422
    assert order.state == "paid"


def test_sending_and_calling_off_at_once(app, client_of, order, sam, seller):
    ref = order.ref

    codes: list[int] = []

    def post(deed: str) -> Any:
        browser = client_of(sam)
        return lambda: codes.append(browser.post(f"/selling/orders/{ref}/{deed}", data=SENT).status_code)

    deeds = [post("ship"), post("cancel")]
    db.session.commit()
    races.at_once(app, *deeds)
    assert sorted(codes) == [303, 409]
    db.session.expire_all()
    assert order.state in ("shipped", "cancelled")
    assert ledger.balance(seller.id).held == (4400 if order.state == "shipped" else 0)


@pytest.mark.parametrize("state", sorted(states.MOVES))
def test_unknown_moves_are_refused(db_session, order, state):
    order.state = state
    db_session.commit()
    for to in set(states.MOVES) - states.MOVES[state]:
        with pytest.raises(Refused, match="order_state"):
            services.move(order, to, clock.now())
    assert db_session.scalars(sa.select(Order.state)).one() == state


def test_a_move_from_what_was_read_before_comes_too_late(db_session, order):
    assert order.state == "paid"
    elsewhere = sa.update(Order).where(Order.id == order.id).values(state="shipped")
    db_session.execute(elsewhere, execution_options={"synchronize_session": False})
    with pytest.raises(Refused, match="order_state"):
        services.move(order, "cancelled", clock.now())


def test_nobody_completes_an_order_while_the_buyer_may_complain(order):
    order.state, order.protected_until = "received", clock.now() + timedelta(minutes=1)
    db.session.flush()
    with pytest.raises(Refused, match="order_state"):
        services.complete(order, clock.now())
    assert ledger.of_order(order.id)["held"] == 4400
