"""Members with closets, browsers that they are signed in with, and programs that hold their tokens."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from clozette.accounts.services import tokens
from clozette.kernel import clock
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
        wanted = scopes or ("closet:read", "closet:write")
        token = tokens.make(member.id, name="test", scopes=wanted, days=1, now=clock.now())
        client = app.test_client()

        def call(method: str, path: str, **kwargs: Any) -> Any:
            headers = {"Authorization": f"Bearer {token}"}
            return client.open(f"/api/v1{path}", method=method, headers=headers, **kwargs)

        return call

    return make


@pytest.fixture
def cast(db_session) -> SimpleNamespace:
    """Give an owner and two others."""
    return SimpleNamespace(**{name: make_member(name) for name in ("ada", "bea", "cleo")})
