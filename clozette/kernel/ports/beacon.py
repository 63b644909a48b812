"""Public randomness: one number after another, each there at its own second, the same for everybody who asks.

``GET <url>/<chain hash>/public/<round>`` answers ``{"round", "randomness", "signature"}``, as drand's mirrors do. An
answer proves itself by its signature, so no mirror has to be believed: whoever asks says what holds.
"""

import http.client
import json
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask, current_app

from clozette.settings import Settings

KEY = "clozette.beacon"
PATIENCE = 5.0
_MOST_ANSWERED = 4096
_HEX = re.compile(r"(?:[0-9a-f]{2}){1,200}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Round:
    """One round as somebody says it was; hex in lower case. Whether it is right only its signature shows."""

    number: int
    randomness: str
    signature: str


Holds = Callable[[Round], bool]


class Beacon(Protocol):
    """What knows the rounds of a chain."""

    def round(self, chain: str, number: int, holds: Holds) -> Round | None:
        """Return a round that ``holds``, of the chain of that hash; nothing if nobody gives one yet. Nothing raises."""


class MemoryBeacon:
    """Knows its rounds beforehand; for tests."""

    def __init__(self, rounds: Mapping[tuple[str, int], Round] | None = None) -> None:
        self.rounds = dict(rounds or {})
        self.asked: list[int] = []

    def round(self, chain: str, number: int, holds: Holds) -> Round | None:
        """Return what is known, if it holds."""
        self.asked.append(number)
        found = self.rounds.get((chain, number))
        return found if found is not None and found.number == number and holds(found) else None

    def clear(self) -> None:
        """Forget everything."""
        self.rounds.clear()
        self.asked.clear()


class HttpBeacon:
    """Asks several servers in turn, by HTTPS; in the clear only this machine.

    :param authority: a certificate authority to trust besides the world's, for a server on this machine.
    """

    def __init__(self, urls: tuple[str, ...], *, authority: Path | None = None, patience: float = PATIENCE) -> None:
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
                raise ValueError("rounds are asked for by HTTPS alone")
        self._urls, self._authority, self._patience = urls, authority, patience

    def round(self, chain: str, number: int, holds: Holds) -> Round | None:
        """Ask each server until one answers with a round that holds."""
        for url in self._urls:
            found = read(self._answer(f"{url.rstrip('/')}/{chain}/public/{number}"))
            if found is not None and found.number == number and holds(found):
                return found
        return None

    def _answer(self, url: str) -> bytes:
        """Return what a server answers; nothing where it has no such round yet, or can't be reached."""
        parts = urlsplit(url)
        try:
            with closing(self._connection(parts.scheme, str(parts.hostname), parts.port)) as connection:
                connection.request("GET", parts.path, headers={"User-Agent": "Clozette draws", "Connection": "close"})
                answer = connection.getresponse()
                return answer.read(_MOST_ANSWERED) if answer.status == 200 else b""
        except (OSError, ValueError, http.client.HTTPException):
            return b""

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._patience)
        context = ssl.create_default_context()
        if self._authority is not None:
            context.load_verify_locations(self._authority)
        return http.client.HTTPSConnection(host, port, timeout=self._patience, context=context)


def read(text: str | bytes) -> Round | None:
    """Read a round as servers answer it; nothing if it is none."""
    try:
        said: dict[str, Any] = json.loads(text)
        number, parts = said["round"], (said["randomness"], said["signature"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    is_one = type(number) is int and 0 < number < 1 << 63
    return (
        Round(number, *parts) if is_one and all(isinstance(one, str) and _HEX.fullmatch(one) for one in parts) else None
    )


def beacon() -> Beacon:
    """Return what the application asks."""
    found: Beacon = current_app.extensions[KEY]
    return found


def init_app(app: Flask) -> None:
    """Choose it: tests ask nobody."""
    settings: Settings = app.extensions["clozette.settings"]
    if settings.env == "test":
        app.extensions[KEY] = made = MemoryBeacon()
        app.extensions.setdefault("clozette.test_resets", []).append(made.clear)
        return
    authority = settings.var / "certs" / "ca.pem"
    trusted = authority if not settings.is_production and authority.exists() else None
    app.extensions[KEY] = HttpBeacon(tuple(settings.drand_urls.split()), authority=trusted)
