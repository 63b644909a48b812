"""Authors are told of loves and comments, after the commit, once, and not of what is gone."""

import pytest

from clozette.community.models import Notification
from clozette.kernel import tasks
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from tests.factories.looks import make_look
from tests.looks.conftest import path


@pytest.fixture
def told(app):
    """Give ``told()``: run what waits, then count what is told."""

    def count():
        db.session.commit()
        tasks.drain(app)
        return db.session.query(Notification).count()

    return count


def test_of_loves_once(cast, client_of, told):
    look = make_look(cast.ada)
    place = path(look)
    for client in (client_of(cast.bea), client_of(cast.cleo), client_of(cast.ada)):
        for verb in ("POST", "DELETE", "POST"):
            client.post(f"{place}/love", data={"_method": verb})
    assert told() == 2  # not of one's own love
    page = client_of(cast.ada).get("/notifications").text
    assert "love your look" in page
    assert "Bea" in page
    assert f'href="{place}"' in page
    client_of(cast.ada).post(place, data={"_method": "DELETE"})
    assert told() == 0


def test_of_each_comment_and_not_of_a_deleted_one(cast, client_of, told):
    look = make_look(cast.ada)
    place = path(look, "/comments")
    bea = client_of(cast.bea)
    for words in ("One", "Two"):
        bea.post(place, data={"text": words})
    answer = bea.post(place, data={"text": "Regretted"})
    bea.delete(answer.headers["Location"].replace("#c-", "/comments/"))
    assert told() == 2
    page = client_of(cast.ada).get("/notifications").text
    assert "commented on your look" in page
    assert f'href="/looks/{encode(look.id)}#comments"' in page


def test_a_failed_comment_tells_nothing(cast, client_of, told):
    place = path(make_look(cast.ada), "/comments")
    assert client_of(cast.bea).post(place, data={"text": "x" * 1001}).status_code == 422
    assert told() == 0
