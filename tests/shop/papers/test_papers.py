"""Receipt and slip as PDF: what stands in them, in letters of many languages, and who gets them."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.shop.orders import deeds
from clozette.shop.papers.paper import Paper
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing, make_order, make_seller


def read(data: bytes) -> str:
    """Return the text of a PDF, on one line."""
    assert data.startswith(b"%PDF-")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


@pytest.fixture
def sam(db_session: Any) -> Any:
    """Give the one who sells."""
    return make_member("sam")


@pytest.fixture
def bea(db_session: Any) -> Any:
    """Give the one who buys."""
    return make_member("bea", country="GB")


OF_TRADER = {"name": "legal_name", "address": "address", "contact": "contact"}


@pytest.fixture
def order(app: Any, sam: Any, bea: Any) -> Any:
    """Give a paid order of which both sides know; a trader sells."""
    trader = {
        "kind": "trader",
        "legal_name": "Mäntel & Söhne",
        "address": "Ring 1\n10115 Berlin",
        "contact": "x@y.example",
    }
    seller = make_seller(sam, **trader)
    listing = make_listing(seller, title="A green <coat>")
    tax = {"tax_name": "USt", "tax_bp": 1900, "tax_minor": 718, "seller_tax_id": "DE123456789"}
    of_that_day = {f"seller_{name}": trader[known] for name, known in OF_TRADER.items()}
    made = make_order(bea, listing, state="paid", paid_at=clock.now(), **tax, **of_that_day)
    deeds.introduce(made, clock.now())
    db.session.commit()
    return made


def test_the_receipt_says_it_all(client_of: Any, order: Any, bea: Any) -> None:
    browser = client_of(bea)
    answer = browser.get(f"/orders/{order.ref}/receipt.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "no-store" in answer.headers["Cache-Control"]
    text = read(answer.data)
    for said in (
        order.ref,
        "Mary Miller",
        "A green <coat>",
        "€40.00",
        "€47.00",
        "Mäntel & Söhne",
        "10115 Berlin",
        "DE123456789",
    ):
        assert said in text
    assert "€7.18 of USt at 19%" in text
    assert f"/orders/{order.ref}/receipt.pdf" in browser.get(f"/orders/{order.ref}").text


def test_the_slip_says_where_it_goes_and_no_telephone(client_of: Any, order: Any, sam: Any) -> None:
    text = read(client_of(sam).get(f"/selling/orders/{order.ref}/slip.pdf").data)
    for said in ("Mary Miller", "1 High Street", "London", "1 × A green <coat>", f"/orders/{order.ref}"):
        assert said in text
    assert "7183" not in text
    assert "In it: €7.18 of USt at 19%." in text


def test_before_it_is_paid_there_is_none(client_of: Any, order: Any, sam: Any, bea: Any) -> None:
    order.paid_at, order.seller_handover_id = None, None
    db.session.commit()
    assert client_of(bea).get(f"/orders/{order.ref}/receipt.pdf").status_code == 404
    assert client_of(sam).get(f"/selling/orders/{order.ref}/slip.pdf").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Żółć",
        "Ελένη Παππά",
        "Юлия Щукина",
        "Nguyễn Thị Hằng",
        "山田さくら",
        "王小明",
        "김민수",
        "สมชาย ใจดี",
        "a & <b>c</b>",
    ],
)
def test_names_are_written_as_people_write_them(name: str) -> None:
    paper = Paper("Slip", "en")
    paper.block("To", [name], "large")
    assert name in read(paper.pdf())


def test_what_people_wrote_is_never_markup() -> None:
    paper = Paper("Slip", "en")
    paper.text("<img src='file:///etc/hostname'/></para><para><a href='x'>&lt;")
    text = read(paper.pdf())
    assert "<img src='file:///etc/hostname'/></para><para><a href='x'>&lt;" in text


def test_the_same_content_gives_the_same_bytes() -> None:
    def made() -> bytes:
        paper = Paper("Slip", "en")
        paper.sums([("A coat " * 40, "€40.00")] * 80, ("Together", "€47.00"))  # longer than a page
        paper.code("https://localhost/orders/abc")
        return paper.pdf()

    assert made() == made()
    assert len(PdfReader(io.BytesIO(made())).pages) > 1
