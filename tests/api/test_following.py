"""Following by token: scopes, problem documents, and no way in by cookie."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.services import tokens
from clozette.kernel import clock
from tests.factories.accounts import make_member, make_minor, sign_in
from tests.support.client import Client

Call = Callable[..., Any]
ALL = ("follows:write", "profile:read")


@pytest.fixture
def call(client: Client, db_session: orm.Session) -> Call:
    """Give ``call(method, path, scopes=…)`` as Ada."""
    ada = make_member("ada")
    made: dict[tuple[str, ...], str] = {}

    def ask(method: str, path: str, *, scopes: tuple[str, ...] = ALL, **options: Any) -> Any:
        if scopes not in made:
            made[scopes] = tokens.make(ada.id, name="test", scopes=scopes, days=1, now=clock.now())
        headers = {"Authorization": f"Bearer {made[scopes]}"}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    return ask


def test_follow_and_unfollow(call: Call) -> None:
    make_member("bea")
    nothing = {"following": False, "requested": False, "follows_back": False}
    assert call("GET", "/members/bea/follow").json == nothing
    for _ in range(2):
        answer = call("POST", "/members/bea/follow")
        assert (answer.status_code, answer.json) == (200, nothing | {"following": True})
    assert call("DELETE", "/members/bea/follow").json == nothing
    assert call("GET", "/members/bea/follow").json == nothing


def test_a_minor_is_asked(call: Call) -> None:
    make_minor("young")
    assert call("POST", "/members/young/follow").json == {"following": False, "requested": True, "follows_back": False}


def test_problems_are_problem_documents(call: Call) -> None:
    for answer, status in [
        (call("POST", "/members/nobody/follow"), 404),
        (call("POST", "/members/ada/follow"), 409),
        (call("PUT", "/members/ada/follow"), 405),
        (call("GET", "/nowhere"), 404),
        (call("POST", "/members/ada/follow", scopes=("profile:read",)), 403),
    ]:
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"
        assert answer.json["status"] == status
        assert answer.json["detail"]
    assert call("POST", "/members/ada/follow").json["code"] == "oneself"


def test_without_a_token_the_answer_is_401(app: Flask, client: Client) -> None:
    make = client.post("/api/v1/members/ada/follow")
    assert make.status_code == 401
    assert make.headers["WWW-Authenticate"] == "Bearer"
    wrong = client.get("/api/v1/members/ada/follow", headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 401


def test_a_browser_s_session_opens_nothing(client: Client, db_session: orm.Session) -> None:
    make_member("bea")
    sign_in(client, make_member("cleo"))
    assert client.post("/api/v1/members/bea/follow").status_code == 401
    assert client.get("/api/v1/members/bea/follow").status_code == 401
