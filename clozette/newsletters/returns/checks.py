"""What the doctor says of mails that come back."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, g

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.newsletters.returns.models import Return
from clozette.newsletters.sending.models import Sending
from clozette.settings import Settings

SPAN = timedelta(days=7)
LEAST = 1000
TOO_MANY = 0.001
"""Mailbox providers begin to refuse at 0.3 % of complaints, and ask for less than 0.1 %."""


def check(app: Flask, settings: Settings) -> str:
    """Say what waits for staff, who complains too often, and whether anything comes back at all."""
    if settings.is_production and not settings.takes_mail:
        return (
            "Bounces and complaints reach nobody. Set CLOZETTE_INBOUND_LISTEN and point the MX record of"
            f" {settings.bounce_domain} here, or set CLOZETTE_INBOUND_SECRET and let a service hand mails over."
        )
    with app.app_context():
        g.reading_only = True
        return "; ".join(filter(None, (_left_alone(clock.now()), _complaints(clock.now()))))


def _left_alone(now: datetime) -> str:
    old = (Return.state.in_(("unknown", "waiting")), Return.received_at < now - timedelta(days=1))
    number = db.session.scalar(sa.select(sa.func.count()).where(*old)) or 0
    return f"{number} mails came back that nobody understood: look at /marketing/returns" if number else ""


def _complaints(now: datetime) -> str:
    lately = Sending.delivered_at > now - SPAN
    counted = sa.select(sa.func.count(), sa.func.count(Sending.complained_at)).where(lately)
    delivered, complained = db.session.execute(counted).one()
    if delivered < LEAST or complained <= TOO_MANY * delivered:
        return ""
    share = f"{100 * complained / delivered:.2f}"
    return f"{share} % of last week's mails were called spam; mail less, or only those who still read"
