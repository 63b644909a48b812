"""Nothing leaves the machine: a connection to anywhere but this machine, or to a mail server's port, fails the test.

The attempt is refused where it happens, and remembered, so that code which swallows the error fails its test all the same.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MAIL_PORTS = frozenset({25, 465, 587})
LOCAL_NAMES = frozenset({"localhost", "ip6-localhost", ""})

attempts: list[str] = []


class LeftTheMachine(OSError):
    """A test tried to reach the outside world."""


def is_local(address: Any) -> bool:
    """Whether a socket address stays on this machine and can't be a real mail server's."""
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host, port = address[0], address[1]
    return _is_loopback(host) and port not in MAIL_PORTS


def _is_loopback(host: Any) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def standing() -> Iterator[None]:
    """Guard every socket of this process."""
    originals = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
    lookup = socket.getaddrinfo
    for name, original in originals.items():
        setattr(socket.socket, name, _guarded(original))
    socket.getaddrinfo = _guarded_lookup(lookup)
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(socket.socket, name, original)
        socket.getaddrinfo = lookup


def _guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: socket.socket, *arguments: Any) -> Any:
        address = arguments[-1]
        if self.family != socket.AF_UNIX and not is_local(address):
            _refuse(f"{original.__name__} {address!r}")
        return original(self, *arguments)

    return call


def _guarded_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(host: Any, *arguments: Any, **options: Any) -> Any:
        if not _is_loopback(host):
            _refuse(f"look-up of {host!r}")
        return original(host, *arguments, **options)

    return call


def _refuse(what: str) -> None:
    attempts.append(what)
    raise LeftTheMachine(f"a test tried to leave the machine: {what}")
