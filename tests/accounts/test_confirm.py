"""Confirming the mail address: a GET acts on nothing; a link works once, for one thing, for one person, for a while."""

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from clozette.accounts import access
from clozette.accounts.models import Member, Ticket
from clozette.accounts.services import tickets
from clozette.kernel import clock
from clozette.kernel.viewer import GUEST
from tests.factories.accounts import PASSWORD, make_member, sign_in


@pytest.fixture
def link(client, db_session, person, mailbox):
    client.post("/register", data=person)
    return mailbox.link("/confirm")


def confirmed(session):
    return session.scalars(sa.select(Member.confirmed_at)).one() is not None


def test_get_shows_a_button_and_post_acts(client, app, db_session, link):
    for _ in range(3):
        page = app.test_client().get(link)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
    assert not confirmed(db_session)
    answer = client.post(link)
    assert answer.headers["Location"] == "/welcome"
    assert confirmed(db_session)
    assert "Make a passkey" in client.get("/welcome").text


def test_another_browser_is_not_signed_in(app, client, db_session, link):
    other = app.test_client()
    assert other.post(link).headers["Location"] == "/login"
    assert confirmed(db_session)
    assert other.get("/settings").headers["Location"].startswith("/login")


def test_once(client, app, db_session, link):
    assert client.post(link).status_code == 303
    assert client.post(link).status_code == 404
    assert app.test_client().get(link).status_code == 404


def test_not_after_three_days(client, db_session, link, stopped_clock):
    stopped_clock.forward(days=3, seconds=5)
    assert client.get(link).status_code == 404
    assert client.post(link).status_code == 404
    assert not confirmed(db_session)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[:-1] + "0",
        lambda t: t + "x",
        lambda t: "zzz." + t.split(".")[1],
        lambda t: "é",
        lambda t: t.split(".")[0],
    ],
)
@pytest.mark.engines("sqlite")
def test_a_changed_token_is_none(client, db_session, link, change):
    token = link.rpartition("/")[2]
    changed = change(token)
    if changed == token:
        changed = token[:-1] + "1"
    assert client.get(f"/confirm/{changed}").status_code == 404
    assert client.post(f"/confirm/{changed}").status_code == 404
    assert not confirmed(db_session)


@pytest.mark.engines("sqlite")
def test_for_one_purpose_only(client, db_session, link):
    token = link.rpartition("/")[2]
    assert client.get(f"/reset/{token}").status_code == 404
    assert client.post(f"/reset/{token}", data={"password": "three other wooden words"}).status_code == 404
    sign_in(client, make_member("grace"))
    assert client.post(f"/change-email/{token}").status_code == 404


def test_an_older_key_still_verifies(app, client, db_session, link, monkeypatch):
    settings = app.extensions["clozette.settings"]
    newer = type(settings)(
        **{**vars(settings), "secret_keys": ("a newer secret of the site, long enough", *settings.secret_keys)}
    )
    monkeypatch.setitem(app.extensions, "clozette.settings", newer)
    assert client.get(link).status_code == 200
    ticket = db_session.scalars(sa.select(Ticket)).one()
    assert tickets.token_of(ticket) != link.rpartition("/")[2]  # the newest key signs


def test_asking_again(client, app, db_session, person, link, mailbox):
    mailbox.clear()
    guest = app.test_client()
    assert guest.post("/confirm", data={"email": "ada@EXAMPLE.test"}).headers["Location"] == "/register/sent"
    newer = mailbox.link("/confirm")
    assert client.post(link).status_code == 404, "the older link is void"
    assert client.post(newer).status_code == 303


def test_asking_for_nobody_answers_the_same(client, app, db_session, mailbox):
    make_member("grace")
    known = client.post("/confirm", data={"email": "grace@example.test"})
    unknown = app.test_client().post("/confirm", data={"email": "nobody@example.test"})
    assert (known.status_code, known.get_data()) == (unknown.status_code, unknown.get_data())
    assert mailbox.read() == []
    assert client.post("/confirm", data={"email": "nobody"}).status_code == 422


def test_asking_is_throttled_per_address_typed(client, app, db_session, person, link):
    for number in range(6):
        answer = app.test_client().post(
            "/confirm", data={"email": person["email"]}, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}
        )
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_unconfirmed_is_invisible_and_limited(client, app, db_session):
    ada = make_member("ada", confirmed=False)
    with pytest.raises(NotFound):
        access.member_by_handle(GUEST, "ada")
    assert db_session.scalars(access.visible_to(GUEST)).all() == []

    assert client.post("/login", data={"email": ada.email, "password": PASSWORD}).status_code == 303
    for path in ("/settings/profile", "/settings/tokens", "/tf-setup", "/wan-register", "/settings/blocks"):
        assert client.get(path).headers["Location"] == "/confirm", path
    assert "have it sent again" not in client.get("/confirm").text
    assert client.get("/settings/sessions").status_code == 200


def test_a_deactivated_member_confirms_nothing(client, db_session, link):
    member = db_session.scalars(sa.select(Member)).one()
    member.deactivated_at = clock.now()
    db_session.commit()
    assert client.post(link).status_code == 404
    assert not confirmed(db_session)


def test_links_are_of_the_site_and_not_of_the_request(client, db_session, person, mailbox):
    answer = client.post(
        "/register", data=person, headers={"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "http"}
    )
    assert answer.status_code == 303
    (message,) = mailbox.read()
    assert "https://localhost/confirm/" in message.text
    assert "evil" not in message.text + (message.html or "")
    assert client.get("/login", base_url="https://evil.test/").status_code == 400
