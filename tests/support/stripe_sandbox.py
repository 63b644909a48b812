"""The sandbox's payment service over TLS, one for a whole run: threads of this process, a certificate of a moment's CA."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from werkzeug.serving import make_server

from clozette.kernel.ports.stripe_gateway import Stripe
from clozette.sandbox.inbox import Inbox
from clozette.sandbox.pages import create_app
from clozette.sandbox.serving import Keeping
from clozette.sandbox.stripe.books import Books
from clozette.sandbox.stripe.posting import SECRET, post_all

KEY = "sk_test_sandbox"


@dataclass
class Sandbox:
    """The double behind an address, our own way to it, and the webhooks that it sent."""

    books: Books
    base: str
    authority: Path
    there: Stripe
    sent: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def clear(self) -> None:
        """Forget everything."""
        self.books.state.update(objects={}, answers={}, balances={})
        for known in (self.books.events, self.books.faults, self.books.calls, self.sent):
            known.clear()

    def kinds(self) -> list[str]:
        """Return what was sent, in that order."""
        return [json.loads(body)["type"] for body, _ in self.sent]

    # What people do over there, as the twin in memory does it.

    def pay(self, session: str) -> None:
        """Let the buyer pay."""
        assert self.books.pay(session) == "paid"

    def time_out(self, session: str) -> None:
        """Let the page's time pass."""
        self.books.state["objects"][session]["expires_at"] = 0
        self.books.page(session)

    def onboard(self, account: str, *wants: str) -> None:
        """Let the seller tell who they are."""
        self.books.onboard(account, wants=", ".join(wants))

    def disputed(self, intent: str, state: str = "needs_response") -> str:
        """Let the buyer's bank ask for the money, or decide."""
        return str(self.books.dispute(intent, state)["id"])

    def settle(self, payout: str, state: str = "done") -> None:
        """Let a payout arrive or come back."""
        self.books.settle(payout, {"done": "paid"}.get(state, state))

    def fail_refund(self, refund: str) -> None:
        """Let a refund come back."""
        self.books.fail_refund(refund)

    def spoil(self, *faults: str) -> None:
        """Spoil the next calls."""
        self.books.faults[:] = faults


@contextmanager
def running(folder: Path) -> Iterator[Sandbox]:
    """Serve it."""
    ca = trustme.CA()
    authority = folder / "ca.pem"
    ca.cert_pem.write_to_path(authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    books = Books()
    app = create_app(Inbox(folder), None, books)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Keeping, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    base = f"https://localhost:{server.server_port}"
    made = Sandbox(books, base, authority, Stripe(KEY, ("whsec_other", SECRET), base=base, authority=authority))

    def tell(events: list[dict[str, Any]]) -> None:
        post_all(lambda body, headers: made.sent.append((body, headers)), events)

    books.tell = tell
    yield made
    server.shutdown()
    thread.join(10)
    server.server_close()
