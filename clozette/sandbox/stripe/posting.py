"""Webhooks: signed, in the wrong order, one of them twice; an endpoint that doesn't answer is asked again.

An endpoint gets the kinds of events that it is set up for. Ours are set up as docs/operations.md says.
"""

import hashlib
import hmac
import json
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

SECRET = "whsec_sandbox"  # noqa: S105 - a toy's
PAUSES = (0.0, 1.0, 3.0, 9.0)
ENABLED = (
    *("checkout.session.completed", "checkout.session.async_payment_succeeded"),
    *("checkout.session.async_payment_failed", "checkout.session.expired"),
    *("refund.", "charge.dispute.", "payout.", "v2.core.account"),
)
"""The kinds of events that our endpoints get, or how they begin."""
Send = Callable[[bytes, dict[str, str]], None]


def sign(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    """Return the header that vouches for a webhook."""
    at = int(time.time()) if at is None else at
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def enabled(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those of the events that our endpoints are set up for."""
    return [event for event in events if event["type"].startswith(ENABLED)]


def post_all(send: Send, events: list[dict[str, Any]]) -> None:
    """Send the events of one deed: the last one first, and once more at the end."""
    for event in [*reversed(events), *events[-1:]]:
        body = json.dumps(event).encode()
        send(body, {"Content-Type": "application/json", "Stripe-Signature": sign(body)})


def poster(address: str) -> Callable[[list[dict[str, Any]]], None]:
    """Return what sends events to an address of this machine from a thread of its own; its certificate is our own."""
    context = ssl._create_unverified_context()  # noqa: S323 - a toy that talks to this machine alone

    def send(body: bytes, headers: dict[str, str]) -> None:
        asked = urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310 - ours
        for pause in PAUSES:
            time.sleep(pause)
            try:
                with urllib.request.urlopen(asked, timeout=10, context=context):  # noqa: S310 - ours
                    return
            except (OSError, HTTPException):
                continue

    return lambda events: threading.Thread(target=post_all, args=(send, enabled(events)), daemon=True).start()
