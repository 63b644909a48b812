"""What the staff's page shows: what waits, what can't be, what was found at night."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from clozette.kernel.database import db
from clozette.kernel.ports import mailing_list
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.mailchimp import posting
from clozette.newsletters.mailchimp.models import Channel, Forgotten, Posting, Reconciliation, Remote
from clozette.settings import Settings

_RUNS = 14


@dataclass(frozen=True)
class Overview:
    """How things stand with Mailchimp."""

    is_on: bool
    known: int
    waiting: int
    oldest: datetime | None
    resting: Channel | None
    problems: dict[str, int]
    forgotten: int
    form_url: str
    runs: Sequence[Reconciliation]
    postings: Sequence[tuple[Posting, Campaign]]
    drafts: Sequence[Campaign]


def overview(now: datetime) -> Overview:
    """Return everything that the page shows."""
    settings: Settings = current_app.extensions["clozette.settings"]
    count = sa.select(sa.func.count())
    known = count.select_from(Remote).where(Remote.status.in_(("subscribed", "pending")))
    resting = sa.select(Channel).where(Channel.name == "talk", Channel.rests_until > now)
    problems = sa.select(Remote.problem, sa.func.count()).where(Remote.problem.is_not(None)).group_by(Remote.problem)
    forgotten = count.select_from(Forgotten).where(Forgotten.done_at.is_not(None), Forgotten.returned_at.is_(None))
    return Overview(
        is_on=mailing_list.is_on(),
        known=db.session.scalar(known) or 0,
        waiting=posting.changes_waiting(),
        oldest=db.session.scalar(sa.select(sa.func.min(Remote.asked_at)).where(Remote.asked > Remote.done)),
        resting=db.session.scalar(resting),
        problems={str(word): int(number) for word, number in db.session.execute(problems)},
        forgotten=db.session.scalar(forgotten) or 0,
        form_url=settings.mailchimp_form_url,
        runs=db.session.scalars(sa.select(Reconciliation).order_by(Reconciliation.id.desc()).limit(_RUNS)).all(),
        postings=_postings(),
        drafts=_drafts(),
    )


def hosted_form(contact_id: int) -> str:
    """Return the address of Mailchimp's own form for somebody whom it erased and takes by that alone; empty for others."""
    settings: Settings = current_app.extensions["clozette.settings"]
    if not (settings.mailchimp_form_url and mailing_list.is_on()):
        return ""
    mine = sa.exists().where(Remote.contact_id == contact_id, Remote.problem == "forgotten")
    return settings.mailchimp_form_url if db.session.scalar(sa.select(mine)) else ""


def _postings() -> Sequence[tuple[Posting, Campaign]]:
    every = sa.select(Posting, Campaign).join(Campaign, Campaign.id == Posting.campaign_id)
    return [(one, campaign) for one, campaign in db.session.execute(every.order_by(Campaign.id.desc()).limit(50))]


def _drafts() -> Sequence[Campaign]:
    drafts = sa.select(Campaign).where(Campaign.state == "draft").order_by(Campaign.id.desc()).limit(50)
    return [one for one in db.session.scalars(drafts) if posting.why_not(one) is None]
