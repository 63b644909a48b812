"""Named slots: a page of a lower room leaves a place, and the wiring page says which upper rooms' parts fill it.

{% for part in slot("profile.actions") %}{% include part %}{% endfor %}
"""

from collections.abc import Callable
from typing import Any

from flask import Flask

_KEY, _WHEN = "clozette.slots", "clozette.slots_when"
When = Callable[[Any], bool]


def fill(app: Flask, name: str, template: str, when: When | None = None) -> None:
    """Put a template into the slot ``name``, after those that are there.

    :param when: says of what the page is about whether the template has anything to show there.
    """
    app.extensions.setdefault(_KEY, {}).setdefault(name, []).append(template)
    app.extensions.setdefault(_WHEN, {})[name, template] = when


def needed(app: Flask, name: str, about: Any) -> list[str]:
    """Return the templates that have something to show in a slot, as far as somebody said when they have."""
    asked: dict[tuple[str, str], When | None] = app.extensions.get(_WHEN, {})
    filled = [(template, asked[name, template]) for template in app.extensions.get(_KEY, {}).get(name, [])]
    return [template for template, when in filled if when is None or when(about)]


def init_app(app: Flask) -> None:
    """Give templates ``slot(name)``: the templates that fill it, in the order in which they were wired."""
    app.jinja_env.globals["slot"] = lambda name: app.extensions.get(_KEY, {}).get(name, [])
