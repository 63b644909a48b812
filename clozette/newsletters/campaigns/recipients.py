"""Who a campaign goes to. The count that a page shows and the snapshot that is sent ask the same thing (requirement 36)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.newsletters.campaigns import digests, segments
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending import eligibility
from clozette.newsletters.subscriptions.models import Contact, Subscription

NOTHING_NEW = "nothing new"


@dataclass(frozen=True)
class Counts:
    """How many get a campaign, and how many of the chosen do not, by reason (``eligibility.why_not``, ``nothing new``)."""

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
    """Count who gets a campaign, and who does not and why.

    Why is asked only of those who don't: of a million readers these are few, and asking all takes twice as long.
    """
    _take_time()
    states = sa.select(Subscription.state, sa.func.count()).group_by(Subscription.state)
    chosen = {row[0]: row[1] for row in db.session.execute(_chosen(campaign, states))}
    getting = db.session.scalars(sa.select(sa.func.count()).select_from(select_for(campaign).subquery())).one()
    found: dict[str, int] = {}
    if chosen.pop("confirmed", 0) > getting:
        found = {row[0]: row[1] for row in db.session.execute(_why(campaign))}
    if ended := sum(chosen.values()):
        reason = "state" if campaign.newsletter.closed_at is None else "closed"
        found[reason] = found.get(reason, 0) + ended
    return Counts(getting, found)


def _why(campaign: Campaign) -> sa.Select[Any]:
    """Count the reasons of those whose subscription is confirmed and who get nothing all the same."""
    reason = eligibility.why_not(campaign.newsletter)
    for has_some in _has_news(campaign):
        reason = sa.func.coalesce(reason, sa.case((sa.not_(has_some), NOTHING_NEW), else_=None))
    gets = select_for(campaign).with_only_columns(Contact.id.label("contact_id")).subquery()
    left = _chosen(campaign, sa.select(reason.label("reason")))
    left = left.outerjoin(gets, gets.c.contact_id == Contact.id).where(gets.c.contact_id.is_(None))
    each = left.where(Subscription.state == "confirmed").subquery()
    return sa.select(each.c.reason, sa.func.count()).group_by(each.c.reason)


def _chosen(campaign: Campaign, columns: Any) -> Any:
    return (
        columns.select_from(Contact)
        .join(Subscription, Subscription.contact_id == Contact.id)
        .where(Subscription.newsletter_id == campaign.newsletter_id, *segments.conditions(campaign.rules))
    )


def _take_time() -> None:
    """Let the counts of a very large newsletter take longer than a page's other statements may."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL statement_timeout = '60s'"))


def _has_news(campaign: Campaign) -> list[sa.ColumnElement[bool]]:
    return [digests.has_news(campaign)] if digests.is_personal(campaign) else []
