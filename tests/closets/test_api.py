"""The closet's JSON face: the same rules, and nothing that the pages would not show."""

import io

import pytest
import sqlalchemy as sa

from clozette.closets.models import Item, Upload
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.kernel.money import Money
from clozette.media.models import Photo
from tests.factories import photos as pictures
from tests.factories.accounts import make_member
from tests.factories.closets import make_item, make_photo


def picture(colour=pictures.BLUE, **shape):
    return io.BytesIO(pictures.encoded(pictures.shirt(colour, **shape))), "shirt.jpg"


def waiting(member):
    return encode(make_photo(member, waiting=True).id)


def rows(model):
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(sa.select(model)))


EVERYTHING = {
    "category": "dresses.midi",
    "kind": "owned",
    "brand": "COS",
    "colours": ["red", "white"],
    "size_system": "eu",
    "size": "38",
    "measurements": {"chest": 465, "length": 1100},
    "price": {"amount_minor": 12950, "currency": "EUR"},
    "bought_on": "2024-05-31",
    "seasons": ["summer"],
    "tags": ["party", "linen"],
    "notes": "Dry clean only",
}


def test_a_photo_then_an_item(program, cast):
    ada = program(cast.ada)
    sent = ada("POST", "/photos", data={"photo": picture()})
    assert sent.status_code == 201
    assert sent.json["similar"] == []
    assert sent.json["photo"]["width"] == 480
    answer = ada("POST", "/items", json={**EVERYTHING, "photo_ids": [sent.json["photo"]["id"]]})
    assert answer.status_code == 201
    got = answer.json
    assert {name: got[name] for name in EVERYTHING} == EVERYTHING
    assert (got["version"], got["state"], got["publicised_at"], got["styleable"]) == (1, "available", None, False)
    assert [photo["id"] for photo in got["photos"]] == [sent.json["photo"]["id"]]
    assert got["owner"] == {"handle": "ada", "display_name": "Ada"}
    assert ada("GET", f"/items/{got['id']}").json == got
    assert ada("GET", "/items").json == [got]
    assert rows(Upload) == []


def test_an_item_as_a_form_with_its_photos(program, cast):
    data = {
        "category": "tops",
        "photos": [picture(), picture(pictures.RED)],
        "tags": "a, b",
        "colours": ["blue", "red"],
    }
    answer = program(cast.ada)("POST", "/items", data=data)
    assert answer.status_code == 201
    assert (len(answer.json["photos"]), answer.json["tags"], answer.json["colours"]) == (2, ["a", "b"], ["blue", "red"])
    answer = program(cast.ada)(
        "POST", "/items", data={"category": "tops", "photos": (io.BytesIO(b"no photo"), "x.jpg")}
    )
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["photos"])
    answer = program(cast.ada)("POST", "/items", data={"photos": picture(), "colour": "blue"})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"category", "colour"})
    assert len(rows(Photo)) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": None}, "category"),
        ({"category": 5}, "category"),
        ({"photo_ids": []}, "photo_ids"),
        ({"photo_ids": ["1a2b3c"]}, "photo_ids"),
        ({"photo_ids": "all"}, "photo_ids"),
        ({"price": 5}, "price"),
        ({"price": {"amount_minor": 1.5, "currency": "EUR"}}, "price"),
        ({"price": {"amount_minor": -1, "currency": "EUR"}}, "price"),
        ({"price": {"amount_minor": True, "currency": "EUR"}}, "price"),
        ({"price": {"amount_minor": 1, "currency": ["EUR"]}}, "price"),
        ({"price": {"amount_minor": 1, "currency": "XXX"}}, "price"),
        ({"measurements": {"chest": "wide"}}, "measurements"),
        ({"measurements": {"chest": 0}}, "measurements"),
        ({"measurements": {"nose": 5}}, "measurements"),
        ({"tags": "x" * 41}, "tags"),
        ({"tags": [5]}, "tags"),
        ({"tags": {"a": 1}}, "tags"),
        ({"notes": "4242 4242 4242 4242"}, "notes"),
        ({"notes": "a\u0000b"}, "notes"),
        ({"brand": 5}, "brand"),
        ({"bought_on": "2999-01-01"}, "bought_on"),
        ({"bought_on": 20240101}, "bought_on"),
        ({"colours": "red"}, "colours"),
        ({"colours": [["red"]]}, "colours"),
        ({"seasons": ["monsoon"]}, "seasons"),
        ({"size": None, "size_system": "eu"}, "size"),
        ({"member_id": "1"}, "member_id"),
    ],
)
def test_bad_input(program, cast, change, field):
    body = {**EVERYTHING, "photo_ids": [waiting(cast.ada)], **change}
    answer = program(cast.ada)("POST", "/items", json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert list(answer.json["errors"]) == [field]
    assert "4242" not in answer.text
    assert rows(Item) == []


def test_measurements_that_the_category_does_not_have(program, cast):
    body = {"category": "shoes", "photo_ids": [waiting(cast.ada)], "measurements": {"sleeve": 600}}
    answer = program(cast.ada)("POST", "/items", json=body)
    assert (answer.status_code, answer.json["code"]) == (409, "no-such-measurement")
    assert rows(Item) == []


def test_photos_of_others_and_of_other_items_are_not_taken(program, cast):
    used = encode(make_item(cast.ada).photos[0].id)
    for photo_id in (waiting(cast.bea), used):
        answer = program(cast.ada)("POST", "/items", json={"category": "tops", "photo_ids": [photo_id]})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["photo_ids"])


def test_the_same_key_gives_the_same_item(program, cast):
    ada = program(cast.ada)
    body = {"category": "tops", "photo_ids": [waiting(cast.ada)], "upload_key": "import-17"}
    first = ada("POST", "/items", json=body)
    second = ada("POST", "/items", json=body)
    assert first.json == second.json
    assert len(rows(Item)) == 1


def test_a_photo_that_is_here_already(program, cast):
    ada = program(cast.ada)
    first = ada("POST", "/items", data={"category": "tops", "photos": picture()}).json
    again = ada("POST", "/photos", data={"photo": picture(width=960, height=1280)}).json
    assert again["similar"] == [first["id"]]
    body = {"category": "tops", "photo_ids": [again["photo"]["id"]]}
    answer = ada("POST", "/items", json=body)
    assert (answer.status_code, answer.json["code"]) == (409, "similar")
    assert ada("POST", "/items", json={**body, "similar_ok": True}).status_code == 201


def test_others_get_the_public_part_alone(program, cast):
    item = make_item(
        cast.ada, public=True, brand="COS", price=Money(100, "EUR"), notes="secret", size="38", size_system="eu"
    )
    private = make_item(cast.ada)
    bea = program(cast.bea)
    seen = bea("GET", f"/items/{encode(item.id)}").json
    assert set(seen) == {
        "id",
        "kind",
        "category",
        "brand",
        "colours",
        "seasons",
        "tags",
        "photos",
        "styleable",
        "owner",
    }
    assert bea("GET", "/members/ada/items").json == [seen]
    assert program(cast.ada)("GET", "/members/ada/items").json == [seen]
    absent = bea("GET", "/items/1a2b3c4d5e6f")
    hidden = bea("GET", f"/items/{encode(private.id)}")
    assert absent.status_code == hidden.status_code == 404
    assert absent.json == hidden.json
    assert bea("GET", "/members/nobody_here/items").status_code == 404


def test_changing_a_part(program, cast):
    item = make_item(
        cast.ada, category="tops.shirt", brand="COS", tags=["a"], colours=["red"], measurements={"chest": 500}
    )
    ada, path = program(cast.ada), f"/items/{encode(item.id)}"
    got = ada("PATCH", path, json={"brand": "Arket", "version": 1}).json
    assert (got["brand"], got["tags"], got["colours"], got["measurements"], got["version"]) == (
        "Arket",
        ["a"],
        ["red"],
        {"chest": 500},
        2,
    )
    stale = ada("PATCH", path, json={"brand": "Late", "version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "changed-elsewhere")
    got = ada("PATCH", path, json={"brand": None, "tags": [], "price": {"amount_minor": 5, "currency": "JPY"}}).json
    assert (got["brand"], got["tags"], got["price"]) == (None, [], {"amount_minor": 5, "currency": "JPY"})
    got = ada("PATCH", path, json={"category": "shoes.boots"}).json
    assert (got["category"], got["measurements"]) == ("shoes.boots", {})
    got = ada("PATCH", path, json={"state": "lent", "lent_to": "Rina"}).json
    assert (got["state"], got["lent_to"]) == ("lent", "Rina")
    assert ada("PATCH", path, json={"size": "38"}).status_code == 422
    assert ada("PATCH", path, json={"size": "38", "size_system": "eu"}).json["size"] == "38"
    assert ada("PATCH", path, json={"styleable": True}).status_code == 409
    got = ada("PATCH", path, json={"archived_reason": "sold"}).json
    assert (got["state"], got["archived_reason"]) == ("archived", "sold")
    assert ada("PATCH", path, json={"archived_reason": None}).json["state"] == "available"


def test_a_refused_change_changes_nothing(program, cast):
    item = make_item(cast.ada, brand="COS")
    answer = program(cast.ada)("PATCH", f"/items/{encode(item.id)}", json={"brand": "Other", "styleable": True})
    assert answer.status_code == 409
    assert [(one.brand, one.version) for one in rows(Item)] == [("COS", 1)]


def test_photos_by_patch(program, cast):
    item = make_item(cast.ada, photos=3)
    one, two, three = (encode(photo.id) for photo in item.photos)
    new, foreign = waiting(cast.ada), waiting(cast.bea)
    ada, path = program(cast.ada), f"/items/{encode(item.id)}"
    got = ada("PATCH", path, json={"photo_ids": [three, new, one]}).json
    assert [photo["id"] for photo in got["photos"]] == [three, new, one]
    assert ada("GET", path).json["photos"] == got["photos"]
    assert len(rows(Photo)) == 4
    assert two not in {encode(photo.id) for photo in rows(Photo)}
    assert ada("PATCH", path, json={"photo_ids": [three, foreign]}).status_code == 422
    assert ada("PATCH", path, json={"photo_ids": []}).status_code == 422


def test_publication(program, cast):
    item = make_item(cast.ada)
    ada, path = program(cast.ada), f"/items/{encode(item.id)}/publication"
    first = ada("POST", path).json["publicised_at"]
    assert first
    assert ada("POST", path).json["publicised_at"] == first
    assert ada("PATCH", path.removesuffix("/publication"), json={"styleable": True}).json["styleable"] is True
    hidden = ada("DELETE", path).json
    assert (hidden["publicised_at"], hidden["styleable"]) == (None, False)
    assert program(cast.bea)("POST", path).status_code == 404


def test_deleting(program, cast):
    item = make_item(cast.ada)
    path = f"/items/{encode(item.id)}"
    assert program(cast.bea)("DELETE", path).status_code == 404
    assert program(cast.bea)("PATCH", path, json={"brand": "x"}).status_code == 404
    answer = program(cast.ada)("DELETE", path)
    assert (answer.status_code, answer.data) == (204, b"")
    assert rows(Item) == rows(Photo) == []


def test_lists_page_by_cursor_and_narrow(program, cast, query_counter):
    items = [
        make_item(cast.ada, category="shoes" if number % 2 else "tops", photos=2, public=True) for number in range(30)
    ]
    ada, bea = program(cast.ada), program(cast.bea)
    first = ada("GET", "/items")
    assert len(first.json) == 24
    after = first.headers["Link"].split(">")[0].removeprefix("</api/v1")
    with query_counter() as few:
        second = ada("GET", after)
    assert [one["id"] for one in first.json + second.json] == [encode(item.id) for item in reversed(items)]
    assert "Link" not in second.headers
    with query_counter() as many:
        ada("GET", "/items")
    assert len(many) == len(few) <= 5
    assert {one["category"] for one in ada("GET", "/items?category=shoes&state=available").json} == {"shoes"}
    wrong = ada("GET", "/items?category=nonsense")
    assert wrong.status_code == 422
    assert set(wrong.json["errors"]) == {"category"}
    assert len(bea("GET", "/members/ada/items").json) == 24
    assert bea("GET", "/items").json == []


CALLS = [
    ("GET", "/items", "closet:read"),
    ("POST", "/items", "closet:write"),
    ("POST", "/photos", "closet:write"),
    ("GET", "/items/1a2b", "closet:read"),
    ("PATCH", "/items/1a2b", "closet:write"),
    ("DELETE", "/items/1a2b", "closet:write"),
    ("POST", "/items/1a2b/publication", "closet:write"),
    ("DELETE", "/items/1a2b/publication", "closet:write"),
    ("GET", "/members/ada/items", "closet:read"),
]


@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_scopes(app, program, client_of, cast, method, path, scope):
    other = {"closet:read", "closet:write"} - {scope}
    assert program(cast.ada, *other)(method, path, json={}).status_code == 403
    assert program(cast.ada, scope)(method, path, json={}).status_code in (200, 404, 422)
    assert app.test_client().open(f"/api/v1{path}", method=method, json={}).status_code == 401
    assert client_of(cast.ada).open(f"/api/v1{path}", method=method, json={}).status_code == 401


def test_an_unconfirmed_member_has_no_closet(program):
    member = make_member("new", confirmed=False)
    assert program(member)("GET", "/items").status_code == 403
