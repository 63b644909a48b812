"""``/selling/payouts``: how a seller stands, the way to the payment service, and money to the bank."""

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined, Later
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Handover
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger import services as books
from clozette.shop.payments import services
from clozette.shop.payments.models import Payment, Payout
from tests.factories.accounts import make_member, sign_in
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support.client import location

HERE = "/selling/payouts"


@pytest.fixture
def site_till(app, db_session):
    """Give the twin that the site was made with."""
    return app.extensions[ports.KEY]()


@pytest.fixture
def new_seller(db_session):
    """Give one whom the service doesn't know yet."""
    return make_seller(make_member("sam"), account=None, state="asked")


@pytest.fixture
def as_seller(client, db_session, new_seller):
    sign_in(client, db_session.get_one(Member, new_seller.member_id))
    return client


@pytest.mark.requirement(72)
def test_the_way_there_and_back(as_seller, site_till, new_seller):
    page = as_seller.get(HERE).get_data(as_text=True)
    assert "your country and your mail address" in page
    assert site_till.calls == []
    assert location(as_seller.post(f"{HERE}/account")).startswith(f"{site_till.origins[0]}/connect/acct_")
    db.session.expire_all()
    handover = db.session.scalars(sa.select(Handover)).one()
    assert (handover.fields, handover.trigger) == (["shop_sellers.country", "accounts_members.email"], "selling")
    assert departures.faults() == []
    site_till.onboard(new_seller.account, "identity.document")
    assert location(as_seller.get(f"{HERE}/back")) == HERE
    assert "identity.document" in as_seller.get(HERE).get_data(as_text=True)
    site_till.onboard(new_seller.account)
    as_seller.get(f"{HERE}/back")
    db.session.expire_all()
    assert (new_seller.state, new_seller.wants) == ("active", [])


def test_the_button_twice_opens_one_account(as_seller, site_till, new_seller):
    as_seller.post(f"{HERE}/account")
    first = db.session.get_one(type(new_seller), new_seller.id).account
    as_seller.post(f"{HERE}/account")
    db.session.expire_all()
    assert (new_seller.account, site_till.calls.count("open_account")) == (first, 1)
    assert len(site_till.standings) == 1


def test_a_service_that_does_not_answer_or_says_no(as_seller, site_till, new_seller):
    for error, words in ((Later("timeout"), "does not answer"), (Declined("invalid"), "does not take you")):
        site_till.fails.append(error)
        assert location(as_seller.post(f"{HERE}/account")) == HERE
        assert words in as_seller.get(HERE).get_data(as_text=True)
    site_till.loses.append(Later("timeout"))
    as_seller.post(f"{HERE}/account")
    as_seller.post(f"{HERE}/account")
    assert len(site_till.standings) == 1, "an answer that was lost is given again"


def test_another_mail_address_between_two_tries_is_no_obstacle(as_seller, site_till, new_seller):
    site_till.loses.append(Later("timeout"))
    as_seller.post(f"{HERE}/account")
    db.session.get_one(Member, new_seller.member_id).email = "sam@new.test"
    db.session.commit()
    assert location(as_seller.post(f"{HERE}/account")).startswith(site_till.origins[0])


@pytest.mark.parametrize(("country", "abroad"), [("SG", False), ("DE", True)])
def test_a_seller_of_another_region_takes_the_charge(as_seller, site_till, new_seller, country, abroad):
    new_seller.country = country
    db.session.commit()
    as_seller.post(f"{HERE}/account")
    db.session.expire_all()
    site_till.onboard(new_seller.account)
    new_seller.state = "active"
    order = make_order(make_member("bea"), make_listing(new_seller))
    payment = db.session.get_one(Payment, services.ask(order, db.session.get_one(Member, order.buyer_id), clock.now()))
    assert services.open_page(payment.id, clock.now())
    assert site_till.abroad == {new_seller.account: abroad}


def test_a_page_of_the_service_is_where_its_forms_may_lead(as_seller, site_till):
    assert f"form-action 'self' {site_till.origins[0]}" in as_seller.get(HERE).headers["Content-Security-Policy"]


@pytest.fixture
def rich(db_session, site_till, new_seller):
    """Give a seller of one order that is complete."""
    new_seller.account, new_seller.state = "acct_rich", "active"
    order = make_order(make_member("bea"), make_listing(new_seller))
    payment = db.session.get_one(Payment, services.ask(order, db.session.get_one(Member, order.buyer_id), clock.now()))
    services.open_page(payment.id, clock.now())
    services.take_over(site_till.pay(payment.session), clock.now())
    books.book_complete(order.id, clock.now())
    return new_seller


def test_all_that_is_available_goes_out_once(app, as_seller, site_till, rich):
    assert "44.00" in as_seller.get(HERE).get_data(as_text=True)
    as_seller.post(HERE)
    as_seller.post(HERE)
    tasks.drain(app)
    db.session.expire_all()
    row = db.session.scalars(sa.select(Payout)).one()
    assert (row.amount_minor, row.state, ledger.balance(rich.id).available) == (4400, "sent", 0)
    site_till.settle(row.outside, "failed")
    body, headers = site_till.news(site_till.sent[-1])
    assert as_seller.post("/webhooks/stripe", data=body, headers=headers, csrf=False).status_code == 200
    tasks.drain(app)
    assert ledger.balance(rich.id).available == 4400
    as_seller.post(HERE)
    tasks.drain(app)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Payout)) == 2


def test_a_seller_whom_no_money_reaches_pays_nothing_out(as_seller, rich):
    rich.state = "stopped"
    as_seller.post(HERE)
    assert db.session.scalars(sa.select(Payout)).all() == []
