"""A mail server that keeps what it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.support import processes


@dataclass
class Sink:
    """What arrived: parsed messages, and the envelope's recipients beside them."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The setting ``SMTP_URL`` that leads here."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the messages that one address got, oldest first."""
        both = zip(self.messages, self.recipients, strict=True)
        return [message for message, recipients in both if address in recipients]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a message (called by aiosmtpd)."""
        self.messages.append(cast(EmailMessage, message_from_bytes(envelope.original_content, policy=policy.default)))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


def text_of(message: EmailMessage) -> str:
    """Return a message's plain text."""
    body = message.get_body(("plain",))
    assert body is not None, "a message without plain text"
    return str(body.get_content())


@contextmanager
def sink() -> Iterator[Sink]:
    """Give a running mail server on a loopback port."""
    kept = Sink(processes.free_port())
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()
