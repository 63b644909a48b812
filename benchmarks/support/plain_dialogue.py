"""The bare loop that sending is measured against: one finished letter over and over, by the plain dialogue of RFC 5321.

Each connection sends ``MAIL``, ``RCPT``, ``DATA`` and the letter, and waits for the answer to each before it goes on.
No pipelining, no database, no rendering: nothing but sockets and one poll for all of them.
"""

import json
import select
import socket
import sys
import time
from pathlib import Path


def rate(port: int, letter: Path, connections: int, seconds: float) -> float:
    """Letters a second that a server on this machine accepts; `letter` is a JSON list of sender, recipient and text."""
    steps = _steps(*json.loads(letter.read_text()))
    poll = select.epoll()
    sockets = {one.fileno(): one for one in (_greeted(port) for _ in range(connections))}
    at = dict.fromkeys(sockets, 0)
    for number, one in sockets.items():
        poll.register(number, select.EPOLLIN)
        one.sendall(steps[0][0])
    accepted, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for number, _ in poll.poll(1.0):
            one, step = sockets[number], at[number]
            answer = one.recv(512)
            if not (answer.startswith(steps[step][1]) and answer.endswith(b"\r\n")):
                raise ConnectionError(answer)
            step = at[number] = (step + 1) % len(steps)
            accepted += step == 0
            one.sendall(steps[step][0])
    took = time.perf_counter() - started
    for one in sockets.values():
        one.close()
    return accepted / took


def _steps(sender: str, recipient: str, data: str) -> list[tuple[bytes, bytes]]:
    """What is sent, and how the answer to it starts."""
    lines = data.replace("\r\n.", "\r\n..").encode("ascii")
    return [
        (f"MAIL FROM:<{sender}>\r\n".encode(), b"250"),
        (f"RCPT TO:<{recipient}>\r\n".encode(), b"250"),
        (b"DATA\r\n", b"354"),
        (lines + b".\r\n", b"250"),
    ]


def _greeted(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port))
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    one.recv(512)
    one.sendall(b"EHLO bench.test\r\n")
    answer = b""
    while not answer.rpartition(b"\r\n250 ")[1]:
        answer += one.recv(512)
    return one


if __name__ == "__main__":
    print(rate(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
