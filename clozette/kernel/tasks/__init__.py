"""Work for later, written into the same transaction as the deed that asks for it, and run by a worker.

``@task("room.verb")`` names a function that takes ids only; ``enqueue(task, look_id=…)`` asks for it: a rollback leaves
nothing behind, a commit can't lose it. A task runs at least once, in an application context of its own whose session is
committed at its end; it may run twice (a worker was killed in between), so it must be idempotent. A task that fails is
tried again, later and later; one that keeps failing stays visible (``clozette doctor``, ``/metrics``).

On SQLite the first query of a task takes the one write lock. Slow work in the middle (scaling a photo) first calls
``checkpoint()``; what goes out of the house (a mail) waits for the commit by ``after_commit()``.
"""

from clozette.kernel.tasks.drain import drain
from clozette.kernel.tasks.loops import is_ending, keep_doing
from clozette.kernel.tasks.perform import GiveUp, after_commit, checkpoint, is_task
from clozette.kernel.tasks.registry import TASKS, Argument, Task, schedule, task
from clozette.kernel.tasks.store import FOREIGN_TABLES, Standing, create_tables, enqueue, init_app, standing
from clozette.kernel.tasks.sweep import sweep_tasks
from clozette.kernel.tasks.worker import launch

__all__ = [
    "FOREIGN_TABLES",
    "TASKS",
    "Argument",
    "GiveUp",
    "Standing",
    "Task",
    "after_commit",
    "checkpoint",
    "create_tables",
    "drain",
    "enqueue",
    "init_app",
    "is_ending",
    "is_task",
    "keep_doing",
    "launch",
    "schedule",
    "standing",
    "sweep_tasks",
    "task",
]
