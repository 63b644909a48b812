"""What the tests of looks share: members, and browsers that they are signed in with."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from clozette.accounts.services import tokens
from clozette.kernel import clock
from clozette.kernel.ids import encode
from clozette.looks import discovery
from tests.factories.accounts import make_member, sign_in


@pytest.fixture
def client_of(app, db_session) -> Callable[..., Any]:
    """Give ``client_of(member)``: a client with that member signed in; without one, a visitor's."""

    def open_browser(member: Any = None) -> Any:
        client = app.test_client()
        if member is not None:
            sign_in(client, member)
        return client

    return open_browser


@pytest.fixture
def program(app, db_session) -> Callable[..., Any]:
    """Give ``program(member, *scopes)``: a function that calls the API with a token."""

    def make(member: Any, *scopes: str) -> Any:
        scopes = scopes or ("looks:read", "looks:write", "profile:read")
        token = tokens.make(member.id, name="test", scopes=scopes, days=1, now=clock.now())
        client = app.test_client()

        def call(method: str, path: str, **kwargs: Any) -> Any:
            headers = {"Authorization": f"Bearer {token}"}
            return client.open(f"/api/v1{path}", method=method, headers=headers, **kwargs)

        return call

    return make


@pytest.fixture
def cast(db_session) -> SimpleNamespace:
    """Give an author and a few others."""
    return SimpleNamespace(**{name: make_member(name) for name in ("ada", "bea", "cleo", "dora")})


@pytest.fixture(autouse=True)
def _nothing_kept(request):
    """Count the most loved looks anew in each test."""
    if "app" in request.fixturenames:
        app = request.getfixturevalue("app")
        with app.app_context():
            discovery.forget()


def path(look: Any, rest: str = "") -> str:
    """Return a look's address."""
    return f"/looks/{encode(look.id)}{rest}"
