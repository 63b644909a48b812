"""The one-click request byte by byte, over a TLS socket of our own, to the site as people reach it (facts d.2)."""

import socket
import ssl
import time
from collections.abc import Callable

import pytest
from flask import Flask

from clozette import create_app
from clozette.kernel.database import db
from clozette.newsletters import keys
from clozette.newsletters.subscriptions.models import Subscription
from clozette.settings import Settings
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription
from tests.support.live import LiveSite

PAIR = b"List-Unsubscribe=One-Click"
MULTIPART = (
    b'--b0undary\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b0undary--\r\n'
)
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


class Wire:
    """Sends bytes to the live site and returns what comes back."""

    def __init__(self, site: LiveSite, app: Flask) -> None:
        self.site, self.app = site, app

    def subscribe(self) -> tuple[str, int]:
        """Subscribe somebody new; return the leave link's path and the subscription's id."""
        with self.app.app_context():
            number = time.monotonic_ns()
            contact = make_contact(f"wire_{number}@example.test")
            subscription = make_subscription(make_newsletter(f"wire-{number}"), contact)
            token = keys.token("leave", keys.Link(subscription.id, 0))
            db.session.commit()
            return f"/u/{token}", subscription.id

    def state(self, subscription_id: int) -> str:
        """Return how a subscription stands, as another process sees it."""
        with self.app.app_context():
            return db.session.get_one(Subscription, subscription_id).state

    def send(self, method: str, path: str, headers: bytes = b"", body: bytes = b"") -> tuple[int, dict[str, str]]:
        """Send one request; return the status and the headers (names in lower case) of the final answer."""
        length = f"Content-Length: {len(body)}\r\n".encode() if body and b"Transfer-Encoding" not in headers else b""
        host = f"Host: localhost:{self.site.port}\r\n".encode()
        request = f"{method} {path} HTTP/1.1\r\n".encode() + host + headers + length + b"\r\n" + body
        with self._connected() as stream:
            stream.sendall(request)
            return _read_answer(stream)

    def _connected(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("localhost", self.site.port), timeout=10)
        return self.site.certificate.client_context().wrap_socket(plain, server_hostname="localhost")


def _read_answer(stream: ssl.SSLSocket) -> tuple[int, dict[str, str]]:
    """Read on past "100 Continue": the deed is done when the final answer is here."""
    got, status, headers = b"", 100, {}
    while status < 200:
        while b"\r\n\r\n" not in got:
            more = stream.recv(65536)
            assert more, got
            got += more
        head, _, got = got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status, headers = int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines)
    return status, headers


@pytest.fixture(scope="session")
def wire(live_server: LiveSite) -> Wire:
    return Wire(live_server, create_app(Settings.from_environment(live_server.environment)))


@pytest.mark.requirement(53, 57, 58)
def test_the_26_bytes_unsubscribe_within_a_second(wire: Wire) -> None:
    path, subscription_id = wire.subscribe()
    assert len(PAIR) == 26
    began = time.monotonic()
    status, headers = wire.send("POST", path, FORM, PAIR)
    assert time.monotonic() - began < 1
    assert status == 200 and not {"location", "set-cookie"} & set(headers)
    assert wire.state(subscription_id) == "unsubscribed"


@pytest.mark.requirement(57)
def test_the_96_bytes_of_multipart_do_it_too(wire: Wire) -> None:
    path, subscription_id = wire.subscribe()
    assert len(MULTIPART) == 96
    kind = b"Content-Type: multipart/form-data; boundary=b0undary\r\n"
    status, headers = wire.send("POST", path, kind, MULTIPART)
    assert status == 200 and not {"location", "set-cookie"} & set(headers)
    assert wire.state(subscription_id) == "unsubscribed"


@pytest.mark.requirement(57, 58, 59)
@pytest.mark.parametrize(
    "headers",
    [
        b"Cookie: __Host-session=x\r\nOrigin: https://mail.google.com\r\n",
        b"Origin: null\r\nSec-Fetch-Site: cross-site\r\nUser-Agent: \xff\xfe\x9d\r\n",
        b"Connection: close\r\nAccept-Encoding: gzip, br\r\n",
        b"Expect: 100-continue\r\n",
    ],
    ids=["cookie", "odd", "close", "expect"],
)
def test_whatever_stands_beside_it(wire: Wire, headers: bytes) -> None:
    path, subscription_id = wire.subscribe()
    for _ in range(2):
        status, answered = wire.send("POST", path, FORM + headers, PAIR)
        assert status == 200 and not {"location", "set-cookie"} & set(answered)
    assert wire.state(subscription_id) == "unsubscribed"


@pytest.mark.requirement(57)
def test_in_chunks(wire: Wire) -> None:
    path, subscription_id = wire.subscribe()
    chunks = b"10\r\nList-Unsubscribe\r\na\r\n=One-Click\r\n0\r\n\r\n"
    status, _ = wire.send("POST", path, FORM + b"Transfer-Encoding: chunked\r\n", chunks)
    assert status == 200 and wire.state(subscription_id) == "unsubscribed"


@pytest.mark.requirement(60)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(wire: Wire, method: str) -> None:
    path, subscription_id = wire.subscribe()
    status, headers = wire.send(method, path)
    assert status == 200 and not {"location", "set-cookie"} & set(headers)
    assert wire.state(subscription_id) == "confirmed"


@pytest.mark.requirement(57, 62)
@pytest.mark.parametrize(
    ("change", "body", "status"),
    [
        (lambda path: path, b"", 422),
        (lambda path: path, b"leave=", 422),
        (lambda path: path[:-4] + "AAAA", PAIR, 404),
        (lambda path: "/u/nothing/", PAIR, 404),
    ],
    ids=["empty", "other", "wrong", "slash"],
)
def test_nothing_else_acts(wire: Wire, change: Callable[[str], str], body: bytes, status: int) -> None:
    path, subscription_id = wire.subscribe()
    got, headers = wire.send("POST", change(path), FORM, body)
    assert got == status and not {"location", "set-cookie"} & set(headers)
    assert wire.state(subscription_id) == "confirmed"
