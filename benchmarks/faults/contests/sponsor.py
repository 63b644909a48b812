"""A sponsor's own server: knows its secret, writes down what it gets before it answers, and may be told to kill our worker."""

import contextlib
import hashlib
import hmac
import http.server
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trustme

from benchmarks.faults import _contests_site as process
from clozette.contests.sponsors import hooks


class Server:
    """One on this machine.

    :ivar got: digests of what came; ``before_answer``: done once when the next has come and is not answered.
    """

    def __init__(self, folder: Path) -> None:
        authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        trusted = folder / "sponsor-ca.pem"
        authority.cert_pem.write_to_path(str(trusted))
        self.secret = b""
        self.got: list[str] = []
        self.before_answer: Callable[[], None] | None = None
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        port = self._server.server_address[1]
        self.address = f"https://localhost:{port}/in"
        self.environment = {process.SPONSOR_PORT: str(port), process.SPONSOR_CA: str(trusted)}

    def take(self, body: bytes) -> None:
        """Write it down; then perhaps do what was asked for."""
        self.got.append(hashlib.sha256(body).hexdigest())
        deed, self.before_answer = self.before_answer, None
        if deed is not None:
            deed()

    def end(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


def _handler(server: Server) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            challenge = self.headers[hooks.CHALLENGE].encode()
            self._answer(hmac.digest(server.secret, challenge, "sha256").hex().encode())

        def do_POST(self) -> None:
            body = self.rfile.read(length := int(self.headers["Content-Length"]))
            if len(body) == length:
                server.take(body)
                self._answer(b"")

        def log_message(self, *_about: Any) -> None:
            """Keep quiet."""

        def handle(self) -> None:
            with contextlib.suppress(OSError):
                super().handle()

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
