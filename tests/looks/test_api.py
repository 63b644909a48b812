"""The API of looks: the same deeds, rules and access as the pages."""

import io

import pytest

from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.looks.models import Comment, Look
from tests.factories import photos
from tests.factories.looks import make_comment, make_item, make_look, tag_item


def at(look, rest=""):
    return f"/looks/{encode(look.id)}{rest}"


def test_from_draft_to_publication(cast, program):
    ada = program(cast.ada)
    item = encode(make_item(cast.ada).id)
    answer = ada("POST", "/looks", json={"caption": "Linen #linen", "visibility": "public"})
    assert answer.status_code == 201
    look = answer.get_json()
    assert look["published_at"] is None
    place = f"/looks/{look['id']}"
    assert ada("POST", f"{place}/publication").status_code == 409
    picture = {"photo": (io.BytesIO(photos.jpeg()), "look.jpg"), "alt": "Ada in linen"}
    answer = ada("POST", f"{place}/photos", data=picture, content_type="multipart/form-data")
    assert answer.status_code == 201
    (photo,) = answer.get_json()["photos"]
    assert photo["alt"] == "Ada in linen"
    assert photo["address"].startswith("/media/private/")
    spot = {"photo_id": photo["id"], "item_id": item, "x": 250, "y": 750}
    answer = ada("PATCH", place, json={"hotspots": [spot], "version": answer.get_json()["version"]})
    assert answer.status_code == 200
    assert answer.get_json()["hotspots"] == [{**spot, "name": "Shirt in beige", "credit": None}]
    answer = ada("POST", f"{place}/publication")
    assert answer.status_code == 200
    out = answer.get_json()
    assert out["tags"] == ["linen"]
    assert out["published_at"]
    assert not out["photos"][0]["address"].startswith("/media/private/")
    assert [one["id"] for one in ada("GET", "/looks").get_json()] == [out["id"]]
    assert [one["id"] for one in program(cast.bea)("GET", "/members/ada/looks").get_json()] == [out["id"]]
    assert ada("DELETE", f"{place}/publication").get_json()["published_at"] is None
    assert [one["id"] for one in ada("GET", "/looks/drafts").get_json()] == [out["id"]]
    assert ada("DELETE", place).status_code == 204
    assert ada("GET", place).status_code == 404


def test_a_stale_version_is_409(cast, program):
    look = make_look(cast.ada, caption="First")
    place, version = at(look), look.version
    ada = program(cast.ada)
    assert ada("PATCH", place, json={"caption": "Second", "version": version}).status_code == 200
    answer = ada("PATCH", place, json={"caption": "Third", "version": version})
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["code"] == "stale"
    assert ada("GET", place).get_json()["caption"] == "Second"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"caption": "x" * 2001}, "caption"),
        ({"caption": 7}, "caption"),
        ({"caption": "4242 4242 4242 4242"}, "caption"),
        ({"visibility": "all"}, "visibility"),
        ({"alts": "one"}, "alts"),
        ({"alts": ["x" * 501]}, "alts"),
        ({"hotspots": [{"photo_id": "1", "item_id": "1", "x": 1001, "y": 0}]}, "hotspots"),
        ({"hotspots": [{"photo_id": "1", "item_id": "1", "x": "1", "y": 0}]}, "hotspots"),
        ({"hotspots": [{"photo_id": "1"}]}, "hotspots"),
        ({"hotspots": [7]}, "hotspots"),
        ({"cover": "!"}, "cover"),
        ({"version": 0}, "version"),
        ({"member_id": "1"}, "member_id"),
        ({"feed_key": 1}, "feed_key"),
        ({"love_count": 100}, "love_count"),
    ],
)
def test_bad_input_is_422_with_messages_per_field(body, field, cast, program):
    look = make_look(cast.ada, caption="Kept")
    place = at(look)
    answer = program(cast.ada)("PATCH", place, json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert list(answer.get_json()["errors"]) == [field]
    assert "4242" not in answer.text
    assert db.session.query(Look).one().caption == "Kept"


def test_love_is_idempotent(cast, program):
    look = make_look(cast.ada)
    bea = program(cast.bea)
    for verb, count in (("POST", 1), ("PUT", 1), ("DELETE", 0), ("DELETE", 0)):
        answer = bea(verb, at(look, "/love")).get_json()
        assert (answer["love_count"], answer["loved"]) == (count, bool(count))


def test_comments(cast, program):
    look = make_look(cast.ada)
    bea, place = program(cast.bea), at(look, "/comments")
    answer = bea("POST", place, json={"text": "Lovely"})
    assert answer.status_code == 201
    made = answer.get_json()
    assert (made["author"]["handle"], made["text"], made["edited_at"]) == ("bea", "Lovely", None)
    one = f"{place}/{made['id']}"
    assert bea("PATCH", one, json={"text": "Lovelier"}).get_json()["text"] == "Lovelier"
    assert program(cast.ada)("PATCH", one, json={"text": "Mine"}).status_code == 409
    assert program(cast.cleo)("DELETE", one).status_code == 404
    assert [row["text"] for row in program(cast.cleo)("GET", place).get_json()] == ["Lovelier"]
    assert bea("POST", place, json={"text": " "}).get_json()["errors"].keys() == {"text"}
    assert program(cast.ada)("DELETE", one).status_code == 204
    assert bea("GET", place).get_json() == []
    assert db.session.query(Comment).one().text == ""


def test_lists_page_by_link(cast, program):
    looks = [make_look(cast.ada) for _ in range(30)]
    bea, seen, address = program(cast.bea), [], "/members/ada/looks"
    while address:
        answer = bea("GET", address)
        seen += [one["id"] for one in answer.get_json()]
        link = answer.headers.get("Link")
        address = link[link.index("/api/v1") + 7 : link.index(">")] if link else None
    assert seen == [encode(look.id) for look in reversed(looks)]


def test_what_is_not_shared_is_404(cast, program):
    draft = make_look(cast.ada, published=False)
    bea = program(cast.bea)
    for verb, rest, body in (
        ("GET", "", None),
        ("PATCH", "", {"caption": "mine"}),
        ("DELETE", "", None),
        ("POST", "/publication", None),
        ("DELETE", "/publication", None),
        ("POST", "/love", None),
        ("GET", "/comments", None),
        ("POST", "/comments", {"text": "x"}),
    ):
        assert bea(verb, at(draft, rest), json=body).status_code == 404, (verb, rest)
    public = make_look(cast.ada)
    for verb, rest, body in (
        ("PATCH", "", {"caption": "mine"}),
        ("DELETE", "", None),
        ("DELETE", "/publication", None),
    ):
        assert bea(verb, at(public, rest), json=body).status_code == 404, (verb, rest)


def test_scopes(cast, program, client):
    look = make_look(cast.ada)
    comment = make_comment(look, cast.ada)
    reader = program(cast.ada, "looks:read")
    assert reader("GET", at(look)).status_code == 200
    assert reader("PATCH", at(look), json={"caption": "x"}).status_code == 403
    assert reader("POST", at(look, "/love")).status_code == 403
    assert reader("DELETE", at(look, f"/comments/{encode(comment.id)}")).status_code == 403
    assert program(cast.ada, "closet:read")("GET", at(look)).status_code == 403
    assert client.get(f"/api/v1{at(look)}").status_code == 401


def test_credit(cast, program):
    look, item = make_look(cast.ada), make_item(cast.bea, styleable=True)
    tag_item(look, item)
    cleo = program(cast.cleo)
    (spot,) = cleo("GET", at(look)).get_json()["hotspots"]
    assert (spot["credit"], spot["item_id"]) == ("bea", encode(item.id))
    item.styleable_at = item.publicised_at = None
    (spot,) = cleo("GET", at(look)).get_json()["hotspots"]
    assert (spot["credit"], spot["item_id"], spot["name"]) == (None, None, "")


def test_profile(cast, program):
    make_look(cast.ada)
    make_look(cast.ada, visibility="followers")
    profile = program(cast.bea)("GET", "/members/ada").get_json()
    assert profile == {
        "handle": "ada",
        "display_name": "Ada",
        "bio": "",
        "followers": 0,
        "following": 0,
        "looks": 1,
    }
