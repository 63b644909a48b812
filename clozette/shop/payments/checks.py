"""What the doctor looks at here."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings
from clozette.shop.ledger import queries as ledger
from clozette.shop.payments.models import Heard, Payout, Refund

LATE = timedelta(hours=1)


def payments(app: Flask, settings: Settings) -> str:
    """Say what waits too long, what was declined lately, and whether the books add up; also where payments were turned off."""
    with app.app_context():
        now = clock.now()
        late = {
            "webhooks wait": _count(Heard.done_at.is_(None), Heard.heard_at < now - LATE),
            "refunds wait": _count(Refund.state == "asked", Refund.asked_at < now - LATE),
            "payouts wait": _count(Payout.state == "asked", Payout.asked_at < now - LATE),
            "refunds failed this week": _count(Refund.state == "failed", Refund.done_at > now - timedelta(days=7)),
            "balances are not what their moves add up to": len(ledger.faults()),
        }
        db.session.rollback()
    faults = [f"{number} {what}" for what, number in late.items() if number]
    if settings.stripe_secret_key and not settings.stripe_webhook_secret:
        faults.append("CLOZETTE_STRIPE_WEBHOOK_SECRET is missing: no payment is believed")
    return "; ".join(faults)


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(*conditions)) or 0
