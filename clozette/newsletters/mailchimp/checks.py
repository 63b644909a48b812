"""What the doctor looks at here."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.newsletters.mailchimp.models import Forgotten, Remote
from clozette.settings import Settings

LATE = timedelta(hours=1)


def mailchimp(app: Flask, settings: Settings) -> str:
    """Say what is missing where it is on, and what waits too long; also where it was turned off with work left."""
    faults = []
    if settings.mailchimp_api_key:
        needed = ("mailchimp_host", "mailchimp_list", "mailchimp_webhook_secret")
        missing = [f"CLOZETTE_{name.upper()}" for name in needed if not getattr(settings, name)]
        if missing:
            faults.append("Mailchimp is on without " + ", ".join(missing))
    with app.app_context():
        late = clock.now() - LATE
        changes = sa.select(sa.func.count()).where(Remote.asked > Remote.done, Remote.asked_at < late)
        erased = sa.select(sa.func.count()).where(Forgotten.done_at.is_(None), Forgotten.asked_at < late)
        waiting, left = db.session.scalar(changes) or 0, db.session.scalar(erased) or 0
        db.session.rollback()
    if waiting and settings.mailchimp_api_key:
        faults.append(f"{waiting} changes wait for more than an hour to reach Mailchimp: see /marketing/mailchimp")
    if left:
        faults.append(f"{left} erased people are not erased at Mailchimp yet")
    return "; ".join(faults)
