"""Requests over many connections at once by one thread: each connection sends its next request when the last is answered."""

import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

PATIENCE = 120.0
"""After how many seconds without any answer the rest is given up."""


@dataclass(frozen=True)
class Answer:
    """What came for one request; status 0 if nothing came."""

    status: int
    seconds: float


@dataclass
class Talk:
    """One connection with what it still has to send."""

    requests: Sequence[bytes]
    answers: list[Answer] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    unsent: bytes = b""
    since: float = 0.0
    line: socket.socket | None = None

    @property
    def is_done(self) -> bool:
        """Whether everything was sent and answered."""
        return len(self.answers) == len(self.requests)


def post(path: str, host: str, values: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
    """Return one form as bytes."""
    body = urlencode(values).encode()
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Accept: text/html", "User-Agent: benchmark"]
    lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def send(port: int, queues: Sequence[Sequence[bytes]]) -> tuple[float, list[Talk]]:
    """Open a connection for each queue, all at once, and let each send what is in it; return how many seconds it took."""
    talks = [Talk(queue) for queue in queues]
    started = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for talk in talks:
            _open(talk, port, selector)
        last = time.perf_counter()
        while selector.get_map() and time.perf_counter() - last < PATIENCE:
            for key, _events in selector.select(1.0):
                if _step(key.data, selector):
                    last = time.perf_counter()
        for key in list(selector.get_map().values()):
            _end(key.data, selector)
    return time.perf_counter() - started, talks


def _open(talk: Talk, port: int, selector: selectors.BaseSelector) -> None:
    talk.line = socket.socket()
    talk.line.setblocking(False)
    talk.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    talk.line.connect_ex(("127.0.0.1", port))
    talk.unsent, talk.since = talk.requests[0], time.perf_counter()
    selector.register(talk.line, selectors.EVENT_WRITE, talk)


def _step(talk: Talk, selector: selectors.BaseSelector) -> bool:
    """Write or read what can be; say whether an answer became whole."""
    assert talk.line is not None
    try:
        if talk.unsent:
            talk.unsent = talk.unsent[talk.line.send(talk.unsent) :]
            if not talk.unsent:
                selector.modify(talk.line, selectors.EVENT_READ, talk)
            return False
        part = talk.line.recv(262_144)
        if not part:
            raise ConnectionError
    except BlockingIOError:
        return False
    except OSError:
        _end(talk, selector)
        return False
    talk.received += part
    return _take(talk, selector)


def _take(talk: Talk, selector: selectors.BaseSelector) -> bool:
    status = _whole(talk.received)
    if status is None:
        return False
    assert talk.line is not None
    now = time.perf_counter()
    talk.answers.append(Answer(status, now - talk.since))
    talk.received.clear()
    if talk.is_done:
        _end(talk, selector)
    else:
        talk.unsent, talk.since = talk.requests[len(talk.answers)], now
        selector.modify(talk.line, selectors.EVENT_WRITE, talk)
    return True


def _whole(received: bytearray) -> int | None:
    """Return the status of an answer that is there as a whole."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(received[:end]).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
    return int(head.split(b" ", 2)[1]) if len(received) >= end + 4 + length else None


def _end(talk: Talk, selector: selectors.BaseSelector) -> None:
    """Close a connection; what was not answered counts as lost."""
    assert talk.line is not None
    selector.unregister(talk.line)
    talk.line.close()
    waited = time.perf_counter() - talk.since
    talk.answers += [Answer(0, waited)] * (len(talk.requests) - len(talk.answers))
