"""How Stripe's own client reaches the network, and what its errors mean.

TLS 1.2 at least, always verified; short waits; no redirect is followed, no cookie kept, no proxy of the environment asked;
nothing is repeated by itself: whoever asks again does so with the same key.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from ssl import TLSVersion
from typing import Any

import requests
import stripe
from requests.adapters import HTTPAdapter
from urllib3.util import create_urllib3_context

from clozette.kernel.ports.payments import Declined, Later

CONNECT, READ = 5.0, 10.0
_WORD = re.compile(r"[a-z0-9_.]{1,60}")
_WORDS = {"resource_missing": "missing", "not_found": "missing", "charge_already_refunded": "refunded"}


def client(key: str, base: str, authority: Path | None) -> stripe.StripeClient:
    """Return Stripe's client for one key.

    :param base: where the API is, if it is not Stripe's own; ``authority`` vouches for that place.
    """
    logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it logs what it sends
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key,
        http_client=stripe.RequestsClient(timeout=(CONNECT, READ), session=_session(authority)),
        max_network_retries=0,
        base_addresses={"api": base, "files": base} if base else {},
    )


@contextmanager
def judged() -> Iterator[None]:
    """Turn the client's errors into ours; what it can't read is no answer."""
    try:
        yield
    except stripe.StripeError as error:
        raise _verdict(error) from None  # its text may name people
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Later("odd") from None


def _verdict(error: stripe.StripeError) -> Later | Declined:
    status = error.http_status or 0
    if status < 400 or status >= 500 or status in {409, 429}:
        return Later(str(status) if status else "unreachable")
    if status == 401:
        return Later("key")
    if isinstance(error, stripe.IdempotencyError):
        return Declined("key")
    if status in {403, 404}:
        return Declined("forbidden" if status == 403 else "missing")
    word = str(error.code or getattr(error, "param", None) or "invalid")
    return Declined(_WORDS.get(word, word) if _WORD.fullmatch(word) else "invalid")


def _session(authority: Path | None) -> requests.Session:
    session = _Straight()
    session.trust_env = False  # a .netrc or a proxy of the environment must not see our key
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", _Adapter(authority))
    session.mount("http://", _Nowhere())
    return session


class _Straight(requests.Session):
    """Goes where it was sent and no further."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Lead nowhere: a POST that is redirected becomes a GET that seems to succeed."""


class _Adapter(HTTPAdapter):
    def __init__(self, authority: Path | None) -> None:
        self._authority = str(authority) if authority else None
        super().__init__(pool_maxsize=16)

    def init_poolmanager(self, *given: Any, **options: Any) -> None:
        context = create_urllib3_context(ssl_minimum_version=TLSVersion.TLSv1_2)
        super().init_poolmanager(*given, ssl_context=context, **options)

    def send(self, request: requests.PreparedRequest, *given: Any, **options: Any) -> requests.Response:
        """Verify by our authority if there is one; the client itself knows but one list for all of its clients."""
        return super().send(request, *given, **options | {"verify": self._authority or options.get("verify") or True})


class _Nowhere(HTTPAdapter):
    def send(self, request: requests.PreparedRequest, *given: Any, **options: Any) -> requests.Response:
        """Refuse: payments go by TLS alone."""
        raise requests.exceptions.SSLError("payments go by TLS alone")
