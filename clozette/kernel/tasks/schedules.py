"""Whether the work by the clock is really done: for the doctor."""

from datetime import datetime, timedelta

from croniter import croniter
from flask import Flask

from clozette.kernel.tasks import store
from clozette.kernel.tasks.registry import schedules_of

GRACE = timedelta(minutes=10)


def faults(app: Flask, now: datetime) -> list[str]:
    """Say which schedules no worker knows, and which should have run by now and did not."""
    kept = {one["schedule_name"]: one for one in store.client_of(app).list_schedules()}
    wanted = schedules_of(app)
    found = [f"no worker knows {name}: start or restart clozette worker" for name in sorted(wanted.keys() - kept)]
    for name in sorted(wanted.keys() & kept.keys()):
        fired = kept[name]["last_fired_at"]
        if kept[name]["schedule"] != wanted[name]:
            found.append(f"{name} runs at other times than this version says: restart clozette worker")
        elif fired is not None and _is_late(wanted[name], datetime.fromisoformat(fired), now):
            found.append(f"{name} last ran on {fired[:16]}: is a worker alive, and its clock right?")
    return found


def _is_late(cron: str, fired: datetime, now: datetime) -> bool:
    """Whether a time has come and gone since it last ran."""
    due: datetime = croniter(cron, now - GRACE).get_prev(datetime)
    return fired < due
