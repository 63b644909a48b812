"""Two tabs saving one draft: nothing is lost, the second is told."""

import threading

import pytest
import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.looks.models import Look, Revision
from clozette.looks.services import drafts
from tests.factories.looks import make_look, viewer_of
from tests.looks.conftest import path

JSON = {"Accept": "application/json"}


@pytest.fixture
def look(cast):
    return make_look(cast.ada, published=False, caption="First")


def kept(look_id):
    """Return the captions that are kept of overtaken tabs."""
    db.session.expire_all()
    own = sa.select(Revision).where(Revision.look_id == look_id).order_by(Revision.id)
    return [revision.content["caption"] for revision in db.session.scalars(own)]


def fresh(look_id):
    db.session.expire_all()
    return db.session.get(Look, look_id)


def test_a_new_look_is_created_by_the_first_saving(cast, client_of):
    client = client_of(cast.ada)
    answer = client.post("/looks/new", data={"caption": "As I ty", "form_key": "abcdefgh"}, headers=JSON)
    assert answer.status_code == 201
    said = answer.get_json()
    assert said["address"] == f"/looks/{said['id']}/edit"
    draft = f"/looks/{said['id']}/draft"
    answer = client.post(draft, data={"caption": "As I type", "version": said["version"]}, headers=JSON)
    assert answer.status_code == 200
    assert answer.get_json()["version"] > said["version"]
    assert db.session.query(Look).one().caption == "As I type"


def test_the_second_tab_is_told_and_loses_nothing(look, cast, client_of):
    look_id, place, version = look.id, path(look, "/draft"), look.version
    client = client_of(cast.ada)
    first = client.post(place, data={"caption": "From tab one", "version": version}, headers=JSON)
    assert first.status_code == 200
    second = client.post(place, data={"caption": "From tab two", "version": version}, headers=JSON)
    assert second.status_code == 409
    said = second.get_json()
    assert said["code"] == "stale"
    assert said["kept"] is True
    assert said["theirs"]["caption"] == "From tab one"
    assert said["version"] == first.get_json()["version"]
    assert fresh(look_id).caption == "From tab one"
    assert kept(look_id) == ["From tab two"]
    third = client.post(place, data={"caption": "From tab two", "version": said["version"]}, headers=JSON)
    assert third.status_code == 200
    assert fresh(look_id).caption == "From tab two"


def test_without_javascript_the_page_shows_both(look, cast, client_of):
    look_id, place, version = look.id, path(look), look.version
    client = client_of(cast.ada)
    client.post(f"{place}/edit", data={"caption": "From tab one", "version": version})
    answer = client.post(f"{place}/edit", data={"caption": "From tab two", "version": version})
    assert answer.status_code == 409
    assert "From tab one" in answer.text
    assert "From tab two</textarea>" in answer.text
    assert kept(look_id) == ["From tab two"]
    now = fresh(look_id).version
    assert f'name="version" value="{now}"' in answer.text
    revision = db.session.query(Revision).one()
    page = client.get(f"{place}/edit").text
    assert "Kept from another window" in page
    assert "From tab one</textarea>" in page
    used = client.get(f"{place}/edit?revision={encode(revision.id)}").text
    assert "From tab two</textarea>" in used
    gone = client.post(f"{place}/revisions/{encode(revision.id)}", data={"_method": "DELETE"})
    assert gone.status_code == 303
    assert kept(look_id) == []


def test_what_was_kept_is_the_authors_alone(look, cast, client_of):
    with_revision = path(look, "/revisions/")
    drafts.keep_revision(db.session, look.id, {"caption": "Mine"}, now=clock.now())
    db.session.flush()
    revision_id = encode(db.session.query(Revision.id).scalar())
    assert client_of(cast.bea).delete(with_revision + revision_id).status_code == 404
    other = make_look(cast.ada, published=False)
    assert client_of(cast.ada).delete(path(other, f"/revisions/{revision_id}")).status_code == 404
    assert kept(look.id) == ["Mine"]


def test_many_tabs_at_once_lose_nothing(app, look, cast, client_of):
    """Sixteen tabs save at the same moment: one wins, the words of the others are all kept."""
    look_id, place, version = look.id, path(look, "/draft"), look.version
    clients = [client_of(cast.ada) for _ in range(16)]
    db.session.commit()
    gate = threading.Barrier(len(clients))
    statuses = {}

    def save(number, client):
        token = client.csrf_token()
        gate.wait()
        form = {"caption": f"tab {number}", "version": version, "csrf_token": token}
        statuses[number] = client.post(place, data=form, headers=JSON).status_code

    threads = [threading.Thread(target=save, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses.values()) == [200] + [409] * 15
    winner = next(number for number, status in statuses.items() if status == 200)
    assert fresh(look_id).caption == f"tab {winner}"
    assert sorted(kept(look_id)) == sorted(f"tab {number}" for number in range(16) if number != winner)


def test_a_draft_needs_its_version(look, cast, client_of):
    answer = client_of(cast.ada).post(path(look, "/draft"), data={"caption": "x"}, headers=JSON)
    assert answer.status_code == 422
    assert "version" in answer.get_json()["errors"]


def test_bad_words_in_a_draft_are_named(look, cast, client_of):
    form = {"caption": "x" * 2001, "version": look.version}
    answer = client_of(cast.ada).post(path(look, "/draft"), data=form, headers=JSON)
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["caption"]


def test_what_is_published_does_not_change_as_one_types(cast, client_of):
    look = make_look(cast.ada, caption="Out")
    look_id = look.id
    form = {"caption": "Not meant yet", "version": look.version}
    answer = client_of(cast.ada).post(path(look, "/draft"), data=form, headers=JSON)
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "published"
    assert fresh(look_id).caption == "Out"


def test_a_tab_overtaken_by_publication_is_told(look, cast, client_of):
    look_id, place, version = look.id, path(look), look.version
    client = client_of(cast.ada)
    client.post(f"{place}/edit", data={"visibility": "public", "publish": "true", "version": version})
    assert fresh(look_id).is_public
    answer = client.post(f"{place}/draft", data={"caption": "Too late", "version": version}, headers=JSON)
    assert answer.status_code == 409
    assert kept(look_id) == ["Too late"]
    assert fresh(look_id).caption == "First"


def test_the_same_words_are_kept_once_and_not_without_end(look):
    for number in range(30):
        for _ in range(2):
            drafts.keep_revision(db.session, look.id, {"caption": f"words {number}"}, now=clock.now())
            db.session.flush()
    assert kept(look.id) == [f"words {number}" for number in range(10, 30)]


def test_a_saving_without_a_version_overwrites_knowingly(look, cast):
    before = look.version
    drafts.save_look(look, {"caption": "By a program"}, viewer_of(cast.ada), now=clock.now())
    assert (look.caption, look.version) == ("By a program", before + 1)
