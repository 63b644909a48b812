"""Many of one mail domain leaving within minutes of a campaign: seldom people, mostly a scanner that presses every button.

Nobody is kept from leaving by it (requirement 61): staff hear of it, and the reader's own page has the way back.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, g

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.tasks import task
from clozette.newsletters.leaving import services
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions.models import Contact
from clozette.privacy.models import LedgerEntry
from clozette.settings import Settings

SOON = timedelta(minutes=10)
"""After delivery: whoever leaves later has read it."""
SHARE = 0.1
LEAST = 5
LOOKS_BACK = timedelta(hours=1)
_PRESSED = (services.ONE_CLICK, services.PAGE)
log = structlog.get_logger()


@dataclass(frozen=True)
class Surge:
    """How many of one domain left a campaign within minutes, of how many that it was delivered to there."""

    campaign_id: int
    domain: str
    left: int
    delivered: int

    @property
    def percent(self) -> int:
        """Return the share that left."""
        return round(100 * self.left / self.delivered)


def surges(since: datetime) -> list[Surge]:
    """Return what happened since a moment of late. It starts from the ledger's newest entries, however many mails went out."""
    presses = (LedgerEntry.id >= ids.id_at(since), LedgerEntry.action == "withdrawn", LedgerEntry.method.in_(_PRESSED))
    left = (
        _left()
        .join(Contact, Contact.id == Sending.contact_id)
        .join(LedgerEntry, LedgerEntry.subject_id == Contact.subject_id)
        .where(*presses, Sending.unsubscribed_at >= since)
        .distinct()
    )
    return _surges(db.session.execute(left))


def surges_of(campaign_id: int) -> list[Surge]:
    """Return what happened to one campaign, however long ago."""
    return _surges(db.session.execute(_left().where(Sending.campaign_id == campaign_id)))


@task("newsletters.watch_leaving")
def watch() -> None:
    """Write into the log what happened within the hour."""
    for one in surges(clock.now() - LOOKS_BACK):
        log.warning(
            "newsletter_surge", campaign=ids.encode(one.campaign_id), domain=one.domain, left=one.left, of=one.delivered
        )


def check(app: Flask, settings: Settings) -> str:
    """Say to the doctor what happened within the hour."""
    with app.app_context():
        g.reading_only = True
        found = surges(clock.now() - LOOKS_BACK)
    return "; ".join(
        f"{one.percent} % of {one.domain} left campaign {ids.encode(one.campaign_id)} within minutes: probably a scanner"
        " that presses every button; ask that domain's postmaster, and see who wants back"
        for one in found
    )


def _left() -> sa.Select[int, int, str, datetime | None, datetime | None]:
    told = (Sending.delivered_at.is_not(None), Sending.unsubscribed_at.is_not(None))
    return sa.select(
        Sending.campaign_id, Sending.contact_id, Sending.domain, Sending.delivered_at, Sending.unsubscribed_at
    ).where(*told)


def _surges(left: Iterable[Any]) -> list[Surge]:
    soon = Counter(
        (campaign_id, domain) for campaign_id, _, domain, delivered, gone in left if gone - delivered <= SOON
    )
    many = [(key, number) for key, number in sorted(soon.items()) if number >= LEAST]
    found = [Surge(*key, number, _delivered(*key)) for key, number in many]
    return [one for one in found if one.left > SHARE * one.delivered]


def _delivered(campaign_id: int, domain: str) -> int:
    there = (Sending.campaign_id == campaign_id, Sending.domain == domain, Sending.delivered_at.is_not(None))
    return db.session.scalar(sa.select(sa.func.count()).where(*there)) or 0
