"""Which tasks there are, what they take, and when they run by themselves."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask

Argument = int | str | bool | None
"""What a task may be given: an id, or a short word such as a kind. Never something about a person."""

_WORD = re.compile(r"[A-Za-z0-9_.:-]{0,64}")
_SCHEDULES = "clozette.schedules"


@dataclass(frozen=True)
class Task:
    """A named piece of background work; calling it runs it here and now."""

    name: str
    run: Callable[..., None]

    def __call__(self, **ids: Any) -> None:
        """Run the work in the caller's transaction."""
        self.run(**ids)


TASKS: dict[str, Task] = {}


def task(name: str) -> Callable[[Callable[..., None]], Task]:
    """Register a function as the task ``name`` (``<room>.<verb>``); it must be idempotent."""

    def register(run: Callable[..., None]) -> Task:
        if name in TASKS:
            raise ValueError(f"two tasks are named {name}")
        TASKS[name] = Task(name, run)
        return TASKS[name]

    return register


def schedule(app: Flask, cron: str, task: Task) -> None:
    """Let ``task`` run by the clock (UTC); for the wiring page: ``tasks.schedule(app, "15 3 * * *", sweep)``."""
    schedules_of(app)[task.name] = cron


def schedules_of(app: Flask) -> dict[str, str]:
    """Return the names of the scheduled tasks and their times."""
    schedules: dict[str, str] = app.extensions.setdefault(_SCHEDULES, {})
    return schedules


def check_arguments(task: Task, ids: dict[str, Any]) -> None:
    """Refuse anything but ids and short words: arguments are kept by the task engine, outside of every declaration.

    :raises TypeError: naming the argument, without its value.
    """
    for name, value in ids.items():
        if isinstance(value, str) and not _WORD.fullmatch(value):
            raise TypeError(f"{task.name}: {name} must be an id or a short word, not text")
        if value is not None and not isinstance(value, int | str):
            raise TypeError(f"{task.name}: {name} must be an id or a short word, not {type(value).__name__}")
