"""Every limit of accounts refuses, says when to come back, and lets in again."""

import re
from pathlib import Path

import pytest

from clozette.accounts import throttle
from clozette.kernel.web import limits
from tests.factories.accounts import PASSWORD, make_member, sign_in

WRONG = "wrong wrong wrong"
DEEDS = {
    "register-address": lambda client, n: client.post(
        "/register",
        data={
            "email": f"m{n}@example.test",
            "password": "four unrelated wooden words",
            "display_name": "M",
            "handle": f"mmm_{n}",
            "country": "DE",
            "birth_date": "1990-01-01",
            "terms": "true",
        },
    ),
    "login-address": lambda client, n: client.post("/login", data={"email": f"m{n}@example.test", "password": WRONG}),
    "login-account": lambda client, n: client.post("/login", data={"email": "ada@example.test", "password": WRONG}),
    "passkey-address": lambda client, n: client.post("/wan-signin"),
    "confirm-address": lambda client, n: client.post("/confirm", data={"email": f"m{n}@example.test"}),
    "confirm-mail": lambda client, n: client.post("/confirm", data={"email": "m@example.test"}),
    "reset-address": lambda client, n: client.post("/reset", data={"email": f"m{n}@example.test"}),
    "reset-mail": lambda client, n: client.post("/reset", data={"email": "m@example.test"}),
    "link-address": lambda client, n: client.post(f"/confirm/{n}.x"),
}
MEMBER_DEEDS = {
    "verify-account": lambda client, n: client.post("/verify", data={"password": WRONG}),
    "email-change": lambda client, n: client.post("/change-email", data={"email": f"m{n}@example.test"}),
    "handle-change": lambda client, n: client.post("/settings/handle", data={"handle": "ada"}),
    "token-make": lambda client, n: client.post("/settings/tokens", data={"name": "t", "scopes": "feed:read"}),
    "block": lambda client, n: client.post("/@ada/block"),
}
ELSEWHERE = {"second-factor": "test_second_factor.test_codes_are_throttled", "register-mail": "below"}
MINE = {name for name in limits.DECLARED if name in {*DEEDS, *MEMBER_DEEDS, *ELSEWHERE}}


def test_each_has_a_test():
    declared = re.findall(r'limits\.declare\("([\w-]+)"', Path(throttle.__file__).read_text())
    assert set(declared) == MINE


@pytest.mark.parametrize("name", [*DEEDS, *MEMBER_DEEDS])
@pytest.mark.engines("sqlite")
def test_refuses_and_lets_in_again(client, db_session, name):
    ada = make_member("ada")
    if name in MEMBER_DEEDS:
        sign_in(client, ada)
    deed = {**DEEDS, **MEMBER_DEEDS}[name]
    allowed = limits.DECLARED[name][0].amount
    statuses = [deed(client, number).status_code for number in range(allowed + 1)]
    assert 429 not in statuses[:-1], statuses
    assert statuses[-1] == 429
    assert deed(client, 999).status_code == 429
    client.application.extensions["clozette.limits"].reset()
    assert deed(client, 1000).status_code != 429


def test_one_address_typed_from_everywhere(app, db_session):
    person = {
        "password": "four unrelated wooden words",
        "display_name": "M",
        "country": "DE",
        "birth_date": "1990-01-01",
        "terms": "true",
    }
    statuses = [
        app.test_client()
        .post(
            "/register",
            data={**person, "email": "ada@example.test", "handle": f"mmm_{n}"},
            environ_base={"REMOTE_ADDR": f"192.0.2.{n}"},
        )
        .status_code
        for n in range(6)
    ]
    assert statuses == [303] * 5 + [429]


def test_a_forged_header_changes_no_key(app, db_session):
    make_member("ada")
    statuses = [
        app.test_client()
        .post(
            "/login",
            data={"email": f"m{n}@example.test", "password": PASSWORD},
            headers={"X-Forwarded-For": f"192.0.2.{n}"},
        )
        .status_code
        for n in range(31)
    ]
    assert statuses[-1] == 429
