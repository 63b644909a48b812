"""Text messages to the person themself: a message, and what takes it to a provider.

The provider speaks the JSON of ``docs/text-messages.md``: one POST for a message, with an id of ours that it takes once.
Numbers and words never stand in an error or a log.
"""

import http.client
import json
import re
import ssl
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app, has_request_context

from clozette.kernel import tasks
from clozette.settings import Settings

KEY = "clozette.texts"
TIMEOUT = 20.0
ANSWERS = "/webhooks/texts"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_LATER = frozenset({408, 425, 429, 503})
_MOST_ANSWERED = 64 * 1024


@dataclass(frozen=True)
class Text:
    """One text message.

    :ivar id: ours, the same at every try: whoever gets it twice sends it once.
    """

    id: str
    to: str
    text: str


class Refused(tasks.GiveUp):
    """The provider won't take this message, now or later; ``why`` is a short word."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the text was refused: {why}")
        self.why = why


class TryLater(Exception):
    """The provider took nothing, and may later."""


class NoAnswer(Exception):
    """The message was handed over, and nobody said what became of it."""


class Texter(Protocol):
    """What takes a text message away."""

    def send(self, text: Text) -> str:
        """Hand ``text`` over and return the provider's name for it.

        :raises Refused, TryLater, NoAnswer: if it was not taken, or nobody knows.
        """


class MemoryTexter:
    """Keeps what is sent; for tests and for a site without a provider. ``fail`` may be set to what a try should raise."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.fail: Exception | None = None

    def send(self, text: Text) -> str:
        """Keep a proper text, once."""
        check(text)
        if self.fail is not None:
            raise self.fail
        if text.id not in {one.id for one in self.texts}:
            self.texts.append(text)
        return f"memory-{text.id}"[:64]

    def clear(self) -> None:
        """Forget everything."""
        self.texts.clear()
        self.fail = None


class HttpTexter:
    """A provider, by HTTPS; in the clear only to this machine.

    :param url: where to POST; its user and password are what we say who we are by.
    :param sender: the sender's registered name or number.
    :param answers: where the provider sends what people answer.
    :param authority: a certificate authority to trust besides the world's, for a provider on this machine.
    """

    def __init__(self, url: str, sender: str, answers: str, *, authority: Path | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._path = parts.hostname or "", parts.port, parts.path or "/"
        self._is_clear = parts.scheme == "http"
        if parts.scheme not in {"https", "http"} or (self._is_clear and self._host not in _LOOPBACK):
            raise ValueError("text messages go out by HTTPS alone")
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        self._authorization = f"Basic {b64encode(pair.encode()).decode()}"
        self._sender, self._answers, self._authority = sender, answers, authority

    def send(self, text: Text) -> str:
        """POST it over a connection of its own; a redirect is not followed."""
        check(text)
        said = {"id": text.id, "to": text.to, "text": text.text, "from": self._sender, "answers": self._answers}
        connection = self._connected()
        try:
            connection.request("POST", self._path, json.dumps(said).encode(), self._headers())
            answer = connection.getresponse()
            status, body = answer.status, answer.read(_MOST_ANSWERED)
        except (OSError, http.client.HTTPException):
            raise NoAnswer("no answer from the provider of texts") from None
        finally:
            connection.close()
        return _judged(status, body)

    def _connected(self) -> http.client.HTTPConnection:
        """Open the connection: as long as that fails nothing was handed over."""
        connection: http.client.HTTPConnection
        if self._is_clear:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        else:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self._authority is not None:
                context.load_verify_locations(self._authority)
            connection = http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=context)
        try:
            connection.connect()
        except OSError:
            raise TryLater("the provider of texts can't be reached") from None
        return connection

    def _headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", "Authorization": self._authorization}


def check(text: Text) -> None:
    """Refuse what no provider should see.

    :raises Refused: for anything but an E.164 number, words, and an id.
    """
    if not _E164.fullmatch(text.to):
        raise Refused("number")
    if not text.text.strip() or len(text.text) > 1600 or not _WORD.fullmatch(text.id):
        raise Refused("message")


def texter() -> Texter:
    """Return the application's way to send texts. In a task, what is sent leaves after the commit; a request may not."""
    if has_request_context():
        raise RuntimeError("a request sends no text: it asks for a task that does")
    found: Texter = current_app.extensions[KEY]
    return _AfterCommit(found) if tasks.is_task() else found


def init_app(app: Flask) -> None:
    """Choose the way of ``app`` by its settings."""
    settings: Settings = app.extensions["clozette.settings"]
    app.extensions[KEY] = made = make_texter(settings)
    if isinstance(made, MemoryTexter):
        app.extensions.setdefault("clozette.test_resets", []).append(made.clear)


def make_texter(settings: Settings) -> MemoryTexter | HttpTexter:
    """Make what the settings ask for."""
    if not settings.sms_url:
        return MemoryTexter()
    authority = settings.var / "certs" / "ca.pem"
    trusted = authority if not settings.is_production and authority.exists() else None
    return HttpTexter(settings.sms_url, settings.sms_sender, settings.base_url + ANSWERS, authority=trusted)


class _AfterCommit:
    """The way to send as a running task sees it."""

    def __init__(self, real: Texter) -> None:
        self._real = real

    def send(self, text: Text) -> str:
        tasks.after_commit(lambda: self._real.send(text))
        return ""


def _judged(status: int, body: bytes) -> str:
    said = _read(body)
    if 200 <= status < 300:
        return _word(said.get("ref"))
    if status in _LATER or 300 <= status < 400 or status in {401, 403}:  # our own doors are wrong, not the message
        raise TryLater(f"the provider of texts answered {status}")
    if 400 <= status < 500:
        raise Refused(_word(said.get("error")) or str(status))
    raise NoAnswer(f"the provider of texts answered {status}")


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _word(said: object) -> str:
    """Return a short word as it stands; anything longer might hold a number or a name."""
    return said if isinstance(said, str) and _WORD.fullmatch(said) and not said.isdigit() else ""
