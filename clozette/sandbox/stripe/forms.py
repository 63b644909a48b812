"""What Stripe's client sends: nested values, written flat as ``a[b][0][c]=value``."""

import re
from collections.abc import Iterable
from typing import Any

_PART = re.compile(r"\[([^\[\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return them as dictionaries and lists."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        head, _, _ = name.partition("[")
        path = [head, *_PART.findall(name)]
        inside = made
        for part in path[:-1]:
            inside = inside.setdefault(part, {})
        inside[path[-1]] = value
    return {name: _listed(value) for name, value in made.items()}


def is_true(value: Any) -> bool:
    """Whether a yes was sent."""
    return value in (True, "true")


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inside = {name: _listed(one) for name, one in value.items()}
    if inside and all(name.isdecimal() for name in inside):
        return [inside[name] for name in sorted(inside, key=int)]
    return inside
