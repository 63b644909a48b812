"""What the pages of staff show of mails that came back."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import abort

from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.returns.models import Return

OPEN = ("unknown", "waiting")


def returns(*, only_open: bool, after: int | None) -> Page[Return]:
    """Return mails, the latest first: those that nobody understood, or all."""
    wanted = sa.select(Return).order_by(Return.id.desc()).limit(PAGE_SIZE + 1)
    if only_open:
        wanted = wanted.where(Return.state.in_(OPEN))
    if after is not None:
        wanted = wanted.where(Return.id < after)
    return page_of(db.session.scalars(wanted).all(), lambda row: row.id, PAGE_SIZE)


def one(return_id: int) -> Return:
    """Return a mail, or answer 404."""
    found = db.session.get(Return, return_id)
    return found if found is not None else abort(404)


def campaigns_of(rows: Page[Return]) -> Mapping[int, Campaign]:
    """Return the campaigns that mails speak of, by their ids."""
    wanted = {row.campaign_id for row in rows.items if row.campaign_id}
    return {one.id: one for one in db.session.scalars(sa.select(Campaign).where(Campaign.id.in_(wanted)))}
