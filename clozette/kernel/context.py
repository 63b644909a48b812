"""What a request keeps for itself in ``flask.g``, its application and itself, without Flask's proxies before each name.

A page asks for a few hundred of them, and each way through the proxy takes longer than the answer.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, current_app, g, request

_find: Callable[[], Any] = g._get_current_object
app: Callable[[], Flask] = current_app._get_current_object  # type: ignore[attr-defined]
asked: Callable[[], Request] = request._get_current_object  # type: ignore[attr-defined]


def kept() -> dict[str, Any]:
    """Return the names and values of ``g``, to read and to write; outside of a context nothing, and nothing stays."""
    try:
        found: dict[str, Any] = _find().__dict__
    except RuntimeError:
        return {}
    return found
