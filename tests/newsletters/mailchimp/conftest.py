"""A Mailchimp in memory, and the sandbox's over the wire."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.serving import make_server

from clozette.kernel.ports import mailing_list
from clozette.kernel.ports.mailchimp import Mailchimp
from clozette.kernel.ports.mailing_list import MailingList, Memory
from clozette.sandbox.inbox import Inbox
from clozette.sandbox.mailchimp import API
from clozette.sandbox.mailchimp import Mailchimp as Double
from clozette.sandbox.pages import create_app


@dataclass
class Wire:
    """The double behind an address, and our own way to it."""

    double: Double
    host: str
    there: Mailchimp


@pytest.fixture
def wire(tmp_path) -> Iterator[Wire]:
    """Serve the sandbox's Mailchimp on this machine, its audience prepared."""
    double = Double(send=lambda address, body, headers: None)
    server = make_server("127.0.0.1", 0, create_app(Inbox(tmp_path), double), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    host = f"http://127.0.0.1:{server.server_port}{API}"
    there = Mailchimp(host, "key-us1", "audience", pause=0)
    there.prepare("https://localhost/webhooks/mailchimp/secret")
    double.calls.clear()
    yield Wire(double, host, there)
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def memory() -> Memory:
    """Give a Mailchimp in memory."""
    return Memory()


@pytest.fixture(params=["memory", "wire"])
def there(request) -> MailingList:
    """Give one after the other: what holds for one holds for the other."""
    made = request.getfixturevalue(request.param)
    return made if isinstance(made, Memory) else made.there


@pytest.fixture
def on(app: Flask, memory: Memory) -> Iterator[Memory]:
    """Turn the second channel on, in memory."""
    app.extensions[mailing_list.KEY] = lambda: memory
    yield memory
    app.extensions[mailing_list.KEY] = None


@pytest.fixture
def on_the_wire(app: Flask, wire: Wire) -> Iterator[Wire]:
    """Turn it on, with the double behind it."""
    app.extensions[mailing_list.KEY] = lambda: wire.there
    yield wire
    app.extensions[mailing_list.KEY] = None
