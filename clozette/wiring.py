"""The one page that knows every room: blueprints, event handlers, personal data, schedules."""

from flask import Flask


def connect(app: Flask) -> None:
    """Plug every room into ``app``."""
