"""What writing does in the background."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.exc import OperationalError

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task
from clozette.newsletters.campaigns import mail, services
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import authentication, published
from clozette.newsletters.subscriptions.models import Newsletter
from clozette.settings import Settings

log = structlog.get_logger()


@task("newsletters.start_due")
def start_due() -> None:
    """Start every scheduled campaign whose time has come; each in a transaction of its own."""
    now = clock.now()
    due = (
        sa.select(Campaign.id).where(Campaign.state == "scheduled", Campaign.send_at <= now).order_by(Campaign.send_at)
    )
    found = db.session.scalars(due).all()
    _ask_dns(found)
    for campaign_id in found:
        _start(campaign_id, now)


def _start(campaign_id: int, now: datetime) -> None:
    """Start one; what fails in it asks the staff, and leaves nothing behind."""
    try:
        locked = sa.select(Campaign).where(Campaign.id == campaign_id).with_for_update(skip_locked=True)
        campaign = db.session.scalar(locked.execution_options(populate_existing=True))
        if campaign is not None and campaign.state == "scheduled" and campaign.send_at and campaign.send_at <= now:
            services.come_due(campaign, now)
        checkpoint()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others start
        db.session.rollback()
        log.error("campaign_not_started", campaign=campaign_id, error=type(error).__name__)
        if not isinstance(error, OperationalError):  # that is the database's: a minute later it may start
            services.could_not_start(campaign_id, now)
        checkpoint()


def _ask_dns(campaign_ids: Sequence[int]) -> None:
    """Ask about the domains of campaigns that are to start, before their transactions."""
    settings: Settings = current_app.extensions["clozette.settings"]
    theirs = sa.select(Newsletter).where(
        sa.exists().where(Campaign.newsletter_id == Newsletter.id, Campaign.id.in_(campaign_ids))
    )
    wanted = {authentication.wanted_of(one, settings) for one in db.session.scalars(theirs)}
    checkpoint()
    published.ask(*wanted)


@task("newsletters.tell_late")
def tell_late(*, campaign_id: int) -> None:
    """Ask the marketing staff what becomes of a campaign that was due and did not go."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or campaign.state != "late":
        return
    mail.ask_marketing(campaign.title, campaign.paused_because, f"/marketing/campaigns/{ids.encode(campaign.id)}")
