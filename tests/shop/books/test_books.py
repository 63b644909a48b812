"""A seller's books: what they sum to is what the ledger says, month by month, on the page and in the file."""

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.shop.books import periods, queries, taxes, words
from clozette.shop.books.lines import Line
from clozette.shop.books.periods import Period
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger import services as books
from clozette.shop.ledger.models import Move
from clozette.shop.ledger.rules import Entry
from clozette.shop.orders import deeds
from clozette.shop.orders.models import Order
from clozette.shop.payments import refunds
from clozette.shop.sellers.models import Seller
from tests.factories.accounts import make_member
from tests.factories.shop import dispute, make_listing, make_order, make_seller
from tests.shop.ledger.test_books import play
from tests.shop.orders.conftest import pay

HISTORIES, STEPS = 8, 40
TRADER = {"kind": "trader", "legal_name": "=Mantel GmbH", "address": "Am Markt 1", "contact": "mantel@example.com"}
TAXED = {"tax_name": "USt", "tax_bp": 1900, "tax_minor": 718, "seller_tax_id": "DE123456789"}


@pytest.fixture
def sam(db_session: Any) -> Any:
    return make_member("sam", country="DE")


@pytest.fixture
def bea(db_session: Any) -> Any:
    return make_member("bea", country="DE")


@pytest.fixture
def seller(sam: Any) -> Seller:
    """Give a trader with 19 % in the prices."""
    return make_seller(sam, tax_bp=1900, tax_number="DE123456789", **TRADER)


def sold(seller: Seller, bea: Any, **columns: Any) -> Order:
    """Give a paid order of 40.00 and 5.00 shipping with 7.18 of tax in it; 1.00 of it is the house's."""
    order = make_order(bea, make_listing(seller), **TAXED | columns)
    pay(order, bea)
    return order


def months_of(seller: Seller) -> list[Period]:
    """Return the months from the first move on."""
    first = db.session.scalar(sa.select(sa.func.min(Move.at)).where(Move.seller_id == seller.id)) or clock.now()
    found = [Period(first.year, first.month)]
    while found[-1].end <= clock.now():
        found.append(found[-1].moved(1))
    return found


def live(seed: int, buyer: Any, stopped_clock: Any) -> Seller:
    """Let random things happen to somebody who sells, over some months."""
    dice, seller = random.Random(seed), make_seller(make_member(f"sam{seed}"))
    listing = make_listing(seller, stock=3, remaining=3)
    for _step in range(STEPS):
        try:
            play(dice, seller, buyer, listing)
            db.session.execute(sa.update(Order).where(Order.tax_bp == 0).values(**TAXED))
            db.session.commit()
        except Refused:
            db.session.rollback()
        stopped_clock.forward(days=dice.choice((0, 0, 3)))
    return seller


def test_random_histories_sum_to_what_the_ledger_says(db_session: Any, bea: Any, stopped_clock: Any) -> None:
    db_session.commit()
    written: list[Line] = []
    for seed in range(HISTORIES):
        seller = live(seed, bea, stopped_clock)
        opening = taxed = 0
        for month in months_of(seller):
            book = queries.book_of(seller, month)
            balance = opening
            for line in book.lines:
                balance += line.change
                assert line.balance == balance
            assert (book.opening, book.closing) == (opening, balance)
            opening, written, taxed = balance, [*written, *book.lines], taxed + book.sums["tax"]
        standing = ledger.balance(seller.id)
        assert opening == standing.held + standing.available
        assert taxed == tax_of_what_is_left(seller)
    assert {"paid", "refund", "payout"} <= {line.kind for line in written}


def tax_of_what_is_left(seller: Seller) -> int:
    """Return the tax in what buyers paid for goods and got not back, order by order."""
    whole = 0
    for order in db.session.scalars(sa.select(Order).where(Order.seller_id == seller.id, Order.paid_at.is_not(None))):
        moves = sa.select(Move.from_account, Move.to_account, Move.amount_minor).where(Move.order_id == order.id)
        known = {("buyer", "held"): 1, ("held", "buyer"): -1, ("available", "buyer"): -1}
        goods = sum(known.get((source, target), 0) * amount for source, target, amount in db.session.execute(moves))
        whole += taxes.included(goods, order.tax_bp)
    return whole


def test_a_month_line_by_line(client_of: Any, seller: Seller, sam: Any, bea: Any, stopped_clock: Any) -> None:
    stopped_clock.stop(datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    order = sold(seller, bea)
    refunds.refund(order, {"shipping": 500}, because="seller", key="a", now=clock.now())
    stopped_clock.forward(hours=2)
    deeds.cancel(order, because="seller", now=clock.now())
    db.session.commit()
    november, december = (queries.book_of(seller, Period(2026, month)) for month in (11, 12))
    assert [
        (line.kind, line.items, line.shipping, line.refunds, line.fees, line.tax, line.balance)
        for line in november.lines
    ] == [
        ("paid", 4000, 500, 0, -100, 718, 4400),
        ("refund", 0, 0, -500, 0, -79, 3900),
    ]
    assert [(line.refunds, line.fees, line.tax, line.balance) for line in december.lines] == [(-4000, 100, -639, 0)]
    year = queries.book_of(seller, Period(2026))
    assert (year.opening, year.closing, year.sums["tax"], year.sums.sales) == (0, 0, 0, 1)
    assert [str(month) for month, sums in year.months if sums["change"]] == ["2026-11", "2026-12"]
    page = client_of(sam).get("/selling/books?period=2026-11").text
    assert f'<a href="/selling/orders/{order.ref}">' in page
    assert "€39.00" in page
    assert "November 2026" in page
    assert "November 2026" in client_of(sam).get("/selling/books?period=2026").text


def test_midnight_is_the_first_moment_of_the_next_month(seller: Seller, bea: Any, stopped_clock: Any) -> None:
    stopped_clock.stop(datetime(2026, 12, 1, tzinfo=UTC))
    sold(seller, bea)
    november, december, year = (
        queries.book_of(seller, one) for one in (Period(2026, 11), Period(2026, 12), Period(2026))
    )
    assert (november.lines, november.closing) == ([], 0)
    assert (december.opening, len(december.lines), december.closing) == (0, 1, 4400)
    assert [str(month) for month, sums in year.months if sums.sales] == ["2026-12"]


def test_what_a_bank_takes_stands_by_itself(seller: Seller, bea: Any, stopped_clock: Any) -> None:
    stopped_clock.stop(datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    order = sold(seller, bea)
    dispute(order, "open", 1000)
    stopped_clock.forward(hours=2)
    dispute(order, "won", 1000)
    november, december = (queries.book_of(seller, Period(2026, month)) for month in (11, 12))
    _sale, taken = november.lines
    assert (taken.kind, taken.refunds, taken.lost, taken.tax, taken.balance) == ("dispute", 0, -1000, -159, 3400)
    (back,) = december.lines
    assert (back.kind, back.lost, back.tax, back.balance) == ("dispute_won", 1000, 159, 4400)
    assert words.deed(back.kind) == "Given back by the buyer's bank"


def test_the_file_adds_up_and_calculates_nothing(client_of: Any, seller: Seller, sam: Any, bea: Any) -> None:
    order = sold(seller, bea, tax_name="=1+1")
    books.book(books.Book(seller.id, None, "EUR"), "payout", 9, [Entry("held", "paid", 1250)], clock.now())
    db.session.commit()
    answer = client_of(sam).get("/selling/books.csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="book-')
    opening, sale, payout = csv.DictReader(io.StringIO(answer.text))
    assert (opening["what"], opening["balance"]) == ("opening", "0.00")
    assert (sale["order"], sale["items"], sale["shipping"], sale["fees"]) == (order.ref, "40.00", "5.00", "-1.00")
    assert (sale["tax"], sale["tax_rate"], sale["tax_name"]) == ("7.18", "19", "'=1+1")
    assert (payout["payouts"], payout["balance"], payout["currency"]) == ("-12.50", "31.50", "EUR")


def test_a_book_takes_the_same_few_statements(
    client_of: Any, seller: Seller, sam: Any, bea: Any, query_counter: Any
) -> None:
    browser, order = client_of(sam), sold(seller, bea)
    refunds.refund(order, {"shipping": 100}, because="seller", key="a", now=clock.now())
    db.session.commit()
    with query_counter() as one:
        assert browser.get("/selling/books").status_code == 200
    for number in range(3):
        refunds.refund(sold(seller, bea), {"shipping": 100}, because="seller", key=f"b{number}", now=clock.now())
    db.session.commit()
    with query_counter() as many:
        browser.get("/selling/books")
    assert len(many) == len(one)


def test_the_overview_draws_what_was_sold(client_of: Any, seller: Seller, sam: Any, bea: Any) -> None:
    browser = client_of(sam)
    assert "Orders of the last thirty days" not in browser.get("/selling").text
    sold(seller, bea)
    sold(make_seller(make_member("tom")), bea)
    db.session.commit()
    page = browser.get("/selling").text
    assert "Orders of the last thirty days" in page
    assert "€44.00" in page
    found = queries.sales_by_day(seller, clock.today())
    assert (len(found.orders), found.sold, found.earned, found.amounts[-1][1]) == (30, 1, 4400, 4400)


def test_nobody_reads_the_books_of_another(client_of: Any, seller: Seller, bea: Any) -> None:
    order = sold(seller, bea)
    other = make_member("tom")
    assert client_of(other).get("/selling/books").status_code == 404
    make_seller(other)
    db.session.commit()
    assert (
        order.ref not in client_of(other).get("/selling/books").text + client_of(other).get("/selling/books.csv").text
    )


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11", "2026-11"),
        ("2025", "2025"),
        ("2026", "2026"),
        ("2026-12", "2026-11"),
        ("2027", "2026-11"),
        ("2019-12", "2026-11"),
        ("2026-13", "2026-11"),
        ("2026-00", "2026-11"),
        ("٢٠٢٦", "2026-11"),
        ("", "2026-11"),
        (None, "2026-11"),
        ("2026-11'--", "2026-11"),
    ],
)
def test_periods_as_addresses_write_them(text: str | None, expected: str) -> None:
    assert str(periods.read(text, TODAY)) == expected


@given(st.integers(2020, 2999), st.integers(1, 12), st.integers(-40, 40))
def test_months_follow_each_other_without_a_gap(year: int, month: int, steps: int) -> None:
    one = Period(year, month)
    assert one.end == one.moved(1).start
    assert one.moved(steps).moved(-steps) == one
    assert one in Period(year).months()
    assert Period(year).end - Period(year).start in (timedelta(days=365), timedelta(days=366))
