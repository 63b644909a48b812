"""Members who sell and buy, and browsers that they are signed in with."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from tests.factories.accounts import sign_in
from tests.support.client import Client


@pytest.fixture
def client_of(app: Flask, db_session: orm.Session) -> Callable[..., Any]:
    """Give ``client_of(member)``: a browser with that member signed in; without one, a visitor's."""

    def open_browser(member: Member | None = None) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        if member is not None:
            sign_in(client, member)
        return client

    return open_browser
