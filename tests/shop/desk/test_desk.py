"""What the staff see of the bazaar: true figures, fees from a day on, who sells, books that are even, both sides compared."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined, Later
from clozette.privacy.models import StaffRead
from clozette.shop.books.periods import Period
from clozette.shop.cases.models import Case
from clozette.shop.desk import figures, house
from clozette.shop.ledger import services as ledger
from clozette.shop.ledger.models import Balance, Move
from clozette.shop.ledger.rules import Entry
from clozette.shop.orders.models import Order
from clozette.shop.payments import reconciling, refunds, runs, services
from clozette.shop.payments.models import Payment, Reconciliation
from clozette.shop.payments.tasks import reconcile
from clozette.shop.sellers import fees
from clozette.shop.sellers.models import Fees, Seller
from tests.factories.accounts import make_member, sign_in
from tests.factories.shop import make_listing, make_order, make_seller
from tests.shop.orders.conftest import pay
from tests.shop.payments.test_refunds import line_of
from tests.support import races

DAY = timedelta(days=1)
TRADER = {"kind": "trader", "legal_name": "Mantel GmbH", "address": "Am Markt 1", "contact": "mantel@example.com"}


@pytest.fixture
def bea(db_session: Any) -> Any:
    return make_member("bea", country="DE")


@pytest.fixture
def seller(db_session: Any) -> Seller:
    return make_seller(make_member("sam", country="DE"), tax_number="DE123456789", **TRADER)


@pytest.fixture
def admin(app: Any, db_session: Any) -> Any:
    """Give a browser of somebody of the staff."""
    browser = app.test_client()
    sign_in(browser, make_member("ada_admin", roles=("admin",)), second_factor=True)
    return browser


def sold(seller: Seller, bea: Any) -> Order:
    """Give an order of 47.00: 45.00 for the seller, of which the house takes 1.00, and 2.00 for the house."""
    order = make_order(bea, make_listing(seller))
    pay(order, bea)
    return order


def make_case(session: Any, order: Order) -> None:
    now = clock.now()
    session.add(Case(order_id=order.id, kind="damaged", state="open", state_at=now, opened_at=now))
    session.commit()


def test_figures_are_what_the_ledger_says(admin: Any, seller: Seller, bea: Any, stopped_clock: Any) -> None:
    stopped_clock.stop(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    sold(seller, bea)
    stopped_clock.forward(days=1)
    order = sold(seller, bea)
    sold(make_seller(make_member("yen"), currency="JPY"), bea)
    refunds.refund(order, {line_of(order): 2000}, because="seller", key="a", now=clock.now())
    db.session.commit()
    found = figures.figures(clock.today())
    euro, yen = found.money
    assert (euro.currency, yen.currency) == ("EUR", "JPY")
    assert [[number for _day, number in row][-2:] for row in (euro.orders, euro.turnover)] == [[1, 1], [4700, 4700]]
    fee_back, of_seller = 88, 50  # in proportion: 200 * 2000 // 4500 of the buyer's, 100 * 2000 // 4000 of the seller's
    assert [number for _day, number in euro.fees][-2:] == [300, 300 - fee_back - of_seller]
    assert [number for _day, number in euro.refunds][-2:] == [0, 2000 + fee_back]
    assert len(euro.orders) == 30
    assert (found.orders["paid"], found.sellers, found.waiting["refunds"]) == (3, {"active": 2}, 1)
    make_case(db.session, order)
    assert [number for _day, number in figures.figures(clock.today()).cases][-2:] == [0, 1]
    page = admin.get("/admin/shop").text
    assert "€94.00" in page
    assert "Cases that were opened" in page
    assert "Refunds not sent yet: 1" in page


def test_pages_take_the_same_few_statements(admin: Any, seller: Seller, bea: Any, query_counter: Any) -> None:
    counts = []
    for _time in (1, 2):
        sold(seller, bea)
        sold(make_seller(make_member()), bea)
        db.session.commit()
        with query_counter() as statements:
            for path in ("", "/sellers", "/fees", "/books", "/reconciliation"):
                assert admin.get(f"/admin/shop{path}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] < 60


def announced(browser: Any, **changes: str) -> Any:
    since = (clock.today() + DAY).isoformat()
    form = {"currency": "EUR", "since": since, "buyer": "5", "fixed": "0.70", "seller": "2,5", **changes}
    return browser.post("/admin/shop/fees", data=form)


def test_fees_begin_on_a_day_ahead_and_are_never_changed(admin: Any, db_session: Any, stopped_clock: Any) -> None:
    assert announced(admin).status_code == 303
    assert announced(admin, buyer="9").status_code == 409
    line = db_session.scalars(sa.select(Fees)).one()
    assert (line.buyer_bp, line.buyer_fixed_minor, line.seller_bp) == (500, 70, 250)
    assert (line.since.hour, fees.current("EUR", clock.now())) == (0, None)
    assert "Announced" in admin.get("/admin/shop/fees").text
    stopped_clock.forward(days=1)
    begun = fees.current("EUR", clock.now())
    assert begun is not None
    assert begun.buyer_bp == 500
    assert "Today" in admin.get("/admin/shop/fees").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": "2020-01-01"},
        {"since": ""},
        {"since": "soon"},
        {"currency": "XXX"},
        {"buyer": "50.5"},
        {"seller": "a"},
        {"fixed": "0.001"},
        {"fixed": "-1"},
    ],
)
def test_fees_that_can_t_be_are_refused(admin: Any, db_session: Any, wrong: dict[str, str]) -> None:
    assert announced(admin, **wrong).status_code == 422
    assert announced(admin, since=clock.today().isoformat()).status_code == 422
    assert db_session.scalars(sa.select(Fees)).all() == []


def test_sellers_are_found_by_handle_and_standing(admin: Any, seller: Seller) -> None:
    make_seller(make_member("tom"), state="pending")
    db.session.commit()
    assert {"@sam", "@tom"} <= set(admin.get("/admin/shop/sellers").text.replace("<", " ").replace(">", " ").split())
    assert "@tom" not in admin.get("/admin/shop/sellers?q=@Sa").text
    assert "@sam" not in admin.get("/admin/shop/sellers?state=pending").text
    page = admin.get("/admin/shop/sellers?q=nobody%27--&state=x").text
    assert "Nobody sells who fits this." in page


@pytest.mark.requirement(8)
def test_a_look_at_a_sellers_record_is_written_down(admin: Any, db_session: Any, seller: Seller) -> None:
    """With the reason and what it showed; a case spares the second question for a day."""
    path, subject_id = f"/admin/shop/sellers/{ids.encode(seller.id)}", make_member("other").subject_id
    seller.member_id = db_session.scalars(sa.select(Member.id).where(Member.subject_id == subject_id)).one()
    db_session.commit()
    assert "DE123456789" not in admin.get(path).text
    assert admin.post(f"{path}/record").status_code == 422
    assert admin.post(f"{path}/record", data={"reason": "short"}).status_code == 422
    assert db_session.scalars(sa.select(StaffRead)).all() == []
    assert "DE123456789" in admin.post(f"{path}/record", data={"reason": "A payout came back"}).text
    assert "Mantel GmbH" in admin.post(f"{path}/record").text
    first, second = db_session.scalars(sa.select(StaffRead).order_by(StaffRead.id))
    assert (first.subject_id, first.what, first.reason) == (subject_id, "selling", "A payout came back")
    assert second.case_id == first.case_id
    assert "shop_sellers.tax_number" in first.fields


def test_the_record_of_somebody_who_left_leads_to_nobody(admin: Any, db_session: Any, seller: Seller) -> None:
    seller.member_id, path = None, f"/admin/shop/sellers/{ids.encode(seller.id)}/record"
    seller.kind, seller.legal_name = "private", ""
    db_session.commit()
    assert "Somebody who has left" in admin.post(path, data={"reason": "A letter of the tax office"}).text
    assert db_session.scalars(sa.select(StaffRead)).all() == []


def test_the_house_s_books_are_even_at_any_time(admin: Any, seller: Seller, bea: Any, stopped_clock: Any) -> None:
    stopped_clock.stop(datetime(2026, 10, 31, 12, 0, tzinfo=UTC))
    sold(seller, bea)
    stopped_clock.forward(days=2)
    order = sold(seller, bea)
    refunds.refund_all(order, because="seller", key="a", now=clock.now())
    db.session.commit()
    october, november = (house.trials(Period(2026, month)) for month in (10, 11))
    (trial,), (later,) = october, november
    assert trial.is_even
    assert later.is_even
    assert {one.name: one.closing for one in trial.accounts if one.closing} == {
        "buyer": -4700,
        "held": 4400,
        "fees": 300,
    }
    assert [one.opening for one in later.accounts] == [one.closing for one in trial.accounts]
    assert {one.name: (one.came, one.went) for one in later.accounts}["buyer"] == (4700, 4700)
    (year,) = house.trials(Period(2026))
    assert [one.closing for one in year.accounts] == [one.closing for one in later.accounts]
    page = admin.get("/admin/shop/books?period=2026-11").text
    assert "Every seller's account is what its moves add up to." in page
    rows = list(csv.DictReader(io.StringIO(admin.get("/admin/shop/books.csv?period=2026").text)))
    assert len(rows) == db.session.scalar(sa.select(sa.func.count()).select_from(Move))
    assert (rows[0]["order"] != rows[-1]["order"], rows[0]["from"], rows[0]["amount"]) == (True, "buyer", "45.00")
    assert not {"sam", "Mantel GmbH"} & {cell for row in rows for cell in row.values()}


def test_books_that_are_off_say_so(admin: Any, db_session: Any, seller: Seller) -> None:
    ledger.book(ledger.Book(seller.id, None, "EUR"), "test", 1, [Entry("buyer", "available", 1000)], clock.now())
    db_session.execute(sa.update(Balance).values(amount_minor=1001))
    db_session.commit()
    assert "1 account of a seller is not what its moves add up to" in admin.get("/admin/shop/books").text


@pytest.fixture
def unheard(seller: Seller, bea: Any) -> Order:
    """Give an order that was paid there, of which nobody told us."""
    order = make_order(bea, make_listing(seller))
    payment = db.session.get_one(Payment, services.ask(order, bea, clock.now()))
    services.open_page(payment.id, clock.now())
    till: Any = ports.payments()
    till.pay(payment.session)
    db.session.commit()
    return order


def test_a_press_compares_both_sides(app: Any, admin: Any, db_session: Any, unheard: Order) -> None:
    ref = unheard.ref
    assert "Not compared yet" in admin.get("/admin/shop/reconciliation").text
    for _press in (1, 2):
        assert admin.post("/admin/shop/reconciliation").status_code == 303
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Reconciliation)) == 1
    assert "Under way" in admin.get("/admin/shop/reconciliation").text
    tasks.drain(app)
    db_session.expire_all()
    assert unheard.state == "paid"
    run = db_session.scalars(sa.select(Reconciliation)).one()
    assert (run.state, run.because, run.number, run.mended) == ("done", "staff", 1, 1)
    assert run.found == [{"what": "paid there, not here", "name": ref, "is_mended": True}]
    page = admin.get("/admin/shop/reconciliation").text
    assert "1 difference, 1 mended" in page
    assert ref in page
    assert runs.run(run.id, clock.now()) == ()  # a task that runs again finds it done


def test_the_clock_compares_too_and_old_ones_go(app: Any, db_session: Any, stopped_clock: Any) -> None:
    for _hour in range(2):
        with app.app_context():
            reconcile()
            db.session.commit()
        tasks.drain(app)
        stopped_clock.forward(days=91)
    run = db_session.scalars(sa.select(Reconciliation)).one()
    assert (run.because, run.number, run.state) == ("clock", 0, "done")


def test_two_presses_at_once_compare_once(app: Any, db_session: Any) -> None:
    def press() -> None:
        runs.ask(because="staff", now=clock.now())

    assert races.at_once(app, press, press, press) == []
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Reconciliation)) == 1


def test_what_broke_off_stands_in_nobody_s_way(
    db_session: Any, stopped_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(*_given: Any) -> Any:
        raise Later("busy")

    monkeypatch.setattr(reconciling, "reconcile", no)
    assert runs.ask(because="clock", now=clock.now())
    run = db_session.scalars(sa.select(Reconciliation)).one()
    with pytest.raises(Later):
        runs.run(run.id, clock.now())
    assert not runs.ask(because="staff", now=clock.now())
    stopped_clock.forward(hours=3)
    assert runs.ask(because="staff", now=clock.now())
    db_session.expire_all()
    assert run.state == "failed"

    def never(*_given: Any) -> Any:
        raise Declined("no")

    monkeypatch.setattr(reconciling, "reconcile", never)
    (after, *_) = runs.last()
    db_session.commit()
    assert runs.run(after.id, clock.now()) == ()
    assert [one.state for one in runs.last()] == ["failed", "failed"]
