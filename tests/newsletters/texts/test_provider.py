"""The promise of a provider of texts, kept by the one in memory and by the real client against the sandbox."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from clozette.development import certificates
from clozette.kernel.ports import sms
from clozette.newsletters.texts import answers
from clozette.sandbox.inbox import Inbox
from clozette.sandbox.pages import create_app
from clozette.sandbox.texts import SIGNING_SECRET, tell
from tests.support import processes

HELLO = sms.Text("one", "+6581234567", "Hello €")


class Twin:
    """A way to send, and what arrived by it."""

    def __init__(self, texter: sms.Texter, inbox: Inbox | None = None) -> None:
        self.texter, self._inbox = texter, inbox

    def arrived(self) -> list[tuple[str, str]]:
        if self._inbox is not None:
            return [(one.to, one.text) for one in self._inbox.texts()]
        assert isinstance(self.texter, sms.MemoryTexter)
        return [(one.to, one.text) for one in self.texter.texts]


@pytest.fixture(params=["memory", "sandbox"])
def twin(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Twin]:
    """Give each way to send in turn."""
    if request.param == "memory":
        yield Twin(sms.MemoryTexter())
        return
    inbox, port = Inbox(tmp_path), processes.free_port()
    files = certificates.ensure(tmp_path / "certs")
    server = make_server(
        "localhost", port, create_app(inbox), threaded=True, ssl_context=(str(files.certificate), str(files.key))
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    url = f"https://me:secret@localhost:{port}/sms.json"
    yield Twin(sms.HttpTexter(url, "Clozette", "https://localhost/webhooks/texts", authority=files.authority), inbox)
    server.shutdown()
    thread.join(10)


def test_a_text_arrives_once(twin: Twin) -> None:
    ref = twin.texter.send(HELLO)
    assert ref and twin.texter.send(HELLO) == ref
    assert twin.arrived() == [("+6581234567", "Hello €")]


@pytest.mark.parametrize(
    "text",
    [
        sms.Text("one", "81234567", "Hello"),
        sms.Text("one", "+6581234567\r\n", "Hello"),
        sms.Text("one", "+6581234567", " "),
        sms.Text("one", "+6581234567", "x" * 1601),
        sms.Text("one two", "+6581234567", "Hello"),
    ],
    ids=range(5),
)
def test_no_provider_sees_what_is_no_text(twin: Twin, text: sms.Text) -> None:
    with pytest.raises(sms.Refused):
        twin.texter.send(text)
    assert not twin.arrived()


class _Stub(BaseHTTPRequestHandler):
    """Answers as it is told to, and remembers what it was asked."""

    status, body, asked = 200, b"{}", []

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.headers["Authorization"], said))
        if self.status == 0:
            self.connection.close()
            return
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def stub() -> Iterator[tuple[type[_Stub], sms.HttpTexter]]:
    """Give a provider on this machine that does as it is told."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Stub)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    _Stub.asked.clear()
    _Stub.status, _Stub.body = 200, b"{}"
    yield _Stub, sms.HttpTexter(f"http://me:s%3Acret@127.0.0.1:{server.server_port}/v1", "Clozette", "https://x.test/w")
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (202, b'{"ref": "abc"}', None),
        (200, b"not json", None),
        (302, b"", sms.TryLater),
        (401, b"", sms.TryLater),
        (429, b"", sms.TryLater),
        (503, b"", sms.TryLater),
        (422, b'{"error": "number"}', sms.Refused),
        (400, b'{"error": "+6581234567 is not a number"}', sms.Refused),
        (500, b"", sms.NoAnswer),
        (504, b"", sms.NoAnswer),
        (0, b"", sms.NoAnswer),
    ],
)
def test_what_an_answer_means(
    stub: tuple[type[_Stub], sms.HttpTexter], status: int, body: bytes, error: type[Exception] | None
) -> None:
    server, texter = stub
    server.status, server.body = status, body
    if error is None:
        assert texter.send(HELLO) == ("abc" if b"abc" in body else "")
    else:
        with pytest.raises(error) as raised:
            texter.send(HELLO)
        assert "8123" not in str(raised.value) + repr(vars(raised.value)), "an error names nobody"
    ((authorization, said),) = server.asked
    assert authorization == "Basic bWU6czpjcmV0"
    assert said == {
        "id": "one",
        "to": "+6581234567",
        "text": "Hello €",
        "from": "Clozette",
        "answers": "https://x.test/w",
    }


def test_a_provider_that_is_not_there_took_nothing() -> None:
    texter = sms.HttpTexter(f"http://127.0.0.1:{processes.free_port()}/v1", "Clozette", "https://x.test/w")
    with pytest.raises(sms.TryLater):
        texter.send(HELLO)


@pytest.mark.requirement(13)
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    inbox, port = Inbox(tmp_path), processes.free_port()
    files = certificates.ensure(tmp_path / "certs")
    tls = (str(files.certificate), str(files.key))
    server = make_server("localhost", port, create_app(inbox), threaded=True, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    with pytest.raises(sms.TryLater):
        sms.HttpTexter(f"https://localhost:{port}/sms.json", "Clozette", "https://x.test/w").send(HELLO)
    server.shutdown()
    thread.join(10)
    assert not list(inbox.texts())


@pytest.mark.requirement(13)
@pytest.mark.parametrize("url", ["http://provider.test/v1", "ftp://provider.test", "provider.test"])
def test_texts_go_out_by_https_alone(url: str) -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        sms.HttpTexter(url, "Clozette", "https://x.test/w")


@pytest.mark.requirement(68)
def test_the_sandbox_answers_as_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, told = Inbox(tmp_path), []
    monkeypatch.setattr("clozette.sandbox.texts._post", lambda *said: told.append(said))
    client = create_app(inbox).test_client()
    given = {"id": "a", "to": "+6581234567", "text": "Hello", "answers": "https://localhost:1/webhooks/texts"}
    assert client.post("/sms.json", json=given).get_json() == {"ref": "sandbox-a"}
    (text,) = inbox.texts()
    page = client.get("/sms").text
    assert f'action="/sms/{text.id}/answer"' in page and 'value="STOP"' in page
    assert client.post(f"/sms/{text.id}/answer", data={"text": "STOP"}).status_code == 303
    ((address, body, headers),) = told
    assert address == "https://localhost:1/webhooks/texts"
    said = answers.read(body)
    assert (said["from"], said["text"]) == ("+6581234567", "STOP")
    assert headers["X-Texts-Signature"].startswith("t=")


def test_what_the_sandbox_signs_the_site_believes(stopped_clock: object) -> None:
    from datetime import UTC, datetime

    told: list[tuple[str, bytes, dict[str, str]]] = []
    tell("https://localhost/", {"kind": "answer"}, lambda *said: told.append(said))
    ((_, body, headers),) = told
    now = datetime.now(UTC)
    assert answers.is_signed(SIGNING_SECRET, headers["X-Texts-Signature"], body, now)
    assert not answers.is_signed(SIGNING_SECRET, headers["X-Texts-Signature"], body + b" ", now)
    assert not answers.is_signed(SIGNING_SECRET, "t=1", body, now)


def test_the_sandbox_takes_an_answer_to_this_machine_alone(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    client = create_app(inbox).test_client()
    inbox.keep_text("+6581234567", "Hello", name="a", answers="https://elsewhere.test/")
    (text,) = inbox.texts()
    assert client.post(f"/sms/{text.id}/answer", data={"text": "STOP"}).status_code == 422
    assert client.post("/sms/1/answer", data={"text": "STOP"}).status_code == 404
    assert client.post("/sms.json", json=["x"]).status_code == 422
