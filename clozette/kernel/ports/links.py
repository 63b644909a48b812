"""Whether a public page is there: asked over HTTPS, and never of anything inside the house.

A link that somebody typed may name an address in our own network, or a name that leads there. So the name is looked up
once, every address of it must be public, and the connection goes to that very address; a redirect is looked at anew.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from flask import Flask, current_app

KEY = "clozette.links"
OK, GONE, ODD, UNREACHABLE, REFUSED = "ok", "gone", "odd", "unreachable", "refused"
"""The page is there; is not (404, 410); answers something else; can't be reached; must not be asked."""
PATIENCE = 5.0
"""So long for each step, and so long for the whole answer, redirects and all: some servers send a letter a second."""
AT_MOST = 15.0
MOST_HOPS = 4
_MOST_READ = 1024
_GONE = frozenset({404, 410})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ASK_AGAIN = frozenset({403, 405, 501})
"""What servers answer that know no HEAD."""
_NUMBER = re.compile(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
_ASSIGNED = ipaddress.ip_network("2000::/3")
"""Where all of the open net's own IPv6 addresses are."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Links(Protocol):
    """What asks for pages."""

    def ask(self, address: str) -> str:
        """Return a word for what a page answers."""


class MemoryLinks:
    """Knows the answers beforehand; for tests."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self.known = dict(known or {})
        self.asked: list[str] = []

    def ask(self, address: str) -> str:
        """Answer what is known."""
        self.asked.append(address)
        return self.known.get(address, UNREACHABLE)


class PublicLinks:
    """Asks over the net."""

    def __init__(
        self,
        *,
        port: int = 443,
        context: ssl.SSLContext | None = None,
        may: Callable[[Address], bool] | None = None,
        at_most: float = AT_MOST,
    ) -> None:
        self._port, self._may, self._at_most = port, may or is_public, at_most
        self._context = context or ssl.create_default_context()
        self._context.sslsocket_class = _Hasty

    def ask(self, address: str) -> str:
        """Follow a few redirects, and return a word for what the last page answers."""
        until = time.monotonic() + self._at_most
        for _hop in range(MOST_HOPS):
            answer = self._one(address, until)
            if not isinstance(answer, tuple):
                return answer
            try:
                address = urljoin(address, answer[0])
            except ValueError:
                return ODD
        return ODD

    def answer(self, address: str, headers: Mapping[str, str]) -> bytes | None:
        """Return the beginning of what a page answers with 200; no redirect is followed."""
        try:
            way = self.reach(address)
            if way is None:
                return None
            with closing(way[0]) as connection:
                connection.request("GET", way[1], headers={**headers, "Connection": "close"})
                answer = connection.getresponse()
                return answer.read(_MOST_READ) if answer.status == 200 else None
        except (OSError, ValueError, http.client.HTTPException):
            return None

    def reach(self, address: str) -> tuple[http.client.HTTPSConnection, str] | None:
        """Return a connection to where an address leads, and the path there; nothing if it must not be asked.

        :raises OSError: if the name is not known.
        """
        way = self._way(address)
        if way is None:
            return None
        where, host, path = way
        return _Pinned(where, host, self._port, self._context, time.monotonic() + self._at_most), path

    def _way(self, address: str) -> tuple[str, str, str] | None:
        """Return where to connect, the host's name, and the path; nothing if it must not be asked."""
        parts = urlsplit(address)
        fits = parts.scheme == "https" and parts.hostname and parts.username is None
        if not fits or (parts.port or self._port) != self._port:
            return None
        where = self._address_of(str(parts.hostname))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return None if where is None else (where, str(parts.hostname), path)

    def _one(self, address: str, until: float) -> str | tuple[str]:
        """Return a word, or where a redirect leads (alone in a tuple)."""
        try:
            way = self._way(address)
            if way is None:
                return REFUSED
            status, location = self._status(way[0], way[1], "HEAD", way[2], until)
            if status in _ASK_AGAIN:
                status, location = self._status(way[0], way[1], "GET", way[2], until)
        except (OSError, ValueError, http.client.HTTPException):
            return UNREACHABLE
        if status in _REDIRECTS and location:
            return (location,)
        return OK if status < 400 else GONE if status in _GONE else ODD

    def _address_of(self, host: str) -> str | None:
        """Return where to connect, or nothing if any address of a name is inside the house; a number is not looked up."""
        if _NUMBER.fullmatch(host):
            return host if self._may(ipaddress.ip_address(host)) else None
        found = socket.getaddrinfo(host, self._port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        return addresses[0] if addresses and all(self._may(ipaddress.ip_address(one)) for one in addresses) else None

    def _status(self, where: str, host: str, method: str, path: str, until: float) -> tuple[int, str | None]:
        with closing(_Pinned(where, host, self._port, self._context, until)) as connection:
            connection.request(method, path, headers={"User-Agent": "Clozette link check", "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location")


class _Pinned(http.client.HTTPSConnection):
    """Speaks to a host at an address that was judged before; the name is not looked up again."""

    def __init__(self, where: str, host: str, port: int, context: ssl.SSLContext, until: float) -> None:
        super().__init__(host, port, timeout=PATIENCE, context=context)
        self._where, self._tls, self._until = where, context, until

    def connect(self) -> None:
        """Connect to the address, and let it prove the name."""
        plain = socket.create_connection((self._where, self.port), _left(self._until))
        plain.settimeout(_left(self._until))
        hasty = self._tls.wrap_socket(plain, server_hostname=self.host)
        assert isinstance(hasty, _Hasty)
        hasty.until, self.sock = self._until, hasty


class _Hasty(ssl.SSLSocket):
    """Reads until a moment, however little comes each time."""

    until = 0.0

    def recv_into(self, *args: Any, **options: Any) -> int:
        """Read, as long as there is time."""
        self.settimeout(_left(self.until))
        return super().recv_into(*args, **options)


def _left(until: float) -> float:
    """Return how long the next step may take.

    :raises TimeoutError: if the time is over.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, PATIENCE)


def is_public(address: Address) -> bool:
    """Whether an address is on the open net; one that only wraps another is judged by that."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inside is not None:
            return is_public(inside)
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _ASSIGNED:  # wraps IPv4 some other way, or belongs to a site
            return False
    return address.is_global and not address.is_multicast


def links() -> Links:
    """Return what asks for pages."""
    found: Links = current_app.extensions[KEY]
    return found


def init_app(app: Flask) -> None:
    """Choose it: tests ask nobody."""
    app.extensions[KEY] = MemoryLinks() if app.extensions["clozette.settings"].env == "test" else PublicLinks()
