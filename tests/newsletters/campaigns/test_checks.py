"""What is found before a campaign goes: spam, length, links."""

import contextlib
import http.server
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest
import trustme
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import ids, tasks
from clozette.kernel.ports import links
from clozette.newsletters.campaigns import checks
from clozette.newsletters.sending import preflight
from clozette.newsletters.subscriptions.models import Newsletter
from tests.factories.accounts import make_member
from tests.factories.looks import make_look
from tests.factories.newsletters import make_campaign
from tests.support.client import Client


def levels(campaign) -> dict[str, str]:
    return {one.what: one.level for one in checks.findings(campaign)}


def text(markdown: str) -> list[dict[str, str]]:
    return [{"kind": "text", "markdown": markdown}]


def test_a_sound_campaign_has_no_finding_of_writing(newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "red" not in levels(make_campaign(newsletter)).values()
    monkeypatch.setattr(preflight, "check", lambda campaign: [])
    assert levels(make_campaign(newsletter)) == {}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"subject_line": "BUY EVERYTHING TODAY"}, "capital letters"),
        ({"subject_line": "Come!!!"}, "in a row"),
        ({"subject_line": "Re: your order"}, "pretends"),
        ({"subject_line": "x" * 80}, "is long"),
        ({"blocks": text("Act now, it is 100% free")}, "filters know"),
        ({"blocks": text("See https://bit.ly/x or [this](https://bit.ly/x)")}, "hides where"),
    ],
)
def test_what_looks_like_spam_is_said_and_stops_nothing(newsletter: Newsletter, columns: dict, words: str) -> None:
    found = levels(make_campaign(newsletter, **columns))
    assert [level for what, level in found.items() if words in what] == ["amber"]
    assert "red" not in found.values()


def test_what_a_mailbox_cuts_off_stops(client: Client, editor, newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign = make_campaign(newsletter, blocks=[text("word " * 1900)[0]] * 12)
    assert any(level == "red" and "cuts it off" in what for what, level in levels(campaign).items())
    assert client.post(f"/marketing/campaigns/{ids.encode(campaign.id)}/start").status_code == 409
    db_session.expire_all()
    assert campaign.state == "draft"


def test_links_are_tried(
    app: Flask, client: Client, editor, newsletter: Newsletter, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, hidden = make_look(make_member("olivia")), make_look(make_member("hanna"), visibility="members")
    known = {"https://good.example/": links.OK, "https://gone.example/": links.GONE}
    port = links.MemoryLinks(known)
    monkeypatch.setitem(app.extensions, links.KEY, port)
    shown = [f"/looks/{ids.encode(one.id)}" for one in (look, hidden)]
    wanted = [*known, "https://slow.example/", "/discover", "/nothing/here", *shown]
    campaign = make_campaign(newsletter, blocks=text(" ".join(f"[x]({one})" for one in wanted)))
    path = f"/marketing/campaigns/{ids.encode(campaign.id)}"
    assert client.post(f"{path}/links").status_code == 303
    tasks.drain(app)
    db_session.expire_all()
    own = "https://localhost"
    assert campaign.checked_links == {
        "https://good.example/": "ok",
        "https://gone.example/": "gone",
        "https://slow.example/": "unreachable",
        f"{own}/discover": "ok",
        f"{own}/nothing/here": "gone",
        f"{own}{shown[0]}": "ok",
        f"{own}{shown[1]}": "gone",
    }
    assert port.asked == ["https://good.example/", "https://gone.example/", "https://slow.example/"]
    page = client.get(f"{path}/schedule").text
    assert "There is no page at https://gone.example/" in page
    assert client.post(f"{path}/start").status_code == 409


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "2002:0a00:0001::", "64:ff9b::a00:1", "::", "ff02::1",
     "::7f00:1", "64:ff9b:1::a00:1", "::ffff:0:7f00:1", "fec0::1"],
)  # fmt: skip
def test_nothing_inside_the_house_is_asked(inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not links.is_public(ipaddress.ip_address(inside))
    both = [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", (inside, 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **options: both)
    monkeypatch.setattr("socket.create_connection", lambda *args: pytest.fail("it was asked"))
    assert links.PublicLinks().ask("https://harmless.example/") == links.REFUSED


def test_what_is_public_may_be_asked() -> None:
    assert links.is_public(ipaddress.ip_address("93.184.215.14"))
    assert links.is_public(ipaddress.ip_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"))


@pytest.mark.parametrize(
    "address",
    ["http://plain.example/", "https://a:b@x.example/", "https://x.example:22/", "file:///etc/passwd", "https://"],
)
def test_only_plain_https_is_asked(address: str) -> None:
    assert links.PublicLinks().ask(address) == links.REFUSED


class _Site(http.server.BaseHTTPRequestHandler):
    """Answers by its path."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *args) -> None:
        pass

    def _answer(self) -> None:
        port = self.server.server_address[1]
        if self.path == "/no-head" and self.command == "HEAD":
            self.send_response(405)
        elif self.path in ("/away", "/inside", "/round", "/odd"):
            self.send_response(302)
            where = {"/away": "/good", "/inside": "https://10.0.0.1/", "/round": "/round", "/odd": "https://[bad"}[
                self.path
            ]
            self.send_header("Location", where if where.startswith("https") else f"https://localhost:{port}{where}")
        else:
            self.send_response({"/gone": 404, "/broken": 500}.get(self.path, 200))
        self.end_headers()


@pytest.fixture(scope="module")
def there() -> Iterator[tuple[str, links.PublicLinks]]:
    authority = trustme.CA()
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(serving)
    authority.configure_trust(asking)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    port = server.server_address[1]
    may = lambda address: address.is_loopback  # noqa: E731
    yield f"https://localhost:{port}", links.PublicLinks(port=port, context=asking, may=may)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/good", links.OK),
        ("/no-head", links.OK),
        ("/away", links.OK),
        ("/gone", links.GONE),
        ("/broken", links.ODD),
        ("/inside", links.REFUSED),
        ("/round", links.ODD),
        ("/odd", links.ODD),
    ],
)
def test_a_real_server_is_asked(there, path: str, word: str) -> None:
    base, port = there
    assert port.ask(base + path) == word


@pytest.fixture
def dripping() -> Iterator[links.PublicLinks]:
    """Ask a server that sends a letter of its answer every hundredth of a second, and never the last."""
    authority = trustme.CA()
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(serving)
    authority.configure_trust(asking)
    listening, done = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError), serving.wrap_socket(listening.accept()[0], server_side=True) as there:
            there.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not done.wait(0.01):
                there.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    port = listening.getsockname()[1]
    yield links.PublicLinks(port=port, context=asking, may=lambda address: address.is_loopback, at_most=0.3)
    done.set()
    listening.close()
    thread.join(5)


@pytest.mark.timeout(20)
def test_a_server_that_drips_is_left(dripping: links.PublicLinks) -> None:
    began = time.monotonic()
    assert dripping.ask(f"https://localhost:{dripping._port}/") == links.UNREACHABLE
    assert 0.3 <= time.monotonic() - began < 3


def test_a_server_that_does_not_prove_its_name_is_not_believed(there) -> None:
    base, _trusting = there
    wary = links.PublicLinks(port=int(base.rpartition(":")[2]), may=lambda address: True)
    assert wary.ask(f"{base}/good") == links.UNREACHABLE
