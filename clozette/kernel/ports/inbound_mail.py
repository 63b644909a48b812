"""A small mail server for our own mailboxes: it takes what is for them, and nothing else. No relay, no accounts.

A mail is answered with 250 when it is kept, and not before; where it can't be kept now, the other server is asked to come
again (4xx), so nothing is lost.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

MOST_CONNECTIONS = 20
MOST_RECIPIENTS = 20
MOST_COMMANDS = 100
LONGEST_LINE = 64 * 1024
PATIENCE = 60.0
TAKEN = "250 2.0.0 kept"
NOBODY = "550 5.1.1 no such mailbox here"
TOO_MANY = "452 4.5.3 too many recipients"
LATER = "451 4.3.0 come again later"
BUSY = b"421 4.3.2 too busy, come again later\r\n"
log = structlog.get_logger()


class Taker(Protocol):
    """What decides and keeps. Called in threads; what it raises makes the other server come again."""

    def wants(self, address: str) -> bool:
        """Whether we take mail for an address."""

    def take(self, recipients: tuple[str, ...], content: bytes) -> None:
        """Keep a mail, for good."""


@dataclass(frozen=True)
class Place:
    """Where it listens, what it is called, how large a mail may be, and the files to offer STARTTLS with."""

    host: str
    port: int
    name: str
    most_bytes: int
    certificate: str = ""
    key: str = ""


class Server:
    """A running server, in a thread of its own."""

    def __init__(self, place: Place, taker: Taker) -> None:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # it would log whom mail is for
        self._controller = _controller(place, _Handler(taker))

    def start(self) -> None:
        """Begin to listen.

        :raises OSError: if the port is taken.
        """
        _try(self._controller.hostname, self._controller.port)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop(no_assert=True)


class _Handler:
    """What aiosmtpd asks."""

    def __init__(self, taker: Taker) -> None:
        self._taker = taker

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        try:
            if not await _in_thread(self._taker.wants, address):
                return NOBODY
        except Exception as error:  # noqa: BLE001 - whatever it is, it may pass
            log.error("inbound_not_asked", error=type(error).__name__)
            return LATER
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 go on"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        try:
            await _in_thread(self._taker.take, tuple(envelope.rcpt_tos), envelope.original_content)
        except Exception as error:  # noqa: BLE001 - whatever it is, it may pass
            log.error("inbound_not_kept", error=type(error).__name__)
            return LATER
        return TAKEN


def _try(host: str, port: int) -> None:
    """See at once whether the port is taken; aiosmtpd needs five seconds for that."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    socket.create_server((host, port), family=family).close()


async def _in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)


def _tls(place: Place) -> ssl.SSLContext | None:
    if not place.certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(place.certificate, place.key)
    return context


def _controller(place: Place, handler: _Handler) -> Any:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP

    there: set[Any] = set()
    tls = _tls(place)

    class Door(SMTP):
        """Turns away who comes when too many are there. What others return may have lines longer than the standard's."""

        line_length_limit = LONGEST_LINE

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            there.add(self)
            if len(there) > MOST_CONNECTIONS and isinstance(transport, asyncio.WriteTransport):
                transport.write(BUSY)
                transport.close()

        def connection_lost(self, error: Exception | None) -> None:
            there.discard(self)
            super().connection_lost(error)

    class Doors(Controller):
        """Opens them."""

        def factory(self) -> SMTP:
            return Door(
                handler,
                hostname=place.name,
                ident="SMTP",
                data_size_limit=place.most_bytes,
                tls_context=tls,
                timeout=PATIENCE,
                command_call_limit=MOST_COMMANDS,
                enable_SMTPUTF8=True,
            )

    return Doors(handler, hostname=place.host, port=place.port)
