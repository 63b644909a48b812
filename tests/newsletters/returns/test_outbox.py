"""The kernel's outbox over the wire: the envelope's sender, and what a server says in numbers."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from clozette.kernel.ports.mail import Message, SmtpOutbox, TryLater, Undeliverable
from tests.support import processes


class Server:
    """Refuses whom it is told to."""

    def __init__(self) -> None:
        self.port = processes.free_port()
        self.senders: list[str] = []
        self.at_sender = self.at_recipient = self.at_end = "250 2.0.0 fine"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.at_sender

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.senders.append(envelope.mail_from)
        return self.at_end


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    yield made
    controller.stop()


def send(server: Server, path: str = "") -> None:
    outbox = SmtpOutbox(f"smtp://127.0.0.1:{server.port}", "Clozette <hello@clozette.test>", "clozette.test")
    outbox.send(Message("mia@example.test", "Hello", "Hello", path=path))


@pytest.mark.requirement(43, 51)
def test_the_envelope_leads_where_bounces_are_read(server: Server) -> None:
    send(server)
    send(server, "bounce+t1.abc@news.clozette.test")
    assert server.senders == ["hello@clozette.test", "bounce+t1.abc@news.clozette.test"]


@pytest.mark.requirement(43)
@pytest.mark.parametrize(
    ("where", "answer", "status"),
    [
        ("at_recipient", "550 5.1.1 no mia@example.test here", "5.1.1"),
        ("at_recipient", "550 5.7.1 not from you, 5.1.1", "5.7.1"),
        ("at_recipient", "550 no mia here (5.1.1)", ""),
        ("at_end", "554 5.2.1 disabled", "5.2.1"),
        ("at_sender", "550 5.1.1 who are you", ""),
    ],
)
def test_numbers_alone_are_kept_of_a_refusal(server: Server, where: str, answer: str, status: str) -> None:
    setattr(server, where, answer)
    with pytest.raises(Undeliverable) as refused:
        send(server)
    assert refused.value.status == status and "mia" not in str(refused.value)


def test_what_may_pass_is_no_refusal(server: Server) -> None:
    server.at_recipient = "450 4.2.1 later"
    with pytest.raises(TryLater):
        send(server)
