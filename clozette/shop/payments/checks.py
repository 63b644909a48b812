"""What the doctor looks at here."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings
from clozette.shop.ledger import queries as ledger
from clozette.shop.payments.models import Heard, Payout, Refund, TakeBack

LATE, LONG = timedelta(hours=1), timedelta(days=10)


def payments(app: Flask, settings: Settings) -> str:
    """Say what waits too long, what is owed, and whether the books add up; also where payments were turned off."""
    with app.app_context():
        now = clock.now()
        late = {
            "webhooks wait": _count(Heard.done_at.is_(None), Heard.heard_at < now - LATE),
            "refunds wait": _count(Refund.state == "asked", Refund.asked_at < now - LATE),
            "payouts wait": _count(Payout.state == "asked", Payout.asked_at < now - LATE),
            "refunds are on their way for long": _count(Refund.state == "sent", Refund.asked_at < now - LONG),
            "payouts are on their way for long": _count(Payout.state == "sent", Payout.asked_at < now - LONG),
            "refunds wait for the house's part": _count(Refund.reversed_at < now - LATE, Refund.fee_sent_at.is_(None)),
            "refunds are owed to buyers": _count(Refund.state == "failed"),
            "claims of banks wait to be taken back from sellers": _count(
                TakeBack.state != "done", TakeBack.asked_at < now - LONG
            ),
            "balances are not what their moves add up to": len(ledger.faults()),
        }
        db.session.rollback()
    faults = [f"{number} {what}" for what, number in late.items() if number]
    if settings.stripe_secret_key and not settings.stripe_webhook_secret:
        faults.append("CLOZETTE_STRIPE_WEBHOOK_SECRET is missing: no payment is believed")
    return "; ".join(faults)


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(*conditions)) or 0
