"""Mail to many: what is promised holds for real connections and for their twin in memory."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from clozette.kernel.ports import bulk_mail
from clozette.kernel.ports.bulk_mail import Done, Letter, MemoryPost, Outcome, Pool, SmtpPost
from tests.support import processes


@dataclass
class Server:
    """A mail server that answers as it is told, by recipient."""

    port: int
    got: list[tuple[str, str, bytes]] = field(default_factory=list)
    at_rcpt: dict[str, str] = field(default_factory=dict)
    at_end: dict[str, str] = field(default_factory=dict)
    peers: set[Any] = field(default_factory=set)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.at_rcpt:
            return self.at_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        (recipient,) = envelope.rcpt_tos
        self.peers.add(session.peer)
        if recipient in self.at_end:
            return self.at_end[recipient]
        self.got.append((envelope.mail_from, recipient, envelope.original_content))
        return "250 2.0.0 OK"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(processes.free_port())
    controller = Controller(made, hostname="127.0.0.1", port=made.port, decode_data=False)
    controller.start()
    yield made
    controller.stop()


@dataclass
class Case:
    pool: Pool
    got: Callable[[], list[tuple[str, str, bytes]]]
    answers: Callable[[str, Outcome], None]


@pytest.fixture(params=["memory", "smtp"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "memory":
        post, said = MemoryPost(), dict[str, Outcome]()
        post.answer = lambda letter: said.get(letter.recipient, Outcome(250, "2.0.0"))
        yield Case(post.pool(4), lambda: [(o.sender, o.recipient, o.data) for o in post.letters], said.__setitem__)
        return
    server: Server = request.getfixturevalue("server")

    def answer(recipient: str, outcome: Outcome) -> None:
        place = server.at_rcpt if outcome.stage == "rcpt" else server.at_end
        place[recipient] = f"{outcome.code} {outcome.status} says {recipient}"

    pool = SmtpPost(f"smtp://127.0.0.1:{server.port}", "news@clozette.test", "clozette.test").pool(4)
    yield Case(pool, lambda: server.got, answer)
    pool.close()


def _letter(number: int, data: bytes = b"Subject: x\r\n\r\nhello\r\n") -> Letter:
    return Letter(f"bounce+{number}@news.test", f"r{number}@example.test", data)


def _send(pool: Pool, letters: list[Letter]) -> dict[int, Outcome]:
    waiting, done = list(enumerate(letters)), dict[int, Outcome]()
    for _ in range(1000):
        for key, letter in [waiting.pop(0) for _ in range(min(pool.ready(4), len(waiting)))]:
            pool.submit(key, letter)
        done.update(pool.collect(1.0))
        if not waiting and not pool.busy():
            break
    return done


def test_every_letter_arrives_once_and_whole(case: Case) -> None:
    data = b"Subject: dots\r\n\r\n.\r\n..two\r\n.one\r\nend\r\n"
    letters = [_letter(number, data + b"%d\r\n" % number) for number in range(50)]
    done = _send(case.pool, letters)
    assert all(outcome.is_accepted for outcome in done.values()) and sorted(done) == list(range(50))
    assert sorted(case.got()) == sorted((one.sender, one.recipient, one.data) for one in letters)


def test_a_letter_that_begins_with_a_dot(case: Case) -> None:
    _send(case.pool, [_letter(1, b".odd: yes\r\n\r\nx\r\n")])
    assert case.got()[0][2] == b".odd: yes\r\n\r\nx\r\n"


def test_a_refusal_is_told_and_stops_nobody_else(case: Case) -> None:
    said = {1: Outcome(550, "5.1.1", "rcpt"), 2: Outcome(452, "4.2.2", "rcpt"), 3: Outcome(554, "5.7.1", "end")}
    for number, outcome in said.items():
        case.answers(f"r{number}@example.test", outcome)
    done = _send(case.pool, [_letter(number) for number in range(12)])
    assert {key: outcome for key, outcome in done.items() if not outcome.is_accepted} == said
    assert len(case.got()) == 9


def test_never_more_than_there_are_connections(case: Case) -> None:
    assert case.pool.ready(100) == 4
    case.pool.submit(1, _letter(1))
    assert case.pool.ready(100) == 3 and case.pool.busy() == {1}
    assert [key for key, _ in _collect(case.pool)] == [1]
    assert case.pool.busy() == set() and case.pool.ready(100) == 4


def _collect(pool: Pool) -> Done:
    for _ in range(20):
        if done := pool.collect(1.0):
            return done
    return []


@pytest.fixture
def script() -> Iterator[Callable[..., int]]:
    """Give ``script(*lines)``: the port of a server that speaks one line for each thing it reads, then hangs up."""
    listeners: list[socket.socket] = []

    def start(*lines: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=_play, args=(listener, lines), daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for one in listeners:
        one.close()


def _play(listener: socket.socket, lines: tuple[bytes, ...]) -> None:
    connection, _ = listener.accept()
    connection.settimeout(1)
    with closing(connection), suppress(TimeoutError):
        for line in lines:
            connection.sendall(line)
            if not connection.recv(65536):
                return


HELLO = (b"220 here\r\n", b"250-here\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n")


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ((b"250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n",), Outcome(0, "", "end")),
        ((), Outcome(0, "", "mail")),
        ((b"250 2.1.0 ok\r\n",), Outcome(0, "", "rcpt")),
        ((b"250 ok\r\n550 5.1.1 no\r\n354 go on\r\n", b"554 5.5.1 nobody\r\n"), Outcome(550, "5.1.1", "rcpt")),
        ((b"250 ok\r\n421 4.3.2 closing\r\n",), Outcome(421, "4.3.2", "rcpt")),
        ((b"250 ok\r\n250 ok\r\n354 go\r\n", b"250-2.0.0 long\r\n250 2.0.0 answer\r\n"), Outcome(250, "2.0.0", "end")),
    ],
)
@pytest.mark.requirement(40)
def test_a_server_that_dies_leaves_no_doubt_but_where_there_is(
    script: Callable[..., int], lines: tuple[bytes, ...], outcome: Outcome
) -> None:
    port = script(*HELLO, *lines)
    pool = SmtpPost(f"smtp://127.0.0.1:{port}", "news@clozette.test", "clozette.test").pool(1)
    assert pool.ready(1) == 1
    pool.submit(7, _letter(7))
    assert _collect(pool) == [(7, outcome)]
    pool.close()


def test_nobody_there_is_no_letter_lost() -> None:
    pool = SmtpPost(f"smtp://127.0.0.1:{processes.free_port()}", "news@clozette.test", "clozette.test").pool(3)
    assert pool.ready(3) == 0 and pool.ready(3) == 0


def test_a_server_without_pipelining_is_asked_one_thing_at_a_time(script: Callable[..., int]) -> None:
    port = script(b"220 here\r\n", b"250 here\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 2.0.0 ok\r\n")
    pool = SmtpPost(f"smtp://127.0.0.1:{port}", "news@clozette.test", "clozette.test").pool(1)
    assert pool.ready(1) == 1
    pool.submit(7, _letter(7))
    assert _collect(pool) == [(7, Outcome(250, "2.0.0", "end"))]


def test_a_free_connection_that_the_server_closes_is_free_no_more(
    script: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = script(*HELLO, b"250 ok\r\n250 ok\r\n354 go\r\n", b"250 2.0.0 ok\r\n")
    pool = SmtpPost(f"smtp://127.0.0.1:{port}", "news@clozette.test", "clozette.test").pool(1)
    assert pool.ready(1) == 1
    pool.submit(7, _letter(7))
    assert _collect(pool) == [(7, Outcome(250, "2.0.0", "end"))]
    monkeypatch.setattr(pool, "_connect", _nobody_there)
    until = time.monotonic() + 10  # the script hangs up a second after the last word
    while pool.ready(1) and time.monotonic() < until:
        time.sleep(0.05)
    assert pool.ready(1) == 0 and pool.collect(0) == []


def _nobody_there() -> Any:
    raise ConnectionRefusedError


def test_a_connection_that_carried_enough_is_closed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_mail, "LETTERS_PER_CONNECTION", 2)
    pool = SmtpPost(f"smtp://127.0.0.1:{server.port}", "news@clozette.test", "clozette.test").pool(2)
    done = _send(pool, [_letter(number) for number in range(9)])
    pool.close()
    assert len(done) == 9 and all(outcome.is_accepted for outcome in done.values())
    assert len(server.peers) == 5
