"""Signing in and out with a password."""

import statistics
import time

import pytest
import sqlalchemy as sa

from clozette.accounts import passwords
from clozette.accounts.models import Member, SignIn
from clozette.kernel import clock
from tests.factories.accounts import PASSWORD, make_member, sign_in


def login(client, member_or_email, password=PASSWORD, **more):
    email = getattr(member_or_email, "email", member_or_email)
    return client.post("/login", data={"email": email, "password": password, **more})


def test_sign_in_and_out(client, db_session):
    ada = make_member("ada")
    assert login(client, ada.email.upper()).headers["Location"] == "/"
    assert client.get("/settings").status_code == 200
    assert client.get("/login").headers["Location"] == "/"

    row = db_session.scalars(sa.select(SignIn)).one()
    assert (row.method, row.address, row.second_factor_at, row.ended_at) == ("password", "127.0.0.0/24", None, None)

    assert client.get("/logout").status_code == 200
    assert client.get("/settings").status_code == 200, "a GET signs nobody out"
    assert client.post("/logout").headers["Location"] == "/"
    assert client.get("/settings").headers["Location"] == "/login?next=%2Fsettings"
    db_session.refresh(row)
    assert row.ended_because == "signed-out"


def test_the_cookie(client, db_session):
    answer = login(client, make_member("ada"))
    (cookie,) = [header for header in answer.headers.getlist("Set-Cookie") if "session" in header]
    for part in ("__Host-session=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Expires="):
        assert part in cookie
    assert "Domain" not in cookie


def test_the_session_begins_anew(client, app, db_session):
    """Whoever planted or stole the cookie of before has nothing."""
    ada, eve = make_member("ada"), make_member("eve")
    sign_in(client, eve)
    client.get("/settings")
    with client.session_transaction() as before:
        planted = dict(before)
    login(client, ada)
    with client.session_transaction() as after:
        assert after["sid"] != planted["sid"]
        assert after.get("csrf_token") != planted.get("csrf_token")
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(planted)
    assert thief.get("/settings").status_code == 303
    assert db_session.scalars(sa.select(SignIn.ended_because).where(SignIn.member_id == eve.id)).all() == [
        "signed-in-again"
    ]


@pytest.mark.parametrize(
    ("email", "password"),
    [("ada@example.test", "wrong wrong wrong"), ("nobody@example.test", PASSWORD), ("no address", PASSWORD)],
)
def test_wrong(client, db_session, email, password):
    make_member("ada")
    answer = login(client, email, password)
    assert answer.status_code == 422
    assert "Mail address or password is wrong." in answer.text
    assert email in answer.text
    assert password not in answer.text
    assert db_session.scalars(sa.select(SignIn)).all() == []


def test_unknown_and_known_look_the_same(client, app, db_session):
    make_member("ada", email="aaa@example.test")
    pages = [
        login(app.test_client(), address, "wrong wrong wrong").text.replace(address, "…")
        for address in ("aaa@example.test", "bbb@example.test")
    ]
    without_nonce = [page.split("<main", 1)[1].split("csrf_token")[0] for page in pages]
    assert without_nonce[0] == without_nonce[1]


DEEDS = {
    "login": lambda client, address, n: login(client, address, "wrong wrong wrong"),
    "reset": lambda client, address, n: client.post("/reset", data={"email": address}),
    "register": lambda client, address, n: client.post(
        "/register",
        data={
            "email": address,
            "password": "four unrelated wooden words",
            "display_name": "M",
            "handle": f"mmm_{n}",
            "country": "DE",
            "birth_date": "1990-01-01",
            "terms": "true",
        },
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.engines("sqlite")
def test_unknown_and_known_take_as_long(app, client, db_session, monkeypatch, deed):
    """With real hashes: medians within 10 %, in one of three rounds, because other tests run on the same cores.

    Without the dummy hash the known would take ten times as long, in every round.
    """
    context = app.extensions["security"].pwd_context.copy(**passwords.ARGON2)
    monkeypatch.setattr(app.extensions["security"], "pwd_context", context)
    monkeypatch.setattr("clozette.accounts.throttle.limits.check", lambda name, key: None)
    monkeypatch.setattr(passwords, "_scheme", lambda: "real")
    make_member("ada", email="known@example.test", password=context.hash(PASSWORD))
    rounds = []
    while len(rounds) < 3 and not any(ratio < 1.10 for ratio in rounds):
        known, unknown = medians_of(client, DEEDS[deed], len(rounds))
        assert min(known, unknown) > 0.03, "these were no real hashes"
        rounds.append(max(known, unknown) / min(known, unknown))
    assert rounds[-1] < 1.10, rounds


def medians_of(client, deed, number):
    """Return how long the known and the unknown take, tried by turns, of this process's own time."""
    took = {True: [], False: []}
    for turn in range(30):
        known = bool(turn % 2)
        mark = f"{number}_{turn}"
        start = time.process_time()
        deed(client, "known@example.test" if known else f"new{mark}@example.test", mark)
        took[known].append(time.process_time() - start)
    return statistics.median(took[True][1:]), statistics.median(took[False][1:])


def test_deactivated(client, db_session):
    ada = make_member("ada", deactivated_at=clock.now())
    assert login(client, ada, "wrong wrong wrong").status_code == 422
    answer = login(client, ada)
    assert answer.status_code == 409
    assert "closed by our staff" in answer.text
    assert db_session.scalars(sa.select(SignIn)).all() == []


def test_an_old_hash_is_renewed(client, db_session):
    weak = "$argon2id$v=19$m=8,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + "x"
    ada = make_member("ada")
    import argon2

    ada.password = weak = argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    assert login(client, ada).status_code == 303
    db_session.expire_all()
    assert db_session.get(Member, ada.id).password != weak
    assert login(client, ada).status_code == 303


def test_hashes_outside_tests_are_slow_enough():
    assert passwords.ARGON2 == {
        "argon2__type": "ID",
        "argon2__rounds": 3,
        "argon2__memory_cost": 28 * 1024,
        "argon2__parallelism": 1,
    }


def test_few_hash_at_once(app, db_session, monkeypatch):
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    taken = [passwords._slots.acquire(timeout=0) for _ in range(passwords.AT_ONCE)]
    try:
        assert app.test_client().post("/login", data={"email": "a@example.test", "password": "x"}).status_code == 503
    finally:
        for _ in taken:
            passwords._slots.release()


class TestThrottle:
    def test_one_account_from_many_addresses(self, app, db_session):
        make_member("ada")
        statuses = [
            app.test_client()
            .post(
                "/login",
                data={"email": "ada@example.test", "password": "wrong wrong wrong"},
                environ_base={"REMOTE_ADDR": f"198.51.100.{number}"},
            )
            .status_code
            for number in range(12)
        ]
        assert statuses == [422] * 10 + [429] * 2
        right = app.test_client().post(
            "/login",
            data={"email": "ada@example.test", "password": PASSWORD},
            environ_base={"REMOTE_ADDR": "203.0.113.9"},
        )
        assert right.status_code == 429

    def test_one_address_tries_many_accounts(self, app, db_session):
        statuses = [login(app.test_client(), f"m{number}@example.test").status_code for number in range(31)]
        assert statuses == [422] * 30 + [429]

    def test_a_success_wipes_the_slate(self, client, db_session):
        ada = make_member("ada")
        for _ in range(3):
            assert [login(client, ada, "wrong wrong wrong").status_code for _ in range(6)] == [422] * 6
            assert login(client, ada).status_code == 303
            client.post("/logout")


def test_next(client, db_session):
    ada = make_member("ada")
    page = client.get("/settings/sessions")
    assert page.headers["Location"] == "/login?next=%2Fsettings%2Fsessions"
    assert 'name="next" value="/settings/sessions"' in client.get(page.headers["Location"]).text
    assert login(client, ada, next="/settings/sessions").headers["Location"] == "/settings/sessions"


def test_login_page_offers_passkeys_first(client):
    page = client.get("/login").text
    assert page.index("data-passkey") < page.index('name="password"')
