"""Work for later, written into the same transaction as the deed that asks for it.

``@task("room.name")`` registers a function that takes ids only; ``enqueue(task, **ids)`` asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


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


def enqueue(task: Task, **ids: Any) -> None:
    """Ask for ``task`` in the open transaction of ``db.session``."""
    raise NotImplementedError
