"""Reads for the pages of marketing."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.newsletters.campaigns import access, rendering
from clozette.newsletters.campaigns.blocks import Paper
from clozette.newsletters.campaigns.models import Campaign, Segment
from clozette.newsletters.subscriptions.models import Newsletter, Subscription

Listed = tuple[Newsletter, int]


def newsletters() -> Sequence[Listed]:
    """Return every newsletter with the number of its confirmed subscriptions, the open ones first."""
    confirmed = (
        sa.select(sa.func.count())
        .where(Subscription.newsletter_id == Newsletter.id, Subscription.state == "confirmed")
        .correlate(Newsletter)
        .scalar_subquery()
    )
    order = (Newsletter.closed_at.is_not(None), Newsletter.title)
    return [(row[0], row[1]) for row in db.session.execute(sa.select(Newsletter, confirmed).order_by(*order))]


def open_newsletters() -> Sequence[Newsletter]:
    """Return the newsletters that can be written."""
    return db.session.scalars(
        sa.select(Newsletter).where(Newsletter.closed_at.is_(None)).order_by(Newsletter.title)
    ).all()


def campaigns(after: int | None, *, size: int = PAGE_SIZE) -> Page[Campaign]:
    """Return campaigns, newest first."""
    chosen = sa.select(Campaign).options(joinedload(Campaign.newsletter)).order_by(Campaign.id.desc()).limit(size + 1)
    if after is not None:
        chosen = chosen.where(Campaign.id < after)
    return page_of(db.session.scalars(chosen).all(), lambda campaign: campaign.id, size)


def late() -> Sequence[Campaign]:
    """Return the campaigns that missed their time and ask what to do."""
    asking = sa.select(Campaign).options(joinedload(Campaign.newsletter)).where(Campaign.state == "late")
    return db.session.scalars(asking.order_by(Campaign.send_at)).all()


def saved_segments() -> Sequence[Segment]:
    """Return the saved choices of readers."""
    return db.session.scalars(sa.select(Segment).order_by(Segment.name)).all()


def archive(newsletter: Newsletter, after: int | None) -> Page[Campaign]:
    """Return a newsletter's public letters, newest first."""
    chosen = access.archived(newsletter).limit(PAGE_SIZE + 1)
    if after is not None:
        chosen = chosen.where(Campaign.id < after)
    return page_of(db.session.scalars(chosen).all(), lambda campaign: campaign.id)


def public_subject(campaign: Campaign) -> str:
    """Return a letter's subject without anybody's name: a tag's own word for whoever has none, or nothing."""
    subject = Paper(rendering.base()).tagged(campaign.subject_line)
    return " ".join(rendering.neutral(subject, [campaign.subject_line]).split())
