"""The mailbox, and people who join through the form."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from clozette.kernel import tasks
from clozette.kernel.ports.mail import KEY, MemoryOutbox, Message
from tests.support.application import SECRET
from tests.support.client import ORIGIN, Client

assert SECRET  # the settings under test sign with it

PERSON = {
    "email": "Ada@Example.test",
    "password": "four unrelated wooden words",
    "display_name": "Ada L.",
    "handle": "ada_l",
    "country": "DE",
    "birth_date": "1990-05-17",
    "terms": "true",
}


class Mailbox:
    """What the application mailed, after the work that waits was done."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._outbox: MemoryOutbox = app.extensions[KEY]

    def read(self) -> list[Message]:
        """Return every message so far."""
        tasks.drain(self._app)
        return self._outbox.messages

    def to(self, address: str) -> list[Message]:
        """Return the messages to one address."""
        return [message for message in self.read() if message.to == address]

    def link(self, path: str, address: str | None = None) -> str:
        """Return the path of the last link that begins with ``path``."""
        for message in reversed(self.read() if address is None else self.to(address)):
            found = re.search(rf"{re.escape(ORIGIN)}({re.escape(path)}/[^\s\"<]+)", message.text)
            if found:
                return found[1]
        raise AssertionError(f"no mail with a link to {path}")

    def clear(self) -> None:
        """Forget what was sent so far."""
        self.read()
        self._outbox.clear()


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    return Mailbox(app)


@pytest.fixture
def person() -> dict[str, str]:
    """What somebody types to join."""
    return dict(PERSON)


@pytest.fixture
def join(client: Client, mailbox: Mailbox) -> Callable[..., Any]:
    """Join through the form and confirm by the mail's link; the client is signed in afterwards."""

    def joined(browser: Client | None = None, **changes: str) -> dict[str, str]:
        typed = {**PERSON, **changes}
        browser = browser or client
        assert browser.post("/register", data=typed).status_code == 303
        link = mailbox.link("/confirm", typed["email"])
        assert browser.post(link).headers["Location"] == "/welcome"
        mailbox.clear()
        return typed

    return joined
