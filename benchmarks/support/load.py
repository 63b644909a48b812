"""A load of GET requests over kept-alive connections, light enough to share a small machine with the server."""

import os
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = int(os.environ.get("CLOZETTE_BENCH_AT_ONCE", "4"))


@dataclass(frozen=True)
class Load:
    """What a load did: seconds of wall clock, and each answer's milliseconds."""

    seconds: float
    milliseconds: list[float]

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.milliseconds) / self.seconds


def request(path: str, host: str, cookie: str = "") -> bytes:
    """Return one GET request as bytes."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: text/html", "User-Agent: benchmark"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return "\r\n".join([*lines, "", ""]).encode()


def send(port: int, requests: Sequence[bytes], number: int, connections: int = CONNECTIONS) -> Load:
    """Send ``number`` requests, taking turns among ``requests``; every answer must be 200."""
    shares = [requests[first::connections] or requests for first in range(connections)]
    taken: list[list[float]] = [[] for _ in range(connections)]
    failures: list[str] = []
    threads = [
        threading.Thread(target=_talk, args=(port, shares[one], number // connections, taken[one], failures))
        for one in range(connections)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    return Load(time.perf_counter() - started, [each for one in taken for each in one])


def _talk(port: int, requests: Sequence[bytes], number: int, taken: list[float], failures: list[str]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for turn in range(number):
            started = time.perf_counter()
            connection.sendall(requests[turn % len(requests)])
            head = _receive(connection)
            taken.append((time.perf_counter() - started) * 1000)
            if not head.startswith(b"HTTP/1.1 200"):
                failures.append(head[:500].decode(errors="replace"))
                return


def _receive(connection: socket.socket) -> bytes:
    """Read one answer and return its head."""
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    head = bytes(received[:end])
    lowered = head.lower()
    start = lowered.index(b"content-length:") + 15
    length = int(lowered[start:].split(b"\r\n", 1)[0])
    missing = length - (len(received) - end - 4)
    while missing > 0:
        missing -= len(_more(connection))
    return head


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(262_144)
    if not part:
        raise ConnectionError("the server closed the connection")
    return part
