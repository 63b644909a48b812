"""Mail to many: connections that stay open, a letter at a time on each, and what became of every one.

The caller hands over at most as many letters as there are free connections and collects what became of them; so it can
write down first what it is about to hand over, and never has more in doubt than connections open.
"""

import contextlib
import re
import select
import smtplib
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from flask import Flask

from clozette.kernel.ports.mail import SmtpOutbox
from clozette.settings import Settings

KEY = "clozette.bulk_mail"
PATIENCE = 120.0
LETTERS_PER_CONNECTION = 2000
_LOOK_EVERY = 1.0
RETRY_CONNECTING = (1.0, 30.0)
Stage = Literal["connect", "mail", "rcpt", "data", "end"]
_STATUS = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?= |$)")


@dataclass(frozen=True)
class Letter:
    """One finished mail: the envelope's two addresses, and the bytes with CRLF at the end of every line."""

    sender: str
    recipient: str
    data: bytes


@dataclass(frozen=True)
class Outcome:
    """What became of a letter.

    :ivar code: the server's answer; 0 where none came.
    :ivar status: the enhanced status (RFC 3463), where the server said one; never its text, which may hold an address.
    :ivar stage: what the answer was to; ``end`` is the end of the letter itself, before that nothing was handed over.
    """

    code: int
    status: str = ""
    stage: Stage = "end"

    @property
    def is_accepted(self) -> bool:
        """Whether the server has taken the letter over."""
        return self.stage == "end" and 200 <= self.code < 300

    @property
    def is_unknown(self) -> bool:
        """Whether the server may have it, or not: it was all sent, and no answer came."""
        return self.stage == "end" and self.code == 0


Done = list[tuple[int, Outcome]]


class Pool(Protocol):
    """Some connections to the server."""

    def ready(self, wanted: int) -> int:
        """Return how many letters can be handed over now, at most ``wanted``; connections are opened for them."""

    def submit(self, key: int, letter: Letter) -> None:
        """Hand a letter over under a key of the caller's; at most as many as ``ready`` said."""

    def collect(self, wait: float) -> Done:
        """Return what became of letters, waiting up to so many seconds for the first; nothing is returned twice."""

    def busy(self) -> set[int]:
        """Return the keys of the letters that are on their way."""

    def close(self) -> None:
        """Say goodbye; nothing may be on its way."""


class MemoryPool:
    """Answers by a function, at once; for tests and for a site without a mail server."""

    def __init__(self, size: int, answer: Callable[[Letter], Outcome], kept: list[Letter]) -> None:
        self._size, self._answer, self._kept = size, answer, kept
        self._done: Done = []

    def ready(self, wanted: int) -> int:
        """All that is not waiting to be collected is free."""
        return min(wanted, self._size - len(self._done))

    def submit(self, key: int, letter: Letter) -> None:
        """Keep the letter if the answer is yes."""
        assert len(self._done) < self._size, "more letters than connections"
        outcome = self._answer(letter)
        if outcome.is_accepted:
            self._kept.append(letter)
        self._done.append((key, outcome))

    def collect(self, wait: float) -> Done:
        """Return everything."""
        done, self._done = self._done, []
        return done

    def busy(self) -> set[int]:
        """Whatever was not collected."""
        return {key for key, _ in self._done}

    def close(self) -> None:
        """Nothing to do."""


class MemoryPost:
    """Keeps the letters; ``answer`` may be replaced by what a server should say."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answer: Callable[[Letter], Outcome] = _yes

    def pool(self, size: int) -> MemoryPool:
        """Open connections, so to speak."""
        return MemoryPool(size, self._ask, self.letters)

    def clear(self) -> None:
        """Forget everything."""
        self.letters.clear()
        self.answer = _yes

    def _ask(self, letter: Letter) -> Outcome:
        return self.answer(letter)


def _yes(letter: Letter) -> Outcome:
    return Outcome(250, "2.0.0")


class SmtpPost:
    """A mail server, spoken to by the rules of ``mail.SmtpOutbox``: the same address, TLS and sign-in."""

    def __init__(self, url: str, sender: str, domain: str) -> None:
        self._outbox = SmtpOutbox(url, sender, domain)

    def pool(self, size: int) -> "SmtpPool":
        """Return connections that are opened when they are needed."""
        return SmtpPool(size, self._connect)

    def _connect(self) -> "_Line":
        stack = ExitStack()
        return _Line(stack.enter_context(self._outbox.connected()), stack)


class SmtpPool:
    """Real connections, each with one letter on its way at most."""

    def __init__(self, size: int, connect: "Callable[[], _Line]") -> None:
        self._size, self._connect = size, connect
        self._free: list[_Line] = []
        self._busy: dict[int, _Line] = {}
        self._open: dict[int, tuple[int, _Line]] = {}
        self._poll = select.poll()
        self._done: Done = []
        self._failures, self._not_before, self._look_at = 0, 0.0, 0.0

    def ready(self, wanted: int) -> int:
        """Open what is missing; after a failure only later and later again."""
        self._hear_free(self._poll.poll(0))
        room = min(wanted, self._size - len(self._busy))
        while len(self._free) < room and time.monotonic() >= self._not_before:
            try:
                self._add(self._connect())
                self._failures = 0
            except (OSError, smtplib.SMTPException):
                shortest, longest = RETRY_CONNECTING
                self._not_before = time.monotonic() + min(shortest * 2**self._failures, longest)
                self._failures = min(self._failures + 1, 10)
        return min(room, len(self._free))

    def submit(self, key: int, letter: Letter) -> None:
        """Begin on a free connection."""
        line = self._free.pop()
        self._open[line.number] = (key, line)
        line.begin(letter)
        self._keep(key, line)

    def collect(self, wait: float) -> Done:
        """Read what came; what is overdue counts as lost."""
        if self._busy and not self._done:
            self._read(wait)
        if (now := time.monotonic()) >= self._look_at:
            self._lose_overdue(now)
            self._look_at = now + _LOOK_EVERY
        done, self._done = self._done, []
        return done

    def busy(self) -> set[int]:
        """Return the letters on their way, and those nobody asked after yet."""
        return {*self._busy, *(key for key, _ in self._done)}

    def close(self) -> None:
        """Quit every connection."""
        for line in [*self._free, *self._busy.values()]:
            self._forget(line)
            line.quit()
        self._free.clear()
        self._busy.clear()

    def _lose_overdue(self, now: float) -> None:
        for key, line in [found for found in self._busy.items() if now > found[1].deadline]:
            line.lose()
            self._keep(key, line)

    def _read(self, wait: float) -> None:
        said = self._poll.poll(wait * 1000)
        self._hear_free(said)
        for number, _ in said:
            if number in self._open:
                key, line = self._open[number]
                line.read()
                self._keep(key, line)

    def _hear_free(self, said: list[tuple[int, int]]) -> None:
        """Close free connections on which the server says something unasked: it is closing."""
        numbers = {number for number, _ in said if number not in self._open}
        for line in [line for line in self._free if line.number in numbers] if numbers else ():
            self._free.remove(line)
            self._forget(line)
            line.quit()

    def _add(self, line: "_Line") -> None:
        self._poll.register(line.number, select.POLLIN)
        self._free.append(line)

    def _forget(self, line: "_Line") -> None:
        """Wait for it no more; before another connection gets its number."""
        self._poll.unregister(line.number)
        self._open.pop(line.number, None)

    def _keep(self, key: int, line: "_Line") -> None:
        """Put a connection where it belongs, after something happened to it."""
        if line.outcome is None:
            self._busy[key] = line
            return
        self._busy.pop(key, None)
        self._done.append((key, line.outcome))
        if line.is_open and not line.is_worn():
            self._open.pop(line.number, None)
            self._free.append(line)
            return
        self._forget(line)
        if line.is_open:
            line.quit()


class _Line:
    """One connection. The envelope goes out in one piece where the server takes it so (PIPELINING), then the letter."""

    def __init__(self, connection: smtplib.SMTP, stack: ExitStack) -> None:
        self._connection, self._stack = connection, stack
        sock = connection.sock
        assert sock is not None
        self._socket: socket.socket = sock
        self._socket.settimeout(PATIENCE)
        self.number = sock.fileno()
        self._pipelines = connection.has_extn("pipelining")
        self._utf8 = connection.has_extn("smtputf8")
        self._buffer = b""
        self._answer = b""
        self._waiting: deque[tuple[Stage, bytes]] = deque()
        self._asked: deque[Stage] = deque()
        self._refused: Outcome | None = None
        self._letter: Letter | None = None
        self._is_dirty = False
        self._carried = 0
        self.is_open = True
        self.outcome: Outcome | None = None
        self.deadline = 0.0

    def is_worn(self) -> bool:
        """Whether it carried enough."""
        return self._carried >= LETTERS_PER_CONNECTION

    def begin(self, letter: Letter) -> None:
        """Send the envelope, or its first line."""
        self._letter, self.outcome, self._refused = letter, None, None
        self._carried += 1
        try:
            envelope = self._envelope(letter)
        except UnicodeEncodeError:
            self.outcome = Outcome(553, "5.6.7", "rcpt")
            return
        self._waiting = deque(envelope)
        self._say_next()

    def read(self) -> None:
        """Read what the server said, and go on with whatever that lets us do."""
        try:
            got = self._socket.recv(65536)
            while isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
                got += self._socket.recv(65536)
        except OSError:
            got = b""
        if not got:
            self.lose()
            return
        *lines, self._buffer = (self._buffer + got).split(b"\r\n")
        for line in lines:
            if self._asked and self.outcome is None and line[3:4] != b"-":
                self._hear(line)

    def lose(self) -> None:
        """Give the connection up; what was wholly sent without an answer is in doubt."""
        stage = self._asked[0] if self._asked else "connect"
        self._end(self._refused or Outcome(0, "", stage))
        self._drop()

    def quit(self) -> None:
        """Say goodbye if there is somebody to hear it."""
        self.is_open = False
        self._socket.settimeout(2)
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._stack.close()

    def _envelope(self, letter: Letter) -> Iterable[tuple[Stage, bytes]]:
        plain = letter.recipient.isascii() and letter.sender.isascii()
        if not plain and not self._utf8:
            raise UnicodeEncodeError("ascii", letter.recipient, 0, 1, "the server takes no such address")
        more = "" if plain else " SMTPUTF8"
        reset = "RSET\r\n" if self._is_dirty else ""
        self._is_dirty = False
        yield from ((("connect", reset.encode()),) if reset else ())
        yield "mail", f"MAIL FROM:<{letter.sender}>{more}\r\n".encode()
        yield "rcpt", f"RCPT TO:<{letter.recipient}>\r\n".encode()
        yield "data", b"DATA\r\n"

    def _say_next(self) -> None:
        """Send all that waits, or its first part where the server wants one at a time."""
        some = [self._waiting.popleft() for _ in range(len(self._waiting) if self._pipelines else 1)]
        self._asked.extend(stage for stage, _ in some)
        self._send(b"".join(words for _, words in some))

    def _send(self, words: bytes) -> None:
        self.deadline = time.monotonic() + PATIENCE
        try:
            self._socket.sendall(words)
        except OSError:  # the last bytes are still here, so nobody can have taken a letter
            self._asked = deque(["connect"])
            self.lose()

    def _hear(self, line: bytes) -> None:
        """Take one answer in."""
        stage = self._asked.popleft()
        code = int(line[:3]) if line[:3].isdigit() else 0
        found = _STATUS.match(line, 4)
        outcome = Outcome(code, found.group().decode() if found else "", stage)
        if code == 421:
            self._end(self._refused or outcome)
            self._drop()
        elif stage == "end":
            self._end(self._refused or outcome)
        elif stage == "data" and code == 354:
            self._send_letter()
        else:
            self._hear_envelope(outcome)

    def _hear_envelope(self, outcome: Outcome) -> None:
        if outcome.code >= 300 or outcome.code == 0:
            self._refused = self._refused or outcome
        if self._asked:
            return
        if self._refused:
            self._is_dirty = True
            self._waiting.clear()
            self._end(self._refused)
        else:
            self._say_next()

    def _send_letter(self) -> None:
        """Send the letter; an empty one where the server asks for it though it refused the envelope."""
        assert self._letter is not None
        self._asked.append("end")
        if self._refused:
            self._is_dirty = True
            self._send(b".\r\n")
            return
        data = self._letter.data.replace(b"\r\n.", b"\r\n..")
        self._send((b"." if data.startswith(b".") else b"") + data + b".\r\n")

    def _end(self, outcome: Outcome) -> None:
        self.outcome, self._letter = outcome, None
        self._asked.clear()

    def _drop(self) -> None:
        self.is_open = False
        self._connection.close()


Post = MemoryPost | SmtpPost


def init_app(app: Flask) -> None:
    """Choose the post of ``app`` by its settings: the newsletters' own server, or the one for all mail."""
    settings: Settings = app.extensions["clozette.settings"]
    url = settings.news_smtp_url or settings.smtp_url
    domain = urlsplit(settings.base_url).hostname or "localhost"
    app.extensions[KEY] = made = SmtpPost(url, settings.news_from, domain) if url else MemoryPost()
    if isinstance(made, MemoryPost):
        app.extensions.setdefault("clozette.test_resets", []).append(made.clear)


def post(app: Flask) -> Post:
    """Return the post of ``app``."""
    found: Post = app.extensions[KEY]
    return found
