"""Comments: written, changed, deleted, counted, paged."""

import re

import pytest

from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.looks.models import Comment, Look
from tests.factories.looks import make_comment, make_look
from tests.looks.conftest import path


@pytest.fixture
def look(cast):
    return make_look(cast.ada)


def count(look_id):
    db.session.expire_all()
    return db.session.get(Look, look_id).comment_count


def test_write_edit_and_delete_ones_own(look, cast, client_of):
    look_id, place, client = look.id, path(look), client_of(cast.bea)
    answer = client.post(f"{place}/comments", data={"text": "  Lovely <b>coat</b> #wool @ada\r\nreally "})
    assert answer.status_code == 303
    page = client.get(place).text
    assert 'Lovely &lt;b&gt;coat&lt;/b&gt; <a href="/tags/wool">#wool</a> <a href="/@ada">@ada</a>\nreally' in page
    assert count(look_id) == 1
    comment = db.session.query(Comment).one()
    one = f"{place}/comments/{encode(comment.id)}"
    assert answer.headers["Location"].endswith(f"#c-{encode(comment.id)}")
    assert "Lovely" in client.get(one).text
    assert client.post(one, data={"text": "Changed"}).status_code == 303
    page = client.get(place).text
    assert "Changed" in page
    assert "edited" in page
    assert client.post(one, data={"_method": "DELETE"}).status_code == 303
    assert "Changed" not in client.get(place).text
    assert count(look_id) == 0
    db.session.expire_all()
    assert db.session.query(Comment).one().text == ""
    assert client.post(one, data={"_method": "DELETE"}).status_code == 404
    assert count(look_id) == 0


def test_the_owner_of_the_look_may_delete_but_not_rewrite(look, cast, client_of):
    comment = make_comment(look, cast.bea, "Of bea")
    one, look_id = path(look, f"/comments/{encode(comment.id)}"), look.id
    owner = client_of(cast.ada)
    assert owner.post(one, data={"text": "Rewritten"}).status_code == 409
    assert owner.get(one).status_code == 409
    assert "Of bea" in owner.get(path(look)).text
    assert owner.delete(one).status_code == 303
    assert count(look_id) == 0


def test_others_may_do_neither(look, cast, client_of):
    comment = make_comment(look, cast.bea, "Of bea")
    one, look_id = path(look, f"/comments/{encode(comment.id)}"), look.id
    other = client_of(cast.cleo)
    assert other.get(one).status_code == 404
    assert other.post(one, data={"text": "Rewritten"}).status_code == 404
    assert other.delete(one).status_code == 404
    assert count(look_id) == 1
    assert client_of().post(path(look, "/comments"), data={"text": "x"}).status_code == 303


def test_a_comment_under_another_look_is_not_found(look, cast, client_of):
    comment = make_comment(look, cast.bea)
    elsewhere = make_look(cast.ada)
    assert client_of(cast.bea).delete(path(elsewhere, f"/comments/{encode(comment.id)}")).status_code == 404


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({}, ""),
        ({"text": ""}, ""),
        ({"text": "   "}, ""),
        ({"text": "x" * 1001}, "x" * 1001),
        ({"text": "bell \x07"}, ""),
        ({"text": "pay 4242 4242 4242 4242"}, None),
    ],
)
def test_bad_words_are_422_and_what_was_typed_stays(typed, kept, look, cast, client_of):
    answer = client_of(cast.bea).post(path(look, "/comments"), data=typed)
    assert answer.status_code == 422
    assert "field__error" in answer.text
    if kept:
        assert kept in answer.text
    if kept is None:
        assert "4242" not in answer.text
    assert count(look.id) == 0


def test_comments_page_by_cursor(look, cast, client_of):
    for number in range(60):
        make_comment(look, cast.bea, f"words number {number:02}.")
    client, place = client_of(cast.cleo), path(look)
    assert "words number 59." in client.get(place).text
    seen, address = [], f"{place}/comments"
    while address:
        page = client.get(address).text
        seen += [number for number in range(59, -1, -1) if f"words number {number:02}." in page]
        cursor = re.search(r"\?after=\w+", page)
        address = f"{place}/comments{cursor.group()}" if cursor else None
    assert seen == list(range(59, -1, -1))
