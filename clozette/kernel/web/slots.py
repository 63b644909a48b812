"""Named slots: a page of a lower room leaves a place, and the wiring page says which upper rooms' parts fill it.

{% for part in slot("profile.actions") %}{% include part %}{% endfor %}
"""

from flask import Flask

_KEY = "clozette.slots"


def fill(app: Flask, name: str, template: str) -> None:
    """Put a template into the slot ``name``, after those that are there."""
    app.extensions.setdefault(_KEY, {}).setdefault(name, []).append(template)


def init_app(app: Flask) -> None:
    """Give templates ``slot(name)``: the templates that fill it, in the order in which they were wired."""
    app.jinja_env.globals["slot"] = lambda name: app.extensions.get(_KEY, {}).get(name, [])
