"""Run the sandbox: pages over TLS on one port, SMTP on the next."""

import logging
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from werkzeug.serving import BaseWSGIServer, make_server

from clozette.sandbox.inbox import Inbox
from clozette.sandbox.mailchimp import Mailchimp
from clozette.sandbox.pages import create_app
from clozette.sandbox.serving import Keeping
from clozette.sandbox.stripe.books import Books
from clozette.sandbox.stripe.posting import poster

HOST = "127.0.0.1"


class Taker:
    """Takes every mail for every address."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        self._inbox.keep_mail(list(envelope.rcpt_tos), envelope.original_content, envelope.mail_from or "")
        return "250 kept in the sandbox"


class Sandbox:
    """A running sandbox."""

    def __init__(
        self,
        folder: Path,
        *,
        pages_port: int,
        smtp_port: int,
        tls: tuple[str, str] | None,
        inbound_port: int | None = None,
        home: str = "SG",
    ) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        inbox = Inbox(folder)
        self._smtp = Controller(Taker(inbox), hostname=HOST, port=smtp_port, enable_SMTPUTF8=True)
        news = poster(f"https://localhost:{pages_port - 1}/webhooks/stripe")
        books = Books(folder / "stripe.json", news, home=home)
        app = create_app(inbox, Mailchimp(folder / "mailchimp.json"), books)
        app.config["INBOUND_PORT"] = inbound_port
        self._pages: BaseWSGIServer = make_server(
            HOST, pages_port, app, threaded=True, request_handler=Keeping, ssl_context=tls
        )

    def serve(self) -> None:
        """Serve until :meth:`stop` or an interrupt."""
        self._smtp.start()
        try:
            self._pages.serve_forever()
        finally:
            self._smtp.stop()

    def stop(self) -> None:
        """Stop serving (from another thread)."""
        self._pages.shutdown()
