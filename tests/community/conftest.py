"""Two members who are signed in, each in a browser of their own."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import tasks
from tests.factories.accounts import make_member, sign_in
from tests.support.client import Client


@dataclass
class Person:
    """A member and their browser."""

    member_id: int
    handle: str
    client: Client

    def follow(self, other: "Person", **fields: str) -> int:
        """Press follow; return the status."""
        return self.client.post(f"/@{other.handle}/follow", data=fields).status_code


@pytest.fixture
def person(app: Flask, db_session: orm.Session) -> Callable[..., Person]:
    """Give ``person(handle)``: a new member, signed in."""

    def make(handle: str, member: Member | None = None) -> Person:
        member = member or make_member(handle)
        client = app.test_client()
        assert isinstance(client, Client)
        sign_in(client, member)
        found = Person(member.id, member.handle, client)
        db_session.commit()
        return found

    return make


@pytest.fixture
def ada(person: Callable[..., Person]) -> Person:
    return person("ada")


@pytest.fixture
def bea(person: Callable[..., Person]) -> Person:
    return person("bea")


@pytest.fixture
def settle(app: Flask) -> Callable[[], int]:
    """Give ``settle()``: do the work that waits."""
    return lambda: tasks.drain(app)
