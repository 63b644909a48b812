"""Forget finished work: its ids lead to people, and nobody needs them any more."""

import time

from flask import current_app

from clozette.kernel.tasks.registry import task
from clozette.kernel.tasks.store import delete_finished

DAY = 24 * 3600.0
KEEP, KEEP_FAILED = DAY, 30 * DAY


@task("kernel.sweep_tasks")
def sweep_tasks() -> None:
    """Delete tasks that ended more than a day ago, failed ones after a month; the wiring page runs it every hour."""
    now = time.time()
    delete_finished(current_app, before=now - KEEP, failed_before=now - KEEP_FAILED)
