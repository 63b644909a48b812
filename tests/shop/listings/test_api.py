"""Listings for programs: everybody reads, a seller's token writes."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import blocks, tokens
from clozette.kernel import clock, ids
from clozette.shop.listings.models import Listing
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.factories.shop import make_listing, make_seller

Call = Callable[..., Any]


@pytest.fixture
def program(app: Flask, db_session: orm.Session) -> Callable[..., Call]:
    """Give ``program(member, *scopes)``: a function that calls the API with a token; without a member with none."""

    def make(member: Member | None = None, *scopes: str) -> Call:
        headers = {}
        if member is not None:
            wanted = scopes or ("shop:read", "shop:write")
            token = tokens.make(member.id, name="test", scopes=wanted, days=1, now=clock.now())
            headers = {"Authorization": f"Bearer {token}"}
            db_session.commit()
        client = app.test_client()
        return lambda method, path, **given: client.open(f"/api/v1{path}", method=method, headers=headers, **given)

    return make


@pytest.fixture
def ada(db_session: orm.Session) -> Member:
    """Somebody who sells."""
    member = make_member("ada", country="DE")
    make_seller(member)
    db_session.commit()
    return member


def body(item: Any, **given: Any) -> dict[str, Any]:
    price = {"amount_minor": 4000, "currency": "EUR"}
    return {"item": ids.encode(item.id), "mode": "sale", "condition": "good", "price": price, "form_key": "k", **given}


def test_offered_changed_and_read(db_session: orm.Session, ada: Member, program: Callable[..., Call]) -> None:
    item = make_item(ada, category="outerwear.coat", brand="COS", colours=["red"])
    mine = program(ada)
    made = mine("POST", "/listings", json=body(item, publish=True))
    assert made.status_code == 201, made.text
    assert (made.json["state"], made.json["title"], made.json["version"]) == ("active", "Coat in red, COS", 1)
    again = mine("POST", "/listings", json=body(item, publish=True))
    assert (again.status_code, again.json["id"]) == (201, made.json["id"])
    address = f"/listings/{made.json['id']}"
    changed = mine("PATCH", address, json={"title": "A coat", "version": 1})
    assert (changed.json["title"], changed.json["price"]["amount_minor"]) == ("A coat", 4000)
    stale = mine("PATCH", address, json={"title": "Another", "version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "changed-elsewhere")
    (read,) = program()("GET", "/listings?colour=red&price_to=40&currency=EUR").json
    assert read["all_in"]["total"] == {"amount_minor": 4500, "currency": "EUR"}
    assert "floor_minor" not in read
    assert mine("PATCH", address, json={"state": "paused"}).json["state"] == "paused"
    assert program()("GET", "/listings").json == []
    assert program()("GET", address).status_code == 404


def test_what_is_refused(db_session: orm.Session, ada: Member, program: Callable[..., Call]) -> None:
    item = make_item(ada)
    dollars = {"amount_minor": 4000, "currency": "USD"}
    for given, status in (
        ({"price": dollars}, 409),
        ({"price": None}, 409),
        ({"price": 40}, 422),
        ({"mode": "rent"}, 422),
        ({"item": "rubbish"}, 422),
        ({"item": ids.encode(1)}, 404),
    ):
        assert program(ada)("POST", "/listings", json={**body(item), **given}).status_code == status, given
    assert program(ada, "shop:read")("POST", "/listings", json=body(item)).status_code == 403
    assert program()("POST", "/listings", json=body(item)).status_code == 401
    nobody = program(make_member("bea"))("POST", "/listings", json=body(item))
    assert (nobody.status_code, nobody.json["code"]) == (409, "no-seller")
    assert program()("GET", "/listings?price_from=cheap&currency=EUR").status_code == 422
    assert db_session.query(Listing).count() == 0


def test_who_is_blocked_gets_nothing(db_session: orm.Session, ada: Member, program: Callable[..., Call]) -> None:
    bea = make_member("bea")
    listing = make_listing(make_seller(bea), make_item(bea, public=True))
    blocks.block(bea.id, ada.id, now=clock.now())
    db_session.commit()
    call = program(ada)
    assert call("GET", "/listings").json == []
    assert call("GET", f"/listings/{ids.encode(listing.id)}").status_code == 404
    assert call("PATCH", f"/listings/{ids.encode(listing.id)}", json={"title": "Mine"}).status_code == 404
