"""What must happen once happens once, however many ask at the same moment."""

import threading
from collections import Counter

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Handle, Member, SignIn
from tests.accounts.test_second_factor import code_of, with_totp
from tests.factories.accounts import PASSWORD, make_member

AT_ONCE = 8


@pytest.fixture
def at_once(app, db_session):
    """Do something in many threads that start together; return how often each status came."""

    def run(deed):
        db_session.commit()
        gate = threading.Barrier(AT_ONCE)
        statuses = []

        def one(number):
            gate.wait()
            statuses.append(deed(number).status_code)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        db_session.expire_all()
        return Counter(statuses)

    return run


def prepared(app):
    """A browser whose cookie with the token is there before the race."""
    browser = app.test_client()
    browser.csrf_token()
    return browser


def test_a_confirmation_link(app, client, db_session, person, mailbox, at_once):
    client.post("/register", data=person)
    link = mailbox.link("/confirm")
    browsers = [prepared(app) for _ in range(AT_ONCE)]
    assert at_once(lambda number: browsers[number].post(link)) == {303: 1, 404: AT_ONCE - 1}


def test_a_reset_link(app, client, db_session, mailbox, at_once):
    make_member("ada")
    client.post("/reset", data={"email": "ada@example.test"})
    link = mailbox.link("/reset")
    browsers = [prepared(app) for _ in range(AT_ONCE)]
    words = {"password": "three other wooden words"}
    assert at_once(lambda number: browsers[number].post(link, data=words)) == {303: 1, 404: AT_ONCE - 1}


def test_a_code(app, db_session, at_once, monkeypatch):
    ada = make_member("ada")
    with_totp(app, ada)
    code = code_of(app, ada)
    monkeypatch.setattr("clozette.accounts.throttle.by_member", lambda *ignored: None)
    browsers = [prepared(app) for _ in range(AT_ONCE)]
    for browser in browsers:
        browser.post("/login", data={"email": ada.email, "password": PASSWORD})
    assert at_once(lambda n: browsers[n].post("/tf-validate", data={"code": code})) == {303: 1, 422: AT_ONCE - 1}
    assert db_session.scalar(sa.select(sa.func.count()).select_from(SignIn)) == 1


def test_a_recovery_code(app, db_session, at_once, monkeypatch):
    ada = make_member("ada")
    (code, *_) = with_totp(app, ada)
    monkeypatch.setattr("clozette.accounts.throttle.by_member", lambda *ignored: None)
    browsers = [prepared(app) for _ in range(AT_ONCE)]
    for browser in browsers:
        browser.post("/login", data={"email": ada.email, "password": PASSWORD})
    assert at_once(lambda n: browsers[n].post("/mf-recovery", data={"code": code})) == {303: 1, 422: AT_ONCE - 1}


def test_a_handle(app, db_session, person, at_once):
    browsers = [prepared(app) for _ in range(AT_ONCE)]
    spellings = ["wanda_i", "wanda_l", "wanda_1"]

    def deed(number):
        typed = {**person, "email": f"m{number}@example.test", "handle": spellings[number % 3]}
        return browsers[number].post("/register", data=typed)

    assert at_once(deed) == {303: 1, 409: AT_ONCE - 1}
    assert len(db_session.scalars(sa.select(Member)).all()) == len(db_session.scalars(sa.select(Handle)).all()) == 1


def test_an_address(app, db_session, person, at_once, monkeypatch):
    """Nobody learns more than "check your mail" or "somebody was quicker", and there is one member."""
    monkeypatch.setattr("clozette.accounts.throttle.by_mail", lambda *ignored: None)
    browsers = [prepared(app) for _ in range(AT_ONCE)]
    statuses = at_once(lambda number: browsers[number].post("/register", data={**person, "handle": f"nn_{number}_x"}))
    assert set(statuses) <= {303, 409}
    assert statuses[303] >= 1
    assert len(db_session.scalars(sa.select(Member)).all()) == 1


def test_a_block(app, db_session, at_once):
    from tests.factories.accounts import sign_in

    ada = make_member("ada")
    make_member("eve")
    browsers = [prepared(app) for _ in range(AT_ONCE)]
    for browser in browsers:
        sign_in(browser, ada)
        browser.csrf_token()
    assert at_once(lambda number: browsers[number].post("/@eve/block")) == {303: AT_ONCE}
