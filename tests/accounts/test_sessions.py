"""The list of sessions, their end, and who the viewer is."""

from datetime import timedelta

import flask_login
import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member, SignIn
from clozette.accounts.services import members
from clozette.kernel import clock, ids
from tests.factories.accounts import make_member, make_minor, sign_in


def is_signed_in(client):
    return client.get("/settings").status_code == 200


def test_list(client, app, db_session):
    ada, eve = make_member("ada"), make_member("eve")
    sign_in(client, ada)
    other = sign_in(app.test_client(), ada)
    other.agent, other.address = "Firefox on Linux", "203.0.113.0/24"
    sign_in(app.test_client(), eve).agent = "Something of Eve's"
    page = client.get("/settings/sessions").text
    assert "Firefox on Linux" in page
    assert "203.0.113.0/24" in page
    assert "this one" in page
    assert "of Eve" not in page


def test_end_one(client, app, db_session):
    ada = make_member("ada")
    other = app.test_client()
    sign_in(client, ada)
    row = sign_in(other, ada)
    assert is_signed_in(other)
    address = f"/settings/sessions/{ids.encode(row.id)}"
    assert client.post(address, data={"_method": "DELETE"}).status_code == 303
    assert not is_signed_in(other)
    assert is_signed_in(client)
    assert client.delete(address).status_code == 404, "it has ended"


def test_nobody_elses(client, app, db_session):
    ada, eve = make_member("ada"), make_member("eve")
    theirs = app.test_client()
    row = sign_in(theirs, eve)
    sign_in(client, ada)
    assert client.delete(f"/settings/sessions/{ids.encode(row.id)}").status_code == 404
    assert is_signed_in(theirs)


def test_everywhere(client, app, db_session):
    ada, eve = make_member("ada"), make_member("eve")
    browsers = [client, app.test_client(), app.test_client()]
    for browser in browsers:
        sign_in(browser, ada)
    theirs = app.test_client()
    sign_in(theirs, eve)
    assert client.post("/settings/sessions", data={"_method": "DELETE"}).headers["Location"] == "/login"
    assert [is_signed_in(browser) for browser in browsers] == [False] * 3
    assert is_signed_in(theirs)


def test_a_forged_or_strange_cookie_is_nobody(client, db_session):
    make_member("ada")
    for sid in ("", "x", None, 5, ["a"], {"a": 1}):
        with client.session_transaction() as session:
            session["sid"] = sid
        assert not is_signed_in(client)
    client.set_cookie("__Host-session", "eyJzaWQiOiJ4In0.aaaaaa.bbbb", domain="localhost", secure=True)
    assert not is_signed_in(client)


@pytest.mark.parametrize(("days", "alive"), [(29, True), (31, False)])
def test_unused_for_a_month(client, db_session, stopped_clock, days, alive):
    sign_in(client, make_member("ada"))
    with client.session_transaction() as session:
        session.permanent = True
    stopped_clock.forward(days=days)
    assert is_signed_in(client) == alive


def test_three_months_at_most(client, db_session, stopped_clock):
    row = sign_in(client, make_member("ada"))
    row.started_at = clock.now() - timedelta(days=90)
    assert not is_signed_in(client)


def test_last_seen_is_noted_once_an_hour(client, db_session, stopped_clock, query_counter):
    row = sign_in(client, make_member("ada"))
    seen = row.last_seen_at
    stopped_clock.forward(minutes=50)
    client.get("/settings")
    db_session.refresh(row)
    assert row.last_seen_at == seen
    now = stopped_clock.forward(minutes=20)
    client.get("/settings")
    db_session.refresh(row)
    assert row.last_seen_at == now


def test_deactivation_ends_all(client, app, db_session):
    ada = make_member("ada")
    sign_in(client, ada)
    members.deactivate(ada, now=clock.now())
    assert not is_signed_in(client)
    members.reactivate(ada)
    assert not is_signed_in(client), "what has ended stays so"


def test_one_query_and_no_entity(client, app, db_session, query_counter):
    """A page of the site asks once who looks; Flask-Login's user is not loaded at all."""
    sign_in(client, make_member("ada", roles=("admin", "marketing")))
    client.get("/logout")
    loaded = []
    with app.app_context():
        sa.event.listen(Member, "load", lambda *args: loaded.append(args))
    with query_counter() as statements:
        assert client.get("/logout").status_code == 200
    asked = [statement for statement in statements if "accounts_" in statement]
    assert len(asked) == 1, asked
    assert loaded == []


def test_current_user_is_the_viewers_member(client, app, db_session):
    """Should a library ask Flask-Login, it hears of our session row and of nothing else."""
    ada = make_member("ada")
    row = sign_in(client, ada)
    with client.session_transaction() as session:
        sid = session["sid"]
    db_session.commit()

    def current(**kept):
        with app.app_context().__class__(app), app.test_request_context("/", base_url="https://localhost"):
            from flask import session

            session.update(kept)
            user = flask_login.current_user
            return getattr(user, "handle", None)

    assert current(sid=sid) == "ada"
    assert current(_user_id=ada.fs_uniquifier, _fresh=True) is None
    db_session.execute(sa.update(SignIn).where(SignIn.id == row.id).values(ended_at=clock.now()))
    db_session.commit()
    assert current(sid=sid) is None


def test_minor_is_told(client, db_session):
    sign_in(client, make_minor("kim", age=16))
    assert "your account is protected" in client.get("/settings").text


@pytest.mark.parametrize(("age", "minor"), [(17, True), (18, False)])
def test_age(db_session, age, minor):
    made = make_minor(f"kim{age}", age=age)
    assert made.age(clock.today()) == age
    assert made.is_minor(clock.today()) == minor


def test_no_store_on_signed_in_pages(client, db_session):
    sign_in(client, make_member("ada"))
    for path in ("/settings", "/settings/security", "/change", "/welcome", "/settings/tokens"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path
