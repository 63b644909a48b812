"""Selling a file, buying it, fetching it; and who doesn't get it."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import payments as port
from clozette.kernel.ports.mail import KEY
from clozette.kernel.viewer import Viewer
from clozette.privacy.disclosures.models import Disclosure, Handover
from clozette.privacy.models import LedgerEntry, Wording
from clozette.shop.files import listeners, queries, services, store
from clozette.shop.files.models import GoodsFile
from clozette.shop.files.tasks import sweep_files
from clozette.shop.listings.access import own_listing
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order, OrderAddress, OrderLine
from clozette.shop.payments import refunds
from clozette.shop.payments import services as payments
from clozette.shop.payments.models import Payment
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.factories.goods import PDF, PNG, archive, make_file, upload
from tests.factories.shop import make_listing, make_order
from tests.support.races import at_once

BILL = {
    "digital": "true",
    "at_once": "true",
    "billing_name": "Bea Buyer",
    "billing_line1": "1 High Street",
    "billing_city": "London",
    "billing_country": "GB",
}


def form_of(browser: Any, listing: Any, **changes: str) -> dict[str, str]:
    """Put a listing into the cart, and fill the form that is shown then."""
    browser.post("/cart", data={"listing": ids.encode(listing.id)})
    page = browser.get(f"/checkout?seller={ids.encode(listing.seller_id)}").text
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page))
    return {**{name: hidden[name] for name in ("seller", "form_key", "total", "_notice")}, **BILL, **changes}


def buy(app: Any, browser: Any, listing: Any) -> Order:
    """Buy it and pay; let all that comes of it happen."""
    answer = browser.post("/checkout", data=form_of(browser, listing))
    assert answer.status_code == 303, answer.text
    ref = answer.location.rpartition("/")[2]
    browser.get(f"/checkout/pay/{ref}")
    db.session.expire_all()
    order = db.session.scalars(sa.select(Order).where(Order.ref == ref)).one()
    payment = db.session.scalars(sa.select(Payment).where(Payment.order_id == order.id)).one()
    till: Any = port.payments()
    till.pay(payment.session)
    payments.take_over(till.session(payment.session), clock.now())
    db.session.commit()
    tasks.drain(app)
    db.session.expire_all()
    return order


def sweep(app: Any) -> None:
    tasks.enqueue(sweep_files)
    tasks.drain(app)
    db.session.expire_all()


def fetch_address(order: Order) -> str:
    line = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id)).first()
    return f"/orders/{order.ref}/files/{ids.encode(line.id)}"


def test_sold_bought_and_paid(app: Any, client_of: Any, pattern: Any, bea: Any) -> None:
    browser = client_of(bea)
    assert "What you get: PDF, " in browser.get(f"/shop/{ids.encode(pattern.id)}").text
    assert "shipping_line1" not in browser.get(f"/checkout?seller={ids.encode(pattern.seller_id)}").text
    order = buy(app, browser, pattern)
    assert (order.state, order.digital, order.shipping_minor) == ("received", True, 0)
    kept = db.session.scalars(sa.select(OrderAddress).where(OrderAddress.order_id == order.id)).all()
    assert [(one.use, one.phone) for one in kept] == [("billing", "")]  # no telephone, no address for a parcel
    assert "pattern.pdf" in browser.get(f"/orders/{order.ref}").text


def test_what_is_fetched_is_saved_and_never_shown(app: Any, client_of: Any, pattern: Any, bea: Any) -> None:
    browser = client_of(bea)
    order = buy(app, browser, pattern)
    answer = browser.post(fetch_address(order))
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.headers["Content-Disposition"] == "attachment; filename=pattern.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    browser.post(fetch_address(order))
    (line,) = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id))
    assert (line.fetches, line.fetched_at is not None) == (2, True)
    assert "fetched 2 times" in browser.get(f"/orders/{order.ref}").text


def test_both_sides_are_told_that_nothing_is_sent(app: Any, client_of: Any, pattern: Any, sam: Any, bea: Any) -> None:
    app.extensions[KEY].clear()
    order = buy(app, client_of(bea), pattern)
    page = client_of(sam).get(f"/selling/orders/{order.ref}").text
    assert "Bea Buyer" in page
    assert "High Street" not in page
    assert "It is on its way" not in page
    subjects = {one.to: one.subject for one in app.extensions[KEY].messages}
    assert subjects[bea.email].startswith("Receipt")
    assert "there is nothing to send" in subjects[sam.email]


def test_the_right_to_withdraw_is_given_up_in_words(app: Any, client_of: Any, pattern: Any, bea: Any) -> None:
    browser = client_of(bea)
    without = form_of(browser, pattern)
    del without["at_once"]
    answer = browser.post("/checkout", data=without)
    assert (answer.status_code, "tick the box" in answer.text) == (409, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0
    buy(app, browser, pattern)
    said = sa.select(Wording.text).join(LedgerEntry, LedgerEntry.wording == Wording.digest)
    mine = said.where(LedgerEntry.subject_id == bea.subject_id, LedgerEntry.action == "acknowledged")
    assert any("once I have fetched a file" in words for words in db.session.scalars(mine))


def test_nobody_else_gets_it(app: Any, client_of: Any, pattern: Any, sam: Any, bea: Any) -> None:
    order = buy(app, client_of(bea), pattern)
    address = fetch_address(order)
    for other in (client_of(make_member("cat")), client_of(sam)):
        assert other.post(address).status_code == 404
    assert client_of(bea).get(address).status_code == 405  # what a page loads beforehand fetches nothing
    own = f"/selling/listings/{ids.encode(pattern.id)}/file"
    assert client_of(sam).get(own).data == PDF
    assert client_of(bea).get(own).status_code == 404
    for key, _data in [(one.key, one) for _folder, one in store.stored()]:
        assert client_of(bea).get(f"/media/{key}").status_code == 404


@pytest.mark.parametrize("state", ["reserved", "paying", "cancelled", "refunded", "returned", "expired"])
def test_unpaid_or_given_back_it_is_not_fetched(app: Any, client_of: Any, pattern: Any, bea: Any, state: str) -> None:
    order = buy(app, client_of(bea), pattern)
    order.state = state
    db.session.commit()
    assert client_of(bea).post(fetch_address(order)).status_code == 409
    assert db.session.scalar(sa.select(OrderLine.fetches)) == 0


def test_what_is_sold_later_is_another_file(app: Any, client_of: Any, pattern: Any, sam: Any, bea: Any) -> None:
    first = buy(app, client_of(bea), pattern)
    data = {"mode": "fee", "title": "A pattern", "condition": "good", "price": "5", "version": str(pattern.version)}
    address = f"/selling/listings/{ids.encode(pattern.id)}/edit"
    done = client_of(sam).post(address, data={**data, "file": (io.BytesIO(PNG), "../new.png")})
    assert done.status_code == 303, done.text
    cat = client_of(make_member("cat", country="GB"))
    second = buy(app, cat, pattern)
    assert client_of(bea).post(fetch_address(first)).data == PDF
    answer = cat.post(fetch_address(second))
    assert (answer.data, answer.headers["Content-Disposition"]) == (PNG, "attachment; filename=new.png")
    sweep(app)
    assert client_of(bea).post(fetch_address(first)).data == PDF


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"MZ\x90", "a.exe", "none of the kinds"),
        (b"", "a.pdf", "This file is empty."),
        (PDF[:9], "a.pdf", "cut off"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "a.svg", "run or load something"),
        (archive("../x"), "a.zip", "run or load something"),
        (b"%PDF-" + bytes(1024**2 + 1) + b"%%EOF", "a.pdf", "1 MB at most"),
    ],
)
def test_a_bad_file_is_refused_in_words(
    app: Any, client_of: Any, seller: Any, sam: Any, monkeypatch: Any, data: bytes, name: str, said: str
) -> None:
    monkeypatch.setitem(app.extensions, "clozette.settings", _small(app))
    item = make_item(sam)
    db.session.commit()
    address, browser = f"/items/{ids.encode(item.id)}/sell", client_of(sam)
    key = re.search(r'name="form_key" value="([^"]+)"', browser.get(address).text)
    given = {"mode": "fee", "title": "A pattern", "condition": "good", "price": "5", "do": "publish"}
    answer = browser.post(address, data={**given, "form_key": key[1], "file": (io.BytesIO(data), name)})
    assert (answer.status_code, said in answer.text) == (422, True), answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Listing)) == 0
    assert list(store.stored()) == []


def _small(app: Any) -> Any:
    return replace(app.extensions["clozette.settings"], shop_file_mb=1)


def test_without_a_file_it_is_not_offered(client_of: Any, seller: Any, sam: Any) -> None:
    item = make_item(sam, public=True)
    listing = make_listing(seller, item, mode="view", price_minor=None)
    db.session.commit()
    browser, address = client_of(sam), f"/selling/listings/{ids.encode(listing.id)}/edit"
    data = {"mode": "fee", "title": "A pattern", "condition": "good", "price": "5", "version": "1"}
    refused = browser.post(address, data=data)
    assert (refused.status_code, "the file that buyers get" in refused.text) == (409, True)
    done = browser.post(address, data={**data, "file": (io.BytesIO(PDF), "a.pdf")})
    assert done.status_code == 303
    db.session.expire_all()
    assert (listing.mode, listing.state) == ("fee", "active")  # one that was only shown is sold by its owner's act


def test_an_own_room_for_files(app: Any, client_of: Any, pattern: Any, sam: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("clozette.shop.files.queries.used_by", lambda _seller_id: 2048 * 1024**2 - 10)
    data = {"mode": "fee", "title": "A", "condition": "good", "price": "5", "version": str(pattern.version)}
    address = f"/selling/listings/{ids.encode(pattern.id)}/edit"
    full = client_of(sam).post(address, data={**data, "file": (io.BytesIO(PNG), "a.png")})
    assert (full.status_code, "all of the room" in full.text) == (409, True)


def test_a_refund_and_a_fetch_at_once(app: Any, client_of: Any, pattern: Any, bea: Any) -> None:
    """Whichever comes second knows of the first: paid back and then fetched there is not."""
    order = buy(app, client_of(bea), pattern)
    order_id, line_id = order.id, db.session.scalar(sa.select(OrderLine.id))
    db.session.commit()
    fetched: list[int] = []

    def pay_back() -> None:
        refunds.refund_all(db.session.get_one(Order, order_id), because="seller", key="whole", now=clock.now())

    def get() -> None:
        seen = db.session.scalar(sa.select(OrderLine.refunded_minor).where(OrderLine.id == line_id))
        services.count_fetch(payments.hold(order_id), line_id, clock.now())
        fetched.append(seen)

    at_once(app, get, pay_back, get, get)
    db.session.expire_all()
    line = db.session.get_one(OrderLine, line_id)
    assert line.refunded_minor == 500
    assert line.fetches == len(fetched)
    assert client_of(bea).post(fetch_address(db.session.get_one(Order, order_id))).status_code == 409


def test_two_uploads_at_once_leave_one(app: Any, pattern: Any, sam: Any) -> None:
    listing_id, viewer = pattern.id, Viewer(member_id=sam.id)
    db.session.commit()

    def send(data: bytes) -> Any:
        def go() -> None:
            services.put(own_listing(viewer, listing_id), upload(data, "a.pdf"), now=clock.now())

        return go

    assert at_once(app, send(PNG), send(PDF), send(PNG + b"IEND")) == []
    current = sa.select(sa.func.count()).select_from(GoodsFile).where(GoodsFile.replaced_at.is_(None))
    assert db.session.scalar(current) == 1


def test_the_sweep_takes_what_nobody_bought(app: Any, client_of: Any, pattern: Any, stopped_clock: Any) -> None:
    stopped_clock.stop()
    before = queries.current_of(pattern.id).folder
    after = make_file(pattern, PNG, "a.png").folder
    db.session.commit()
    sweep(app)
    assert {folder for folder, _one in store.stored()} == {before, after}  # a day's grace
    stopped_clock.forward(days=2)
    sweep(app)
    assert {folder for folder, _one in store.stored()} == {after}


@pytest.mark.requirement(106)
def test_only_what_was_paid_for_stays_when_its_seller_goes(db_session: Any, seller: Any, sam: Any, bea: Any) -> None:
    folders = {}
    for state, paid_at in (("expired", None), ("paying", None), ("complete", clock.now())):
        sold = make_listing(seller, mode="fee", title=state, stock=1000, remaining=999)
        order, file = make_order(bea, sold, state, paid_at=paid_at), make_file(sold)
        db.session.execute(sa.update(OrderLine).where(OrderLine.order_id == order.id).values(file_id=file.id))
        folders[state] = file.folder
    db.session.commit()
    assert sum(listeners.forget(sam.subject_id)) == 2
    db.session.commit()
    assert {folder for folder, _one in store.stored()} == {folders["complete"]}
    assert db.session.scalars(sa.select(GoodsFile.folder)).all() == [folders["complete"]]


@pytest.mark.requirement(72)
def test_the_seller_of_a_file_learns_no_address(app: Any, client_of: Any, pattern: Any, bea: Any) -> None:
    buy(app, client_of(bea), pattern)
    mine = sa.select(Handover).join(Disclosure).where(Disclosure.subject_id == bea.subject_id)
    handed = {one.purpose: one.fields for one in db.session.scalars(mine)}
    assert handed["fetching"] == ["shop_orders.ref", "accounts_members.display_name", "accounts_members.handle"]
    assert set(handed) == {"payment", "fetching"}
    assert "knows who bought it" in client_of(bea).get("/privacy/disclosures").text
