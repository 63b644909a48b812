"""What a request keeps for itself in ``flask.g``, without the proxy that Flask puts before each of its names.

A page asks for a few hundred of them, and each way through the proxy takes longer than the answer.
"""

from collections.abc import Callable
from typing import Any

from flask import g

_find: Callable[[], Any] = g._get_current_object


def kept() -> dict[str, Any]:
    """Return the names and values of ``g``, to read and to write; outside of a context nothing, and nothing stays."""
    try:
        found: dict[str, Any] = _find().__dict__
    except RuntimeError:
        return {}
    return found
