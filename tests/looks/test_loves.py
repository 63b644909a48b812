"""Loving is idempotent, and the counter equals the rows whatever happens at once."""

import threading

import pytest
import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.looks.models import Look, Love
from clozette.looks.services import loves
from tests.factories.accounts import make_member
from tests.factories.looks import make_look
from tests.looks.conftest import path


def rows_and_counter(look_id):
    """Return how many loves there are, and what the look says."""
    db.session.expire_all()
    rows = db.session.scalar(sa.select(sa.func.count()).where(Love.look_id == look_id))
    return rows, db.session.get(Look, look_id).love_count


def test_love_and_unlove_twice(cast, client_of):
    look = make_look(cast.ada)
    client, place, look_id = client_of(cast.bea), path(look, "/love"), look.id
    for _ in range(2):
        assert client.post(place).status_code == 303
        assert rows_and_counter(look_id) == (1, 1)
    for _ in range(2):
        assert client.post(place, data={"_method": "DELETE"}).status_code == 303
        assert rows_and_counter(look_id) == (0, 0)
    client.post(place, data={"_method": "POST"})
    assert rows_and_counter(look_id) == (1, 1)
    assert client.delete(place).status_code == 303
    assert rows_and_counter(look_id) == (0, 0)


def test_a_visitor_is_asked_to_sign_in(cast, client_of):
    place = path(make_look(cast.ada), "/love")
    answer = client_of().post(place)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login")


def test_nobody_answers_to_a_draft(cast, client_of):
    look = make_look(cast.ada, published=False)
    author, look_id = client_of(cast.ada), look.id
    assert author.post(path(look, "/love")).status_code == 409
    assert author.post(path(look, "/comments"), data={"text": "First!"}).status_code == 409
    assert rows_and_counter(look_id) == (0, 0)


def test_reading_never_loves(cast, client_of):
    look = make_look(cast.ada)
    look_id, place = look.id, path(look, "/love")
    client_of(cast.bea).get(place)
    assert rows_and_counter(look_id) == (0, 0)


@pytest.mark.parametrize(
    ("came_from", "goes_to"),
    [
        ("https://localhost/feed", "/feed#look-"),
        ("https://localhost/tags/linen?after=abc", "/tags/linen?after=abc#look-"),
        ("https://localhost/@ada", "/@ada#look-"),
        ("https://localhost//evil.test/feed", "/looks/"),
        ("https://evil.test/feed", "/looks/"),
        ("https://localhost/logout", "/looks/"),
        ("javascript:alert(1)", "/looks/"),
        ("", "/looks/"),
    ],
)
@pytest.mark.engines("sqlite")
def test_the_way_back_leads_only_to_lists_of_this_site(came_from, goes_to, cast, client_of, app):
    from clozette.looks.views.back import way_back

    with app.test_request_context(base_url="https://localhost", headers={"Referer": came_from}):
        assert way_back("/looks/1", 1).startswith(goes_to)


def test_two_hundred_members_at_once(app, cast):
    look_id = make_look(cast.ada).id
    members = [make_member().id for _ in range(200)]
    db.session.commit()
    failures = at_once(app, [lambda one=one: loves.love(look_id, one, now=clock.now()) for one in members])
    assert not failures
    assert rows_and_counter(look_id) == (200, 200)


def test_one_member_loving_and_unloving_at_once(app, cast):
    look_id, member_id = make_look(cast.ada).id, cast.bea.id
    db.session.commit()
    love = lambda: loves.love(look_id, member_id, now=clock.now())  # noqa: E731
    unlove = lambda: loves.unlove(look_id, member_id)  # noqa: E731
    failures = at_once(app, [love, unlove, love] * 20)
    assert not failures
    rows, counter = rows_and_counter(look_id)
    assert rows == counter <= 1


def at_once(app, deeds):
    """Do every deed in a thread and a transaction of its own, all let go together; return what failed."""
    gate = threading.Barrier(len(deeds))
    failures = []

    def run(deed):
        gate.wait()
        try:
            with app.app_context():
                deed()
                db.session.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures
