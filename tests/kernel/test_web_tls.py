"""Payment addresses over TLS alone: what comes without is refused with its body unread, whoever says it was TLS."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.serving import WSGIRequestHandler, make_server

from clozette.kernel.web.tls import is_guarded
from clozette.shop.setup import PAYMENT_ADDRESSES
from tests.support import live

pytestmark = pytest.mark.engines("sqlite")
GUARDED = (
    "/cart",
    "/checkout",
    "/checkout/cancel/abc",
    "/webhooks/stripe",
    "//checkout",
    "/selling/payouts",
    "/orders/a",
    "/selling/orders/a/ship",
)
CARD = b"card=4242424242424242"


class _Quiet(WSGIRequestHandler):
    def log(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(app) -> Iterator[int]:
    """Serve over a real socket, without TLS, and give the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def ask(port: int, method: str, path: str, *headers: str, body: bytes = b"", length: int | None = None) -> bytes:
    """Send one request over a plain socket, of ``length`` bytes whatever ``body`` holds, and return the head of the answer."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    if length is not None or body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {length or len(body)}"]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer and (more := connection.recv(65536)):
            answer += more
    return answer


@pytest.mark.requirement(9)
@pytest.mark.parametrize("path", GUARDED)
def test_a_deed_without_tls_is_refused_before_its_body_has_come(app, path):
    with serving(app) as port:
        answer = ask(port, "POST", path, length=1_000_000)  # not a byte of it follows: whoever read it would wait
    assert answer.startswith((b"HTTP/1.1 403 ", b"HTTP/1.0 403 "))
    assert b"location:" not in answer.lower()
    assert b"set-cookie:" not in answer.lower()


@pytest.mark.requirement(9)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_deed_is_led_anywhere(app, method):
    with serving(app) as port:
        assert b" 403 " in ask(port, method, "/checkout", body=CARD).splitlines()[0]


@pytest.mark.requirement(9)
def test_nothing_of_it_is_logged(app, capfd, caplog):
    with serving(app) as port:
        ask(port, "POST", "/checkout?card=4242424242424242", body=CARD)
    written = capfd.readouterr()
    assert "4242" not in written.out + written.err + caplog.text


@pytest.mark.requirement(9, 10)
def test_the_server_that_we_run_refuses_it_unread_too():
    """Granian, as it stands behind a proxy; it doesn't wait for the body either."""
    with live.running(worker=False, plain=True) as site:
        answer = ask(site.port, "POST", "/checkout", length=1_000_000)
        assert b" 403 " in answer.splitlines()[0]
        forged = ask(site.port, "POST", "/checkout", "X-Forwarded-Proto: https", length=1_000_000)
        assert b" 403 " in forged.splitlines()[0]
        ask(site.port, "POST", "/checkout", body=CARD)
    assert "4242" not in site.logs()


def test_a_page_leads_to_its_https_address(app):
    with serving(app) as port:
        answer = ask(port, "GET", "/checkout/return?order=abc")
        assert b" 301 " in answer.splitlines()[0]
        assert b"Location: https://localhost/checkout/return?order=abc\r\n" in answer
        other = ask(port, "GET", "//evil.example/../checkout")
    assert b"Location: https://evil" not in other


def test_the_rest_of_the_site_has_its_own_manners(app):
    with serving(app) as port:
        assert b" 200 " in ask(port, "GET", "/healthz").splitlines()[0]
    assert not is_guarded(app, "/cartography")
    assert is_guarded(app, "/cart/")


@pytest.mark.requirement(10)
@pytest.mark.parametrize(
    ("hops", "said", "through"),
    [
        (0, "https", False),  # nobody in front: whatever the client says
        (1, "https", True),
        (1, "http", False),
        (1, "https, http", False),  # the client's own word, and then the proxy's
        (2, "https", False),  # one of two proxies was passed by
        (2, "https, http", True),
        (2, "http, https", False),
    ],
)
def test_whether_it_was_tls_say_exactly_the_proxies_that_are_there(app, hops, said, through):
    wrapped = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0) if hops else app.wsgi_app
    with serving(wrapped) as port:
        answer = ask(port, "POST", "/webhooks/stripe", f"X-Forwarded-Proto: {said}", body=b"{}")
    refused = b" 403 " in answer.splitlines()[0]
    assert refused is not through
    assert through is (b" 400 " in answer.splitlines()[0])  # the webhook itself: not signed


def test_every_payment_address_of_the_map_is_guarded(app):
    """A new address of buying or paying is guarded too, or says here why not."""
    rooms = ("checkout.", "cart.", "shop_payments.", "selling_payouts.", "orders.", "selling_orders.")
    open_ = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(rooms)]
    assert len(open_) > 8
    assert not [rule for rule in open_ if not is_guarded(app, rule)]
    assert not [prefix for prefix in PAYMENT_ADDRESSES if prefix.endswith("/")]
