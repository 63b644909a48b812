"""What writing does in the background."""

import sqlalchemy as sa

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, task
from clozette.newsletters.campaigns import mail, services
from clozette.newsletters.campaigns.models import Campaign


@task("newsletters.start_due")
def start_due() -> None:
    """Start every scheduled campaign whose time has come; each in a transaction of its own."""
    now = clock.now()
    due = (
        sa.select(Campaign.id).where(Campaign.state == "scheduled", Campaign.send_at <= now).order_by(Campaign.send_at)
    )
    for campaign_id in db.session.scalars(due).all():
        locked = sa.select(Campaign).where(Campaign.id == campaign_id).with_for_update(skip_locked=True)
        campaign = db.session.scalar(locked.execution_options(populate_existing=True))
        if campaign is not None and campaign.state == "scheduled" and campaign.send_at and campaign.send_at <= now:
            services.come_due(campaign, now)
        checkpoint()


@task("newsletters.tell_late")
def tell_late(*, campaign_id: int) -> None:
    """Ask the marketing staff what becomes of a campaign that was due and did not go."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None or campaign.state != "late":
        return
    mail.ask_marketing(campaign, f"/marketing/campaigns/{ids.encode(campaign.id)}")
