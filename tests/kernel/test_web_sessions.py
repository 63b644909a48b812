"""The session's cookie: kept as read, yet never beyond its time, never altered, never shared."""

import time
from typing import Any

import pytest
from flask import Flask, session

from clozette.kernel.web.edge import Clozette
from clozette.kernel.web.sessions import LONGEST


@pytest.fixture
def small(monkeypatch) -> Flask:
    app = Clozette("small")
    app.secret_key = "a secret for this test"
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=True)

    @app.route("/")
    def show() -> dict[str, Any]:
        return dict(session)

    @app.route("/put/<value>")
    def put(value: str) -> str:
        session["value"] = value
        return "put"

    @app.route("/append")
    def append() -> dict[str, Any]:
        session.setdefault("list", []).append("x")  # changed in place: the cookie is not set again
        return dict(session)

    return app


def test_it_is_read_again_and_again(small):
    client = small.test_client()
    client.get("/put/one")
    assert [client.get("/").json for _ in range(3)] == [{"value": "one"}] * 3
    client.get("/put/two")
    assert client.get("/").json == {"value": "two"}


def test_an_altered_cookie_is_nothing(small):
    client = small.test_client()
    client.get("/put/one")
    client.get("/")
    cookie = client.get_cookie("session")
    assert cookie is not None
    for altered in (cookie.value[:-1], "x" + cookie.value[1:], cookie.value + "x", "", "é"):
        other = small.test_client(use_cookies=False)
        assert other.get("/", headers={"Cookie": f"session={altered}"}).json == {}


def test_it_ends_with_its_time(small, monkeypatch):
    client = small.test_client()
    client.get("/put/one")
    value = client.get_cookie("session").value
    other = small.test_client(use_cookies=False)
    headers = {"Cookie": f"session={value}"}
    assert other.get("/", headers=headers).json == {"value": "one"}
    later = time.time() + small.permanent_session_lifetime.total_seconds() + 2
    monkeypatch.setattr(time, "time", lambda: later)
    assert other.get("/", headers=headers).json == {}


def test_what_a_request_changes_in_place_stays_its_own(small):
    client = small.test_client()
    with client.session_transaction() as values:
        values["list"] = ["a"]
    assert client.get("/append").json == {"list": ["a", "x"]}
    assert client.get("/append").json == {"list": ["a", "x"]}
    assert client.get("/").json == {"list": ["a"]}


def test_long_cookies_are_read_and_not_kept(small):
    client = small.test_client()
    client.get("/put/one")
    value = client.get_cookie("session").value
    other = small.test_client(use_cookies=False)
    short = f"session={value}"
    for padding in range(3):
        sent = f"{short}; padding={padding}{'x' * (LONGEST - len(short))}"
        assert other.get("/", headers={"Cookie": sent}).json == {"value": "one"}
    assert len(small.session_interface._kept) == 0
    assert other.get("/", headers={"Cookie": short}).json == {"value": "one"}
    assert len(small.session_interface._kept) == 1
