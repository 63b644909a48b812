"""The outbox: what is promised holds for the real one and for its twin in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from clozette.kernel import tasks
from clozette.kernel.ports import mail
from clozette.kernel.ports.mail import MemoryOutbox, Message, SmtpOutbox, Undeliverable
from tests.support import processes
from tests.support.mail import Sink, text_of

SENDER = "Clozette <hello@clozette.test>"
DOMAIN = "clozette.test"


@dataclass
class Case:
    """An outbox and what arrived through it."""

    outbox: mail.Outbox
    arrived: Callable[[], list[EmailMessage]]


@pytest.fixture(params=["memory", "smtp"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "memory":
        memory = MemoryOutbox(SENDER, DOMAIN)
        return Case(memory, lambda: [_over_the_wire(message) for message in memory.messages])
    sink: Sink = request.getfixturevalue("smtp")
    return Case(SmtpOutbox(sink.url, SENDER, DOMAIN), lambda: sink.messages)


def _over_the_wire(message: Message) -> EmailMessage:
    raw = mail.compose(message, SENDER, DOMAIN).as_bytes()
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def test_a_message_arrives_whole(case: Case) -> None:
    case.outbox.send(Message("anna@example.org", "Grüße 👗", "Hallo Änne,\n\nbis bald\n", "<p>Hallo <b>Änne</b></p>"))
    (got,) = case.arrived()
    assert (got["To"], got["From"], got["Subject"]) == ("anna@example.org", SENDER, "Grüße 👗")
    assert text_of(got).replace("\r\n", "\n") == "Hallo Änne,\n\nbis bald\n"
    html = got.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<p>Hallo <b>Änne</b></p>"
    assert got["Message-ID"].endswith(f"@{DOMAIN}>")
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Date"].datetime.tzinfo is not None


def test_text_alone_is_no_multipart(case: Case) -> None:
    case.outbox.send(Message("anna@example.org", "Hello", "Hello"))
    assert case.arrived()[0].get_content_type() == "text/plain"


def test_own_headers_go_along_unfolded(case: Case) -> None:
    url = "https://clozette.test/u/" + "t" * 300
    headers = {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Message-ID": "<7@x>",
    }
    case.outbox.send(Message("anna@example.org", "News", "News", headers=headers))
    (got,) = case.arrived()
    for name, value in headers.items():
        assert got.get_all(name) == [value]


@pytest.mark.parametrize(
    "message",
    [
        Message("anna@example.org\r\nBcc: all@example.org", "Hello", "Hello"),
        Message("anna@example.org, ben@example.org", "Hello", "Hello"),
        Message("Anna <anna@example.org>", "Hello", "Hello"),
        Message("anna", "Hello", "Hello"),
        Message("", "Hello", "Hello"),
        Message("anna@example.org", "Hello\nBcc: all@example.org", "Hello"),
        Message("anna@example.org", "Hello\x00", "Hello"),
        Message("anna@example.org", "Hello", "Hello", headers={"X-One": "1\r\nBcc: all@example.org"}),
        Message("anna@example.org", "Hello", "Hello", headers={"X-One\r\nBcc": "all@example.org"}),
        Message("anna@example.org", "Hello", "Hello", headers={"Bcc": "all@example.org"}),
        Message("anna@example.org", "Hello", "Hello", headers={"From": "boss@example.org"}),
    ],
)
def test_injected_headers_are_refused(case: Case, message: Message) -> None:
    with pytest.raises(Undeliverable) as refused:
        case.outbox.send(message)
    assert "example.org" not in str(refused.value)
    assert case.arrived() == []


def test_a_domain_in_any_script_is_reached(case: Case) -> None:
    case.outbox.send(Message("anna@mücke.example", "Hello", "Hello"))
    assert case.arrived()[0]["To"] == "anna@xn--mcke-0ra.example"


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=200))
@settings(max_examples=150, deadline=None)
def test_every_subject_survives_the_wire(subject: str) -> None:
    raw = mail.compose(Message("anna@example.org", subject, "x"), SENDER, DOMAIN).as_bytes()
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    got = message_from_bytes(raw, policy=policy.default)["Subject"]
    assert "".join(got.split()) == "".join(subject.split())


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("450 later", mail.TryLater), ("421 busy", mail.Unavailable), ("550 never", Undeliverable)],
)
def test_a_refusal_is_judged(answer: str, kind: type[Exception]) -> None:
    class Refusing:
        async def handle_RCPT(self, *rest: Any) -> str:  # noqa: N802 - aiosmtpd's name
            return answer

    with _server(Refusing()) as url, pytest.raises(kind) as refused:
        SmtpOutbox(url, SENDER, DOMAIN).send(Message("anna@example.org", "Hello", "Hello"))
    assert "anna" not in str(refused.value)


def test_a_dead_server_is_tried_again_later() -> None:
    outbox = SmtpOutbox(f"smtp://127.0.0.1:{processes.free_port()}", SENDER, DOMAIN)
    with pytest.raises(OSError, match="refused") as failed:
        outbox.send(Message("anna@example.org", "Hello", "Hello"))
    assert not isinstance(failed.value, tasks.GiveUp)


def test_mail_to_another_machine_never_goes_in_the_clear(monkeypatch: pytest.MonkeyPatch, smtp: Sink) -> None:
    monkeypatch.setattr(mail, "_LOOPBACK", frozenset())  # the sink offers no STARTTLS and counts as far away
    with pytest.raises(Undeliverable):
        SmtpOutbox(smtp.url, SENDER, DOMAIN).send(Message("anna@example.org", "Hello", "Hello"))
    assert smtp.messages == []
    SmtpOutbox(f"{smtp.url}?tls=off", SENDER, DOMAIN).send(Message("anna@example.org", "Hello", "Hello"))
    assert len(smtp.messages) == 1


@tasks.task("test.greet")
def greet(*, fails: bool = False) -> None:
    """Send a mail, then maybe fail."""
    mail.outbox().send(Message("anna@example.org", "Hello", "Hello"))
    assert app_outbox.messages == []  # not before the commit
    if fails:
        raise ValueError("on purpose")


app_outbox: MemoryOutbox


@pytest.mark.engines("sqlite")
def test_a_task_sends_after_its_commit_and_a_request_never(app: Flask) -> None:
    global app_outbox
    app_outbox = app.extensions[mail.KEY]
    app_outbox.clear()
    with app.app_context():
        assert mail.outbox() is app_outbox
        tasks.enqueue(greet, fails=True)
        with pytest.raises(ValueError, match="on purpose"):
            tasks.drain(app)
        assert app_outbox.messages == []
        tasks.enqueue(greet)
        tasks.drain(app)
        assert [message.to for message in app_outbox.messages] == ["anna@example.org"]
    with app.test_request_context(), pytest.raises(RuntimeError, match="task"):
        mail.outbox()


@contextmanager
def _server(handler: Any) -> Iterator[str]:
    port = processes.free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
