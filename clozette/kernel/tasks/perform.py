"""Run one task: a context, a transaction, a commit, and only then what leaves the house."""

from collections.abc import Callable, Mapping

from flask import Flask, g, has_app_context

from clozette.kernel.database import db
from clozette.kernel.tasks.registry import TASKS, Argument

Step = Callable[[], object]


class GiveUp(Exception):
    """Raised by a task that can't succeed later either; it is not tried again. The text must not name a person."""


def perform(app: Flask, name: str, ids: Mapping[str, Argument]) -> None:
    """Run the task ``name`` in a context of its own and commit; then do what it left for after the commit."""
    if name not in TASKS:
        raise GiveUp(f"no task is named {name}")
    with app.app_context():
        g.task_after_commit = []
        TASKS[name].run(**ids)
        db.session.commit()
        _leave(g.task_after_commit)


def is_task() -> bool:
    """Whether the caller runs inside a task."""
    return has_app_context() and "task_after_commit" in g


def after_commit(step: Step) -> None:
    """Do ``step`` when the running task's transaction is committed. A step that fails lets the task be tried again."""
    steps: list[Step] = g.task_after_commit
    steps.append(step)


def checkpoint() -> None:
    """Commit what the running task did so far and let go of the database, before slow work.

    Objects stay readable; the next query or change opens a new transaction.
    """
    if not is_task():
        raise RuntimeError("only a task has checkpoints; everything else commits at the edge")
    session = db.session
    keep, session.expire_on_commit = session.expire_on_commit, False
    try:
        session.commit()
    finally:
        session.expire_on_commit = keep


def _leave(steps: list[Step]) -> None:
    while steps:
        steps.pop(0)()
    db.session.commit()
