"""The tax of the day of an order: what its seller said, copied, and shown to both sides."""

from typing import Any

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import ids, tasks
from clozette.kernel.ports.mail import KEY
from clozette.shop.orders.models import Order
from clozette.shop.sellers import services as sellers
from clozette.shop.sellers.models import Seller
from tests.factories.accounts import make_member
from tests.factories.buying import buy
from tests.factories.shop import make_listing, make_order, make_seller
from tests.shop.orders.conftest import pay

TRADER = {
    "kind": "trader",
    "legal_name": "Mantel GmbH",
    "address": "Am Markt 1, 20095 Hamburg",
    "contact": "mantel@example.com",
    "tax_number": "DE123456789",
}

LAW = {name: value for name, value in TRADER.items() if name != "kind"}


@pytest.fixture
def trader(db_session: Any) -> Seller:
    """Give a trader in Germany with 19 % in the prices."""
    return make_seller(make_member("mantel", country="DE"), tax_bp=1900, **TRADER)


@pytest.mark.parametrize(
    ("country", "expected"), [("DE", ("USt", 1900, 718, "DE123456789")), ("GB", ("", 0, 0, "DE123456789"))]
)
def test_an_order_keeps_the_tax_of_its_day(
    client_of: Any, db_session: Any, trader: Seller, country: str, expected: tuple[Any, ...]
) -> None:
    ref = buy(client_of(make_member("bea", country="DE")), make_listing(trader), shipping_country=country)
    private = {"country": "DE", "currency": "EUR", "kind": "private", **dict.fromkeys(LAW, ""), "tax_bp": 0}
    sellers.save(trader, private)
    db_session.commit()
    order = db_session.scalars(sa.select(Order).where(Order.ref == ref)).one()
    assert (order.tax_name, order.tax_bp, order.tax_minor, order.seller_tax_id) == expected
    page = client_of(db_session.get_one(Member, order.buyer_id)).get(f"/orders/{ref}").text
    assert all(particular in page for particular in LAW.values())


def test_both_sides_read_the_tax_of_that_day(app: Any, client_of: Any, db_session: Any, trader: Seller) -> None:
    bea, outbox = make_member("bea", country="DE"), app.extensions[KEY]
    tax = {"tax_name": "USt", "tax_bp": 1900, "tax_minor": 718, "seller_name": "Mantel GmbH", "seller_tax_id": "DE111"}
    order = make_order(bea, make_listing(trader), **tax)
    trader.tax_bp, trader.tax_number = 700, "DE999999999"
    pay(order, bea)
    tasks.drain(app)
    (receipt,) = [mail for mail in outbox.messages if mail.to == bea.email]
    pages = [client_of(bea).get(f"/orders/{order.ref}").text, receipt.text, receipt.html or ""]
    sams = client_of(db_session.get_one(Member, trader.member_id))
    pages += [sams.get(f"/selling/orders/{order.ref}{more}").text for more in ("", "/slip")]
    for text in pages:
        assert "In it: €7.18 of USt at 19%." in text
        assert "DE999999999" not in text
    assert "DE111" in pages[0]
    assert "DE111" in receipt.text


def test_a_listing_says_the_rate(client_of: Any, db_session: Any, trader: Seller) -> None:
    address = f"/shop/{ids.encode(make_listing(trader).id)}"
    assert "19% USt" in client_of().get(address).text
    trader.tax_bp = 700
    db_session.commit()
    assert "7% USt" in client_of().get(address).text


def said(**changes: str) -> dict[str, str]:
    return {"country": "DE", "currency": "EUR", **TRADER, "tax_percent": "19", **changes}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"tax_number": ""}, "Write it like this: DE123456789"),
        ({"tax_number": "FR12345678901"}, "Write it like this: DE123456789"),
        ({"country": "KE", "tax_number": ""}, "your number stands on each bill"),
        ({"tax_percent": "31"}, "Give percents from 0 to 30"),
        ({"tax_percent": "-1"}, "Give percents from 0 to 30"),
        ({"tax_percent": "1e1"}, "Give percents from 0 to 30"),
        ({"tax_percent": "٧"}, "Give percents from 0 to 30"),
    ],
)
def test_tax_without_its_number_is_refused(
    client_of: Any, db_session: Any, changes: dict[str, str], wrong: str
) -> None:
    answer = client_of(make_member("eve")).post("/selling/start", data=said(agree="true", **changes))
    assert (answer.status_code, wrong in answer.text) == (422, True)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Seller)) == 0


def test_a_trader_says_the_tax_and_sees_it_again(client_of: Any, db_session: Any) -> None:
    browser = client_of(make_member("eve"))
    assert browser.post("/selling/start", data=said(tax_percent="8,1 %", agree="true")).status_code == 303
    seller = db_session.scalars(sa.select(Seller)).one()
    assert (seller.tax_bp, seller.tax_number) == (810, "DE123456789")
    assert 'value="8.1"' in browser.get("/selling/start").text
    assert browser.post("/selling/start", data=said(kind="private")).status_code == 303
    db_session.expire_all()
    assert (seller.tax_bp, seller.tax_number) == (0, "")
