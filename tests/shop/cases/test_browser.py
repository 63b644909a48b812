"""A case and a review in a real Chromium: without JavaScript, sound for axe, narrow and wide, light and dark."""

import itertools
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.shop.orders import deeds
from clozette.shop.reviews import services as reviews
from tests.factories.accounts import make_member
from tests.factories.photos import jpeg
from tests.factories.shop import make_listing, make_order, make_seller

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)


@pytest.fixture
def cast(live_app: Any) -> SimpleNamespace:
    """Give a sale that arrived, one that was said something of."""
    number, now = next(_numbers), clock.now()
    with live_app.app_context():
        sam = make_member(f"sam_cases_{number}", display_name="Sam", country="DE")
        bea = make_member(f"bea_cases_{number}", display_name="Bea", country="GB")
        judy = make_member(f"judy_cases_{number}", display_name="Judy", roles=("moderator",))
        seller = make_seller(sam, account=f"acct_cases_{number}", account_key=f"cases-{number}")
        refs, listing = [], make_listing(seller, title="A green coat", form_key=f"cases-{number}", stock=2, remaining=2)
        for at in range(2):
            days = {"paid_at": now, "shipped_at": now, "received_at": now, "protected_until": now + timedelta(days=7)}
            key = f"cases-{number}-{at}"
            order = make_order(bea, listing, state="paid", ref=f"c{number:08d}{at}", form_key=key, **days)
            deeds.introduce(order, now)
            order.state = "received"
            refs.append(order.ref)
        for side, words in (("buyer", "As in the pictures."), ("seller", "Paid at once.")):
            reviews.write(order, side, stars=4, as_described=True, words=words, now=now)
        people = {who.display_name: who.id for who in (sam, bea, judy)}
        made = SimpleNamespace(people=people, ref=refs[0], said=refs[1], sam=sam.handle, listing=ids.encode(listing.id))
        db.session.commit()
    return made


def test_a_case_without_javascript(visit: Any, cast: SimpleNamespace, sound: Any) -> None:
    """Complained with a photo, answered, decided, appealed: all by forms; each page is sound."""
    buyer, seller, staff = (visit(who, javascript=False) for who in ("Bea", "Sam", "Judy"))
    buyer.goto(f"/orders/{cast.ref}")
    buyer.get_by_role("link", name="Complain").click()
    buyer.get_by_label("It is damaged").check()
    buyer.get_by_label("What happened").fill("There is a hole in the left sleeve.")
    buyer.get_by_label("Photos").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    buyer.get_by_role("button", name="Complain").click()
    expect(buyer.get_by_text("There is a hole in the left sleeve.")).to_be_visible()
    here = buyer.url

    seller.goto(f"/selling/orders/{cast.ref}")
    seller.get_by_role("link", name="It is damaged").click()
    seller.get_by_label("Your words").fill("It had none when I packed it.")
    seller.get_by_role("button", name="Answer").click()
    expect(seller.get_by_text("It had none when I packed it.")).to_be_visible()

    staff.goto("/admin/shop/cases")
    staff.get_by_role("link", name="It is damaged").click()
    staff.get_by_role("button", name="Take it in hand").click()
    expect(staff.get_by_text("There is a hole in the left sleeve.")).to_be_visible()
    staff.get_by_label("A green coat").fill("20.00")
    staff.get_by_label("Reasons").fill("A hole that nobody can date.")
    staff.get_by_role("button", name="Decide").click()

    buyer.goto(here)
    expect(buyer.get_by_text("A hole that nobody can date.")).to_be_visible()
    for page, addresses in (
        (
            visit("Bea"),
            (here, f"/orders/{cast.said}/case", f"/orders/{cast.said}/review", f"/orders/{cast.ref}/review"),
        ),
        (visit("Judy"), ("/admin/shop/cases", staff.url, f"/@{cast.sam}/reviews", f"/@{cast.sam}/shop")),
    ):
        for address in addresses:
            page.goto(address)
            sound(page)
