"""What the doctor asks about the desk."""

from flask import Flask

from clozette.kernel import clock
from clozette.rights.desk import breaches, queries
from clozette.settings import Settings


def clocks(app: Flask, settings: Settings) -> str:
    """Say what is overdue: requests, and duties to tell of a breach."""
    with app.app_context():
        late = queries.figures().overdue
        now = clock.now()
        duties = [duty for one in breaches.register() if not one.closed_at for duty in breaches.duties(one, now)]
        untold = sum(duty.standing == "overdue" for duty in duties)
        nobody = not queries.staff_at_the_desk() and queries.figures().open
    faults = []
    if late:
        faults.append(f"{late} requests are overdue: answer them at /admin/requests")
    if untold:
        faults.append(f"{untold} duties to tell of a breach are overdue: see /admin/breaches")
    if nobody:
        faults.append("requests wait, but nobody is an admin: clozette members promote")
    return "; ".join(faults)
