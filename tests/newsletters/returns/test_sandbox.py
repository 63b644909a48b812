"""The sandbox answers mails as a mailbox would, and the site understands it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import tasks
from clozette.kernel.ports import inbound_mail
from clozette.newsletters.returns import receiver
from clozette.newsletters.returns.reading import MOST_BYTES
from clozette.sandbox.inbox import Inbox
from clozette.sandbox.pages import create_app
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import DOMAIN, Sent
from tests.support import processes

Make = Callable[..., Sent]


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    free = processes.free_port()
    server = inbound_mail.Server(inbound_mail.Place("127.0.0.1", free, DOMAIN, MOST_BYTES), receiver.Taker(app, DOMAIN))
    server.start()
    yield free
    server.stop()


@pytest.mark.parametrize(
    ("kind", "state", "reasons"),
    [("dead", "bounced", {"bounced"}), ("full", "confirmed", set()), ("spam", "complained", {"complained"})],
)
def test_a_press_in_the_sandbox_comes_back(
    app: Flask, db_session: orm.Session, sent: Make, port: int, tmp_path: Path, kind: str, state: str, reasons: set[str]
) -> None:
    mail, inbox = sent(), Inbox(tmp_path)
    text = samples.original(mail.contact.address, mail.message_id).encode() + b"\r\n\r\nHello\r\n"
    inbox.keep_mail([mail.contact.address], text, mail.path)
    db_session.commit()
    (kept,) = inbox.mails()
    pages = create_app(inbox)
    pages.config["INBOUND_PORT"] = port
    client = pages.test_client()
    assert 'value="spam"' in client.get(f"/mail/{kept.id}").text
    assert client.post(f"/mail/{kept.id}/answer", data={"kind": kind}).status_code == 303
    tasks.drain(app)
    db_session.expire_all()
    assert mail.subscription.state == state and mail.reasons == reasons
    assert bool(mail.sending.bounced_at) == (kind != "spam")


def test_what_can_not_be_answered(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.keep_mail(["ada@example.test"], b"Subject: x\r\n\r\nHello\r\n")
    (kept,) = inbox.mails()
    client = create_app(inbox).test_client()
    assert "answer" not in client.get(f"/mail/{kept.id}").text
    assert client.post(f"/mail/{kept.id}/answer", data={"kind": "dead"}).status_code == 422
    assert client.post("/mail/none/answer").status_code == 404
