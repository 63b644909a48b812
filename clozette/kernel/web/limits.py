"""Limits: how often one address, one member or one account may try something, counted over all processes.

A room declares its limits where it is imported, and counts a try where it happens::

    limits.declare("sign-in", "10 per 5 minutes; 25 per hour")
    limits.check("sign-in", limits.address_key())   # counts; 429 with Retry-After when it was one too many
    limits.forget("sign-in", limits.address_key())  # a success may wipe the slate

A declared limit is a moving window: in no five minutes are there more than ten. Counts live in Redis where there is one,
in ``var/limits.*`` otherwise and whenever Redis does not answer. Where not even that can be written, a declared limit
fails closed (503), because it guards passwords; the general limit on requests lets the site be read. Keys are keyed
hashes, so that neither store holds an address or a name.
"""

import hashlib
import ipaddress
import math
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

import structlog
from flask import Flask, abort, request
from limits import RateLimitItem, parse, parse_many
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from clozette.kernel import clock, context
from clozette.kernel.web import gate
from clozette.kernel.web.limits_store import FileStorage
from clozette.settings import Settings

log = structlog.get_logger()
T = TypeVar("T")

REDIS_PATIENCE = 0.3  # seconds to wait for Redis
REDIS_PAUSE = 5.0  # seconds to leave it alone after it failed
_EXTENSION = "clozette.limits"
# Files that any cache may keep; a page asks for dozens of them. And leaving a newsletter: a mail provider's few machines
# say it for millions of people (RFC 8058). And mails and texts that a service hands over, by its secret. And the news
# of the payment service.
UNCOUNTED = frozenset(
    {
        *("static", "assets.static_file", "media.public", "media.private"),
        *("leaving.leave", "returned_mail.take", "text_answers.hear", "shop_payments.hear"),
    }
)

DECLARED: dict[str, list[RateLimitItem]] = {}
"""Every declared limit by name; a test drives each to 429 and back."""


class Limits:
    """One application's counters: Redis while it answers, the file otherwise."""

    def __init__(self, settings: Settings) -> None:
        self.secret = hashlib.sha256(settings.secret_keys[0].encode()).digest()
        self.per_address = parse(settings.address_limit)
        self.per_member = parse(settings.member_limit)
        self.file = FileStorage(f"{FileStorage.STORAGE_SCHEME[0]}://{settings.var / 'limits'}")
        self.redis = _redis(settings.redis_url) if settings.redis_url else None
        self._redis_rests_until = 0.0

    def count(self, work: Callable[[Storage], T]) -> T:
        """Do ``work`` on the store that answers.

        :raises StorageError: if none does.
        """
        if self.redis is not None and time.monotonic() >= self._redis_rests_until:
            try:
                return work(self.redis)
            except StorageError as error:
                self._redis_rests_until = time.monotonic() + REDIS_PAUSE
                log.warning("limits_without_redis", kind=type(error.storage_error).__name__)
        return work(self.file)

    def count_request(self, item: RateLimitItem, blind: str) -> float | None:
        """Count in a fixed window; return when it ends if that was one too many. Every request comes here twice.

        :raises StorageError: or OSError, if no store can be written.
        """
        expiry = item.get_expiry()
        if self.redis is None:
            count, ends = self.file.windows.count(blind, expiry, 1, clock.now().timestamp())
            return ends if count > item.amount else None
        if self.count(lambda store: store.incr(blind, expiry)) <= item.amount:
            return None
        return self.count(lambda store: store.get_expiry(blind))

    def blind(self, name: str, key: str) -> str:
        """Return what stands for a key in the store."""
        return _blind(self.secret, name, key)

    def reset(self) -> None:
        """Forget every count; for tests."""
        self.count(lambda store: store.reset())
        self.file.reset()


def declare(name: str, limit: str) -> None:
    """Name a limit, such as ``"10 per 5 minutes; 25 per hour"``."""
    if name in DECLARED:
        raise ValueError(f"two limits are named {name}")
    DECLARED[name] = parse_many(limit)


def check(name: str, key: str) -> None:
    """Count one try by ``key`` (an address, an account) and answer 429 if that is one too many."""
    blind = _limits().blind(name, key)
    for item in DECLARED[name]:
        if not _ask("hit", item, blind):
            _refuse(name, _ask("get_window_stats", item, blind).reset_time)


def forget(name: str, key: str) -> None:
    """Wipe the tries of ``key``, as after a success."""
    blind = _limits().blind(name, key)
    for item in DECLARED[name]:
        _ask("clear", item, blind)


def address_key() -> str:
    """Return the client's address as a limit counts it: an IPv6 network (/64) is one household."""
    return _network(context.asked().remote_addr or "local")


def init_app(app: Flask) -> None:
    """Count every request of ``app``, by address and by member."""
    settings: Settings = app.extensions["clozette.settings"]
    app.extensions[_EXTENSION] = Limits(settings)
    app.before_request(_count_request)


def _limits() -> Limits:
    found: Limits = context.app().extensions[_EXTENSION]
    return found


def _count_request() -> None:
    if context.asked().endpoint in UNCOUNTED:
        return
    limits = _limits()
    _count_one(limits, "request", limits.per_address, address_key())
    member_id = gate.viewer().member_id
    if member_id is not None:
        _count_one(limits, "member", limits.per_member, str(member_id))


def _count_one(limits: Limits, name: str, item: RateLimitItem, key: str) -> None:
    try:
        refused_until = limits.count_request(item, limits.blind(name, key))
    except (StorageError, OSError) as error:
        log.error("limits_unwritable", kind=type(getattr(error, "storage_error", error)).__name__)
        return
    if refused_until is not None:
        _refuse(name, refused_until)


@lru_cache(maxsize=4096)
def _blind(secret: bytes, name: str, key: str) -> str:
    return hashlib.blake2b(f"{name}\0{key}".encode(), key=secret, digest_size=16).hexdigest()


def _ask(verb: str, item: RateLimitItem, blind: str) -> Any:
    """Ask the moving window of a declared limit; where it can't be asked, the answer is no (503)."""
    try:
        return _limits().count(lambda store: getattr(MovingWindowRateLimiter(store), verb)(item, blind))
    except StorageError as error:
        log.error("limits_unwritable", kind=type(error.storage_error).__name__)
        abort(503)


def _refuse(name: str, until: float) -> NoReturn:
    log.info("limited", limit=name, endpoint=request.endpoint)
    wait = math.ceil(until - clock.now().timestamp())
    raise TooManyRequests(retry_after=max(wait, 1))


def _redis(url: str) -> Storage:
    scheme, rest = url.split("://", 1)
    address = f"redis+unix://{rest}" if scheme == "unix" else url
    patience = {"socket_timeout": REDIS_PATIENCE, "socket_connect_timeout": REDIS_PATIENCE}
    storage = storage_from_string(address, wrap_exceptions=True, **patience)
    assert isinstance(storage, Storage)
    return storage


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))
    return str(ip)
