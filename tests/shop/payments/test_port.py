"""The port: the same promises from the twin in memory and from Stripe's client against the sandbox."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.ports.payments import Declined, Forged, Later
from clozette.kernel.ports.release import NotReleased, Release
from clozette.shop.payments import recipient
from tests.shop.payments.conftest import terms_for

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def release(order, buyer):
    return recipient.of_order(order, buyer, clock.now())


@pytest.fixture
def page(world, release, order, seller):
    return world.there.start(release, terms_for(order, seller), "key-1")


@pytest.fixture
def paid(world, page):
    world.people.pay(page.id)
    return world.there.session(page.id)


def test_a_page_is_opened(page, order, world):
    assert (page.ref, page.state, page.amount_minor, page.currency) == (order.ref, "open", 4700, "EUR")
    assert page.url.startswith(world.there.origins[0])
    assert (page.intent, page.charge) == (None, None)


def test_the_same_key_opens_the_same_page_and_no_other_by_it(world, page, release, order, seller):
    terms = terms_for(order, seller)
    with pytest.raises(Declined, match="key"):
        world.there.start(release, replace(terms, fee_minor=0), "key-1")
    same = replace(terms, expires_at=page.expires_at)
    if world.on_the_wire:
        assert world.there.start(release, same, "key-1") == page
    assert len(list(world.there.sessions(clock.now() - timedelta(minutes=1)))) == 1


def test_an_answer_that_was_lost_is_given_again_for_the_same_key(world, release, order, seller):
    terms = terms_for(order, seller)
    if world.on_the_wire:
        world.people.spoil("dropped-after")
    else:
        world.people.loses.append(Later("timeout"))
    with pytest.raises(Later):
        world.there.start(release, terms, "key-1")
    page = world.there.start(release, terms, "key-1")
    assert [one.id for one in world.there.sessions(clock.now() - timedelta(minutes=1))] == [page.id]


def test_nothing_is_asked_without_a_slip_that_the_log_knows(world, order, seller):
    for bad in (None, b"[]", Release("Stripe", "payment", b"[]", (1,), 1)):
        with pytest.raises(NotReleased):
            world.there.start(bad, terms_for(order, seller), "key-1")
        with pytest.raises(NotReleased):
            world.there.open_account(bad, "key-2")


def test_a_page_closes_too_soon_or_is_for_a_seller_who_is_not_ready(world, release, order, seller):
    terms = terms_for(order, seller)
    with pytest.raises(Declined):
        world.there.start(release, replace(terms, expires_at=clock.now() + timedelta(minutes=20)), "key-1")
    world.people.onboard(seller.account, "identity")
    with pytest.raises(Declined, match="insufficient_capabilities_for_transfer"):
        world.there.start(release, terms, "key-2")


def test_paid(world, paid, page):
    assert (paid.id, paid.state, paid.amount_minor, paid.currency) == (page.id, "paid", 4700, "EUR")
    assert paid.intent
    assert paid.charge
    (listed,) = world.there.sessions(clock.now() - timedelta(minutes=1))
    assert listed == paid


def test_a_page_is_closed_once_and_one_that_is_paid_stays_so(world, page, paid):
    assert world.there.expire(page.id, "key-x").state == "paid"


def test_a_page_is_closed(world, page):
    assert world.there.expire(page.id, "key-x").state == "expired"
    assert world.there.expire(page.id, "key-x").state == "expired"
    assert world.there.expire(page.id, "key-y").state == "expired"
    assert world.there.session(page.id).state == "expired"


def test_a_page_closes_by_itself(world, page):
    world.people.time_out(page.id)
    assert world.there.session(page.id).state == "expired"


def test_refunds_in_part_and_not_more_than_there_was(world, paid):
    first = world.there.refund(paid.intent, 1000, "EUR", "refund-1", reference="one")
    again = world.there.refund(paid.intent, 1000, "EUR", "refund-1", reference="one")
    assert first == again == world.there.refunded(first.id)
    assert (first.intent, first.state, first.amount_minor, first.reference) == (paid.intent, "done", 1000, "one")
    with pytest.raises(Declined, match="refunded"):
        world.there.refund(paid.intent, 3701, "EUR", "refund-2")
    rest = world.there.refund(paid.intent, 3700, "EUR", "refund-3")
    assert [one.id for one in world.there.refunds(clock.now() - timedelta(minutes=1))] in (
        [rest.id, first.id],
        [first.id, rest.id],
    )
    with pytest.raises(Declined, match="refunded"):
        world.there.refund(paid.intent, 1, "EUR", "refund-4")


def test_what_a_refund_leaves_the_seller(world, paid, seller):
    world.there.refund(paid.intent, 1000, "EUR", "refund-1")
    for _twice in range(2):
        world.there.give_fee(paid.intent, 60, "EUR", "fee-1", reference="one")
    assert world.there.balance(seller.account, "EUR") == 4700 - 300 - 1000 + 60
    with pytest.raises(Declined, match="balance_insufficient"):
        world.there.payout(seller.account, 3461, "EUR", "payout-1")
    world.there.payout(seller.account, 3460, "EUR", "payout-2")
    assert (world.there.balance(seller.account, "EUR"), world.there.balance(seller.account, "USD")) == (0, 0)


def test_the_house_gives_no_more_than_it_took(world, paid):
    with pytest.raises(Later):
        world.there.give_fee(paid.intent, 301, "EUR", "fee-1")


def test_a_refund_comes_back_to_the_house_alone(world, paid, seller):
    made = world.there.refund(paid.intent, 1000, "EUR", "refund-1")
    before = world.there.balance(seller.account, "EUR")
    world.people.fail_refund(made.id)
    assert (world.there.refunded(made.id).state, world.there.balance(seller.account, "EUR")) == ("failed", before)
    with pytest.raises(Declined, match="refunded"):
        world.there.refund(paid.intent, 4700, "EUR", "refund-2", from_seller=False)


def test_a_refund_out_of_the_house_s_money(world, paid, seller):
    before = world.there.balance(seller.account, "EUR")
    assert world.there.refund(paid.intent, 1000, "EUR", "refund-1", from_seller=False).state == "done"
    assert world.there.balance(seller.account, "EUR") == before
    with pytest.raises(Declined, match="key"):
        world.there.refund(paid.intent, 1000, "EUR", "refund-1")


def test_disputes(world, paid):
    made = world.people.disputed(paid.intent)
    name = made if isinstance(made, str) else made.id
    assert world.there.dispute(name).state == "open"
    assert (world.there.dispute(name).intent, world.there.dispute(name).amount_minor) == (paid.intent, 4700)
    world.people.disputed(paid.intent, "lost")
    assert world.there.dispute(name).state == "lost"


def test_payouts(world, paid, seller):
    made = world.there.payout(seller.account, 4000, "EUR", "payout-1", reference="one")
    assert (made.account, made.state, made.amount_minor, made.reference) == (seller.account, "sent", 4000, "one")
    assert world.there.payout(seller.account, 4000, "EUR", "payout-1", reference="one").id == made.id
    world.people.settle(made.id)
    assert world.there.paid_out(seller.account, made.id).state == "done"
    assert [one.id for one in world.there.payouts(seller.account, clock.now() - timedelta(minutes=1))] == [made.id]
    with pytest.raises(Declined, match="missing"):
        world.there.paid_out("acct_other", made.id)


def test_a_payout_comes_back(world, paid, seller):
    made = world.there.payout(seller.account, 4400, "EUR", "payout-1")
    world.people.settle(made.id, "failed")
    assert world.there.paid_out(seller.account, made.id).state == "failed"
    world.there.payout(seller.account, 4400, "EUR", "payout-2")


def test_accounts(world, seller):
    assert world.there.account(seller.account).is_active
    world.people.onboard(seller.account, "identity")
    standing = world.there.account(seller.account)
    assert (standing.is_active, standing.wants) == (False, ("identity",))
    back = "https://localhost/selling/payouts"
    assert world.there.onboarding(seller.account, back, back, "link-1").startswith(world.there.origins[0])


def test_an_account_is_opened_once(world, db_session, seller):
    member = db_session.get_one(Member, seller.member_id)
    again = recipient.of_seller(seller, member, clock.now())
    assert world.there.open_account(again, seller.account_key, abroad=True) == seller.account


def test_money_leaves_the_region_only_for_who_takes_the_charge(world, db_session, release, order, seller):
    """The seller is in Germany, the house in Singapore."""
    terms = terms_for(order, seller)
    with pytest.raises(Declined):
        world.there.start(release, replace(terms, abroad=False), "key-1")
    assert world.there.start(release, terms, "key-2").state == "open"
    member = db_session.get_one(Member, seller.member_id)
    told = recipient.of_seller(seller, member, clock.now())
    receives = world.there.open_account(told, "another", abroad=False)
    world.people.onboard(receives)
    with pytest.raises(Declined):
        world.there.start(release, replace(terms, account=receives), "key-3")


def test_nothing_is_found_that_is_not_there(world):
    for ask in (world.there.session, world.there.refunded, world.there.dispute):
        with pytest.raises(Declined, match="missing"):
            ask("nothing")


def test_news_are_signed_and_fresh(world, paid, page):
    news = world.news()
    assert {world.there.heard(body, signature, clock.now()).subject for body, signature in news} >= {page.id}
    body, signature = news[-1]
    event = world.there.heard(body, signature, clock.now())
    assert (event.account, event.made_at <= clock.now() + timedelta(seconds=2)) == (None, True)
    for late in (timedelta(seconds=310), timedelta(seconds=-70)):
        with pytest.raises(Forged):
            world.there.heard(body, signature, clock.now() + late)
    for bad in ("", "t=1,v1=00", "t=1,v1=é", "nonsense", signature[:-2] + "00", "v1=,t="):
        with pytest.raises(Forged):
            world.there.heard(body, bad, clock.now())
    other = json.dumps(json.loads(body) | {"id": "evt_other"}).encode()
    with pytest.raises(Forged):
        world.there.heard(other, signature, clock.now())
