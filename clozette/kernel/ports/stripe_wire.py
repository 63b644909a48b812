"""How Stripe's own client reaches the network, and what its errors mean.

TLS 1.2 at least, always verified; short waits; no redirect is followed, no cookie kept, no proxy of the environment asked;
nothing is repeated by itself: whoever asks again does so with the same key.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from ssl import CERT_REQUIRED, TLSVersion
from typing import Any

import stripe
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError
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
        http_client=Pool(authority),
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


class Pool(stripe.HTTPClient):
    """Lines to the service that stay open between requests, shared by all threads of a process.

    Stripe's own client by ``requests`` prepares each request anew and reads the authorities' certificates for each line.
    """

    name = "urllib3"

    def __init__(self, authority: Path | None) -> None:
        super().__init__()
        self.context = create_urllib3_context(ssl_minimum_version=TLSVersion.TLSv1_2, cert_reqs=CERT_REQUIRED)
        self.context.load_verify_locations(authority or stripe.ca_bundle_path)
        self.waits = Timeout(connect=CONNECT, read=READ)
        self._lines = PoolManager(maxsize=16, ssl_context=self.context, timeout=self.waits, retries=False)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[Any, int, Mapping[str, str]]:
        """Go where it is sent and no further: a POST that is redirected becomes a GET that seems to succeed."""
        if not url.startswith("https://"):
            raise _unreachable("payments go by TLS alone")
        try:
            answer = self._lines.request(method.upper(), url, body=post_data, headers=headers, redirect=False)
        except HTTPError as error:
            raise _unreachable(type(error).__name__) from None
        return answer.data, answer.status, answer.headers

    def close(self) -> None:
        """Let the lines go."""
        self._lines.clear()


def _unreachable(why: str) -> stripe.APIConnectionError:
    return stripe.APIConnectionError(why)  # type: ignore[no-untyped-call]
