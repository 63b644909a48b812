"""The ways to campaigns: for staff by id, for everybody by the newsletter's archive. Absent and hidden look alike: 404."""

import sqlalchemy as sa
from flask import abort

from clozette.kernel.database import db
from clozette.newsletters.campaigns.models import Campaign, Segment
from clozette.newsletters.subscriptions.models import Newsletter


def campaign_for_staff(campaign_id: int) -> Campaign:
    """Return a campaign in any state, or 404."""
    return db.session.get(Campaign, campaign_id) or abort(404)


def newsletter_for_staff(newsletter_id: int) -> Newsletter | None:
    """Return a newsletter that can be written, or nothing."""
    found = db.session.get(Newsletter, newsletter_id)
    return found if found is not None and found.closed_at is None else None


def segment_for_staff(segment_id: int) -> Segment:
    """Return a saved choice of readers, or 404."""
    return db.session.get(Segment, segment_id) or abort(404)


def archive_for_all(slug: str) -> Newsletter:
    """Return a newsletter whose archive is open, or 404; a closed one keeps its archive."""
    found = db.session.scalar(sa.select(Newsletter).where(Newsletter.slug == slug, Newsletter.has_archive))
    return found or abort(404)


def archived(newsletter: Newsletter) -> sa.Select[Campaign]:
    """Select what is in a newsletter's archive, newest first."""
    mine = (Campaign.newsletter_id == newsletter.id, Campaign.archived_at.is_not(None), Campaign.kind == "letter")
    return sa.select(Campaign).where(*mine).order_by(Campaign.id.desc())


def archived_campaign(newsletter: Newsletter, campaign_id: int) -> Campaign:
    """Return one of an archive, or 404."""
    return db.session.scalar(archived(newsletter).where(Campaign.id == campaign_id)) or abort(404)
