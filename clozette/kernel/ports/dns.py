"""What domains publish: records asked of a resolver, all of them together within a few seconds.

Nothing raises: a server that fails or is silent is an answer too (``UNKNOWN``), for nobody may be stopped by somebody
else's server. Ask with no transaction open.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask

from clozette.settings import Settings

KEY = "clozette.dns"
PATIENCE = 4.0
EACH = 1.5
"""How long all questions of one look may take together, and how long one server is waited for."""
MOST_HOPS = 8


@dataclass(frozen=True)
class Answer:
    """What a name publishes of a kind; ``is_known`` is false where no answer came in time, or none that holds.

    :ivar values: the records as text, sorted: a TXT record's strings joined, an MX record as ``10 mail.example.com``;
        names in lower case, without the dot at their end.
    """

    values: tuple[str, ...] = ()
    is_known: bool = True


UNKNOWN = Answer(is_known=False)
Ask = Callable[[str, str], Answer]


class Dns(Protocol):
    """What answers."""

    def look(self, seconds: float = PATIENCE) -> Ask:
        """Begin a look that may take so many seconds: ``ask(name, kind)``, from any thread; nothing is asked twice.

        ``kind`` is ``A``, ``AAAA``, ``MX``, ``PTR`` or ``TXT``.
        """


class MemoryDns:
    """Knows the records beforehand; for tests. ``CNAME`` records are followed, and ``silent`` names never answer."""

    def __init__(self, records: Mapping[tuple[str, str], tuple[str, ...]] | None = None) -> None:
        self.records = dict(records or {})
        self.silent: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    def look(self, seconds: float = PATIENCE) -> Ask:
        """Begin a look."""
        return _remembered(self._ask)

    def _ask(self, name: str, kind: str) -> Answer:
        self.asked.append((name, kind))
        for _hop in range(MOST_HOPS):
            if name in self.silent:
                return UNKNOWN
            found = self.records.get((name, kind))
            if found is not None:
                return Answer(tuple(sorted(found)))
            (name,) = self.records.get((name, "CNAME"), ("",))
            if not name:
                return Answer()
        return UNKNOWN


class ServerDns:
    """Asks a resolver, first by UDP, and by TCP what does not fit.

    :param servers: addresses and ports of resolvers; the system's own where there are none.
    """

    def __init__(self, servers: tuple[tuple[str, int], ...] = ()) -> None:
        self._servers = servers

    def look(self, seconds: float = PATIENCE) -> Ask:
        """Begin a look."""
        until = time.monotonic() + seconds
        return _remembered(lambda name, kind: self._ask(name, kind, until))

    def _ask(self, name: str, kind: str, until: float) -> Answer:
        import dns.exception
        import dns.name
        import dns.resolver

        left = until - time.monotonic()
        if left <= 0:
            return UNKNOWN
        try:
            whole = dns.name.from_text(name.rstrip(".") + ".")
            found = self._resolver().resolve(whole, kind, lifetime=left, search=False)
            return Answer(tuple(sorted(_text(record, kind) for record in found)))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return Answer()
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, dns.name.BadEscape):
            return Answer()  # no name at all
        except (dns.exception.DNSException, OSError, ValueError):  # also: the system's own list of resolvers is none
            return UNKNOWN

    def _resolver(self) -> Any:
        import dns.nameserver
        import dns.resolver

        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in self._servers]
        resolver.timeout = EACH
        resolver.use_edns(0, 0, 1232)
        return resolver


def dns_of(app: Flask) -> Dns:
    """Return what answers for ``app``."""
    found: Dns = app.extensions[KEY]
    return found


def init_app(app: Flask) -> None:
    """Choose it: tests ask nobody, unless they say whom."""
    settings: Settings = app.extensions["clozette.settings"]
    servers = settings.resolvers
    app.extensions[KEY] = MemoryDns() if settings.env == "test" and not servers else ServerDns(servers)


def _remembered(ask: Ask) -> Ask:
    kept: dict[tuple[str, str], Answer] = {}
    lock = threading.Lock()

    def once(name: str, kind: str) -> Answer:
        key = (name.rstrip(".").lower(), kind)
        with lock:
            found = kept.get(key)
        if found is None:
            found = ask(*key)
            with lock:
                kept[key] = found
        return found

    return once


def _text(record: Any, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("ascii", "replace")
    if kind == "MX":
        return f"{record.preference} {_name(record.exchange)}"
    return _name(record.target) if kind == "PTR" else str(record.address)


def _name(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True)).lower()
