"""Books and the staff's pages in a real Chromium: sound for axe, narrow and wide, light and dark; a press without JavaScript."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.shop.ledger import rules
from clozette.shop.ledger import services as ledger
from clozette.shop.ledger.services import Book
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)
TRADER = {"kind": "trader", "legal_name": "Mantel GmbH", "address": "Am Markt 1", "contact": "mantel@example.com"}
TAXED = {"tax_name": "USt", "tax_bp": 1900, "tax_minor": 718, "seller_tax_id": "DE123456789"}


@pytest.fixture
def cast(live_app: Any) -> SimpleNamespace:
    """Give a trader who sold something, and somebody of the staff."""
    number = next(_numbers)
    with live_app.app_context():
        sam = make_member(f"sam_desk_{number}", display_name="Sam", country="DE")
        ada = make_member(f"ada_desk_{number}", display_name="Ada", roles=("admin",))
        own = {"account": f"acct_desk_{number}", "account_key": f"desk-{number}", "tax_bp": 1900}
        seller = make_seller(sam, **own, tax_number="DE123456789", **TRADER)
        listing = make_listing(seller, title="A green coat", form_key=f"desk-{number}")
        paid = {"state": "paid", "paid_at": clock.now(), "ref": f"d{number:09d}", "form_key": "d", **TAXED}
        order = make_order(make_member(f"bea_desk_{number}"), listing, **paid)
        ledger.book_paid(order.id, clock.now())
        book = Book(seller.id, order.id, "EUR")
        ledger.book(book, "refund", order.id, rules.refunded(1000, 40, 60, whose="held"), clock.now())
        people = {who.display_name: who.id for who in (sam, ada)}
        made = SimpleNamespace(people=people, seller=ids.encode(seller.id), ref=order.ref)
        db.session.commit()
    return made


def test_the_pages_are_sound(visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    year = clock.today().year
    mine = ("/selling", "/selling/books", f"/selling/books?period={year}")
    theirs = ("", "/fees", "/sellers", f"/sellers/{cast.seller}", "/books", "/reconciliation")
    for page, addresses in ((visit("Sam"), mine), (visit("Ada"), [f"/admin/shop{path}" for path in theirs])):
        for address in addresses:
            page.goto(address)
            expect(page.locator("h1")).to_be_visible()
            sound(page)


def test_a_record_without_javascript(visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    page = visit("Ada", javascript=False)
    page.goto(f"/admin/shop/sellers/{cast.seller}")
    page.get_by_label("Reason").fill("A payout came back")
    page.get_by_role("button", name="Show the record").click()
    expect(page.get_by_text("Mantel GmbH")).to_be_visible()
    expect(page.get_by_text("DE123456789")).to_be_visible()
