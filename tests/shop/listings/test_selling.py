"""From the closet into the shop: starting, offering, pausing, taking down; each by the forms as they stand."""

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.closets.models import Item
from clozette.kernel import ids
from clozette.shop.listings.models import Listing
from tests.factories.accounts import make_member
from tests.factories.closets import make_item

Browsers = Callable[..., Any]
KEY = re.compile(r'name="form_key" value="([^"]+)"')
START = {"country": "DE", "currency": "EUR", "kind": "private", "agree": "true"}


def sell(client: Any, item: Item, **given: str) -> Any:
    """Fill the form of an item as it stands and press "Save and offer it"."""
    address = f"/items/{ids.encode(item.id)}/sell"
    key = KEY.search(client.get(address).text)
    assert key is not None
    facts = {"mode": "sale", "title": "A coat", "condition": "good", "price": "40.00", "do": "publish"}
    return client.post(address, data={"form_key": key[1], **facts, **given})


def only(session: orm.Session) -> Listing:
    session.expire_all()
    return session.scalars(sa.select(Listing)).one()


def test_from_the_closet_to_another_members_shop(db_session: orm.Session, client_of: Browsers) -> None:
    ada, bea = make_member("ada", country="DE"), make_member("bea", country="SG")
    item = make_item(ada, category="outerwear", brand="COS", size_system="eu", size="38")
    item_id = item.id
    browser = client_of(ada)
    address = f"/items/{ids.encode(item_id)}"
    assert f'href="{address}/sell"' in browser.get(address).text
    led = browser.get(f"{address}/sell")
    assert (led.status_code, led.location) == (303, f"/selling/start?item={ids.encode(item_id)}")
    begun = browser.post("/selling/start", data={**START, "item": ids.encode(item_id)})
    assert (begun.status_code, begun.location) == (303, f"{address}/sell")
    rated = browser.post("/selling/rates", data={"country": "SG", "first": "5", "days_from": "3", "days_to": "9"})
    assert rated.status_code == 303

    waits = sell(browser, item)  # no money reaches her yet: it is kept as a draft
    assert waits.location.endswith("/edit")
    assert only(db_session).state == "draft"
    seller = only(db_session).seller_id
    db_session.execute(
        sa.text("UPDATE shop_sellers SET state='active', account='acct_1' WHERE id = :id"), {"id": seller}
    )
    db_session.commit()

    listing = only(db_session)
    done = browser.post(f"/selling/listings/{ids.encode(listing.id)}/resume")
    assert (done.status_code, done.location) == (303, f"/shop/{ids.encode(listing.id)}")
    seen = client_of(bea).get("/shop").text
    assert "A coat" in seen
    assert "€45.00" in seen  # 40 and 5 to Singapore
    page = client_of(bea).get(f"/shop/{ids.encode(listing.id)}")
    assert page.status_code == 200
    assert "COS" in page.text
    assert db_session.get_one(Item, item_id).is_public
