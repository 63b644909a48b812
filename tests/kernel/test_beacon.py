"""The port: the same promises from the twin in memory and from what asks servers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from clozette.kernel.ports.beacon import Beacon, HttpBeacon, MemoryBeacon, Round, read

CHAIN = "ab" * 32
RIGHT = Round(7, "aa" * 32, "bb" * 48)
ANSWERS: dict[str, tuple[int, bytes]] = {
    f"/good/{CHAIN}/public/7": (
        200,
        json.dumps({"round": 7, "randomness": "aa" * 32, "signature": "bb" * 48}).encode(),
    ),
    f"/false/{CHAIN}/public/7": (
        200,
        json.dumps({"round": 7, "randomness": "aa" * 32, "signature": "cc" * 48}).encode(),
    ),
    f"/other/{CHAIN}/public/7": (
        200,
        json.dumps({"round": 6, "randomness": "aa" * 32, "signature": "bb" * 48}).encode(),
    ),
    f"/early/{CHAIN}/public/7": (425, b'{"error": "EOF"}'),
    f"/odd/{CHAIN}/public/7": (200, b"<p>Sorry</p>"),
    f"/moved/{CHAIN}/public/7": (302, b""),
}


class Mirror(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS.get(self.path, (404, b""))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"/good/{CHAIN}/public/7")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture(scope="module")
def mirrors() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Mirror)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["memory", "http"])
def there(request: pytest.FixtureRequest, mirrors: str) -> Beacon:
    if request.param == "memory":
        return MemoryBeacon({(CHAIN, 7): RIGHT, (CHAIN, 9): RIGHT})
    return HttpBeacon((f"{mirrors}/good",))


def is_right(found: Round) -> bool:
    return found == RIGHT


def test_a_round_that_holds_is_given(there: Beacon) -> None:
    assert there.round(CHAIN, 7, is_right) == RIGHT


@pytest.mark.parametrize(("chain", "number"), [(CHAIN, 8), (CHAIN, 9), ("cd" * 32, 7)])
def test_a_round_that_nobody_has_is_none(there: Beacon, chain: str, number: int) -> None:
    assert there.round(chain, number, lambda _: True) is None


def test_a_round_that_does_not_hold_is_none(there: Beacon) -> None:
    assert there.round(CHAIN, 7, lambda _: False) is None


@pytest.mark.parametrize("name", ["false", "other", "early", "odd", "moved", "gone"])
def test_the_next_server_is_asked(mirrors: str, name: str) -> None:
    assert HttpBeacon((f"{mirrors}/{name}", f"{mirrors}/good/")).round(CHAIN, 7, is_right) == RIGHT
    assert HttpBeacon((f"{mirrors}/{name}",)).round(CHAIN, 7, is_right) is None


def test_a_server_that_is_not_there_is_passed_over(mirrors: str) -> None:
    assert HttpBeacon(("http://127.0.0.1:9", f"{mirrors}/good")).round(CHAIN, 7, is_right) == RIGHT


def test_rounds_are_asked_for_by_https_alone() -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        HttpBeacon(("http://api.drand.sh",))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"[" * 3000,
        b'{"round": true, "randomness": "aa", "signature": "bb"}',
        b'{"round": -1, "randomness": "aa", "signature": "bb"}',
        b'{"round": 1, "randomness": "AA", "signature": "bb"}',
        b'{"round": 1, "randomness": "a", "signature": "bb"}',
        b'{"round": 1, "randomness": ["aa"], "signature": "bb"}',
        b'{"round": 1, "signature": "bb"}',
    ],
)
def test_what_is_no_round_is_none(text: bytes) -> None:
    assert read(text) is None
