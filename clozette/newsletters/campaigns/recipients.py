"""Who a campaign goes to. The count that a page shows and the snapshot that is sent ask the same thing (requirement 36)."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.newsletters.campaigns import digests, segments
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import eligibility
from clozette.newsletters.subscriptions.models import Contact, Subscription

NOTHING_NEW = "nothing new"


@dataclass(frozen=True)
class Counts:
    """How many get a campaign, and how many of the chosen do not, by reason (``eligibility.REASONS``, ``nothing new``)."""

    getting: int
    not_getting: Mapping[str, int]

    @property
    def chosen(self) -> int:
        """How many were chosen, whether they may get it or not."""
        return self.getting + sum(self.not_getting.values())


def select_for(campaign: Campaign) -> sa.Select[int, int, str]:
    """Select (contact_id, subscription_id, domain) of everybody who gets a campaign now."""
    return (
        sa.select(Contact.id, Subscription.id, Contact.domain)
        .join(Subscription, Subscription.contact_id == Contact.id)
        .where(*eligibility.may_get(campaign.newsletter), *segments.conditions(campaign.rules), *_has_news(campaign))
    )


def counts(campaign: Campaign) -> Counts:
    """Count who gets a campaign, and who does not and why."""
    reason = eligibility.why_not(campaign.newsletter)
    for has_some in _has_news(campaign):
        reason = sa.func.coalesce(reason, sa.case((sa.not_(has_some), NOTHING_NEW), else_=None))
    each = (
        sa.select(reason.label("reason"))
        .select_from(Contact)
        .join(Subscription, Subscription.contact_id == Contact.id)
        .where(Subscription.newsletter_id == campaign.newsletter_id, *segments.conditions(campaign.rules))
        .subquery()
    )
    rows = db.session.execute(sa.select(each.c.reason, sa.func.count()).group_by(each.c.reason))
    found = {row[0]: row[1] for row in rows}
    return Counts(found.pop(None, 0), found)


def _has_news(campaign: Campaign) -> list[sa.ColumnElement[bool]]:
    return [digests.has_news(campaign)] if digests.is_personal(campaign) else []
