"""The sandbox: what the site sends to anybody can be read, and does nothing to its reader."""

import contextlib
import json
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from clozette import cli
from clozette.development import certificates
from clozette.kernel.ports.mail import Message, SmtpOutbox
from clozette.sandbox.inbox import Inbox
from clozette.sandbox.pages import create_app
from clozette.sandbox.server import Sandbox
from tests.support import processes


def _send(inbox: Inbox, subject: str, text: str, html: str = "") -> None:
    mail = f"From: a@x.test\r\nTo: anna@x.test\r\nSubject: {subject}\r\nContent-Type: text/html\r\n\r\n{html}"
    if not html:
        mail = f"From: a@x.test\r\nTo: anna@x.test\r\nSubject: {subject}\r\n\r\n{text}"
    inbox.keep_mail(["anna@x.test"], mail.encode())


def _wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        time.sleep(0.1)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[int, int, certificates.Certificates]]:
    """Give the ports of a running sandbox, and its certificates."""
    files = certificates.ensure(tmp_path / "certs")
    pages, smtp = processes.free_port(), processes.free_port()
    tls = (str(files.certificate), str(files.key))
    sandbox = Sandbox(tmp_path, pages_port=pages, smtp_port=smtp, tls=tls)
    thread = threading.Thread(target=sandbox.serve)
    thread.start()
    _wait_for(smtp)
    yield pages, smtp, files
    sandbox.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_a_mail_goes_in_by_smtp_and_comes_out_over_tls(running: tuple[int, int, certificates.Certificates]) -> None:
    pages, smtp, files = running
    outbox = SmtpOutbox(f"smtp://127.0.0.1:{smtp}", "Clozette <hello@clozette.test>", "clozette.test")
    outbox.send(
        Message(
            "anna@example.org",
            "Grüße",
            "See https://localhost/confirm/abc?x=1.\n",
            '<a href="https://localhost/?a=1&amp;b=2">x</a>',
        )
    )
    context = ssl.create_default_context(cafile=files.authority)
    with urllib.request.urlopen(f"https://localhost:{pages}/mail.json", context=context) as answer:
        (mail,) = json.load(answer)
    assert (mail["to"], mail["subject"]) == (["anna@example.org"], "Grüße")
    assert mail["links"] == ["https://localhost/confirm/abc?x=1", "https://localhost/?a=1&b=2"]
    assert mail["text"] == "See https://localhost/confirm/abc?x=1.\n"


def test_newest_first_and_by_recipient(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    client = create_app(inbox).test_client()
    for number in range(3):
        _send(inbox, f"Mail {number}", "Hello")
    assert [mail["subject"] for mail in client.get("/mail.json").json] == ["Mail 2", "Mail 1", "Mail 0"]
    assert client.get("/mail.json?to=ben@x.test").json == []
    page = client.get("/mail").text
    assert page.index("Mail 2") < page.index("Mail 0")


def test_a_hostile_mail_stays_text(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    client = create_app(inbox).test_client()
    _send(inbox, "<script>alert(1)</script>", '<b onclick=x> https://x.test/"><script>')
    (mail,) = inbox.mails()
    for page in (client.get("/mail").text, client.get(f"/mail/{mail.id}").text):
        assert "<script>" not in page
        assert "<b onclick" not in page
    _send(inbox, "HTML", "", "<script>alert(1)</script><p>Hello</p>")
    newest = next(inbox.mails())
    answer = client.get(f"/mail/{newest.id}/html")
    assert "<p>Hello</p>" in answer.text
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert client.get(f"/mail/{newest.id}").headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/mail/1", "/mail/../x", "/mail/1/html", "/mail/x.new"])
def test_nothing_else_is_served(tmp_path: Path, path: str) -> None:
    assert create_app(Inbox(tmp_path)).test_client().get(path).status_code == 404


def test_text_messages(tmp_path: Path) -> None:
    client = create_app(Inbox(tmp_path)).test_client()
    assert client.post("/sms.json", json={"to": "+4912345", "text": "Your code <b>1</b>"}).status_code == 202
    assert client.get("/sms.json").json[0]["to"] == "+4912345"
    assert "Your code &lt;b&gt;1" in client.get("/sms").text


def test_a_foreign_host_name_gets_nothing(tmp_path: Path) -> None:
    client = create_app(Inbox(tmp_path)).test_client()
    assert client.get("/mail.json", headers={"Host": "evil.example"}).status_code == 400


def test_production_refuses_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "ENV": "production",
        "SECRET_KEYS": "x" * 40,
        "BASE_URL": "https://clozette.example",
        "SMTP_URL": "smtps://mail.clozette.example",
        "CONTROLLER_NAME": "Clozette Pte Ltd",
        "CONTROLLER_ADDRESS": "1 High Street, Singapore",
    }.items():
        monkeypatch.setenv(f"CLOZETTE_{name}", value)
    done = CliRunner().invoke(cli.commands, ["sandbox", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "for development" in done.output
