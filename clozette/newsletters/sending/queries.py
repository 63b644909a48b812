"""Reads for the pages of a campaign under way."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.sending.names import name_of
from clozette.settings import Settings


@dataclass(frozen=True)
class Doubt:
    """A sending in doubt, by what a mail server's log knows it by: nobody's address is shown."""

    contact_id: int
    domain: str
    message_id: str


def uncertain(campaign: Campaign, after: int = 0) -> Page[Doubt]:
    """Return a page of the sendings in doubt."""
    settings: Settings = current_app.extensions["clozette.settings"]
    mine = (Sending.campaign_id == campaign.id, Sending.state == "uncertain", Sending.contact_id > after)
    chosen = sa.select(Sending.contact_id, Sending.domain).where(*mine).order_by(Sending.contact_id)
    found = [
        Doubt(row[0], row[1], f"{name_of(campaign.id, row[0], 'messages')}@{settings.bounce_domain}")
        for row in db.session.execute(chosen.limit(PAGE_SIZE + 1))
    ]
    return page_of(found, lambda one: one.contact_id, PAGE_SIZE)


def failures(campaign: Campaign) -> Sequence[tuple[str, int]]:
    """Return why sendings failed, the commonest first: enhanced statuses and words of ours."""
    count = sa.func.count()
    failed = sa.select(sa.func.coalesce(Sending.reason, ""), count).where(
        Sending.campaign_id == campaign.id, Sending.state == "failed"
    )
    rows = db.session.execute(failed.group_by(Sending.reason).order_by(count.desc()).limit(10))
    return [(row[0], row[1]) for row in rows]
