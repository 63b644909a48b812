"""Events: how a lower room tells higher ones what happened, without knowing them.

An event is a frozen dataclass in the past tense that carries ids only. ``wiring.py`` alone says who listens: *inside*
the transaction (a ledger that must be true exactly when the deed is), or *after* the commit, as a task.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any

from flask import Flask

from clozette.kernel import context, tasks

_KEY = "clozette.events"


class Listeners:
    """Who hears which event."""

    def __init__(self) -> None:
        self.inside: dict[type, list[Callable[[Any], None]]] = defaultdict(list)
        self.after: dict[type, list[tasks.Task]] = defaultdict(list)


def init_app(app: Flask) -> None:
    """Give ``app`` an empty set of listeners."""
    app.extensions[_KEY] = Listeners()


def listen(
    app: Flask, event: type, *, inside: tuple[Callable[[Any], None], ...] = (), after: tuple[tasks.Task, ...] = ()
) -> None:
    """Let functions hear ``event`` in the transaction, and tasks (called with its fields) after the commit."""
    listeners: Listeners = app.extensions[_KEY]
    listeners.inside[event].extend(inside)
    listeners.after[event].extend(after)


def publish(event: Any) -> None:
    """Tell the listeners of ``event``; tasks are written into the open transaction and vanish with a rollback."""
    assert is_dataclass(event) and not isinstance(event, type)
    listeners: Listeners = context.app().extensions[_KEY]
    for handler in listeners.inside[type(event)]:
        handler(event)
    for task in listeners.after[type(event)]:
        tasks.enqueue(task, **asdict(event))
