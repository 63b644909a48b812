"""How many subscribers a newsletter had, day by day (UTC): counted once a day, and kept as numbers alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.newsletters.reports import times
from clozette.newsletters.reports.models import HeadCount
from clozette.newsletters.subscriptions.models import Newsletter, Subscription

DAYS = 90


@dataclass(frozen=True)
class Curve:
    """A newsletter's subscribers over time, the last day being today until now."""

    newsletter: Newsletter
    days: Sequence[tuple[date, int]]

    @property
    def now(self) -> int:
        """Return how many there are."""
        return self.days[-1][1]

    @property
    def change(self) -> int:
        """Return how many more (or fewer) there are than thirty days ago, or than when counting began."""
        return self.now - self.days[-31:][0][1]


def curves(now: datetime) -> list[Curve]:
    """Return every open newsletter's curve."""
    shown = sa.select(Newsletter).where(Newsletter.closed_at.is_(None)).order_by(Newsletter.title)
    return [curve(one, now) for one in db.session.scalars(shown).all()]


def curve(newsletter: Newsletter, now: datetime) -> Curve:
    """Return a newsletter's curve: what was counted, before that what today's rows still show, and today's number."""
    today = now.date()
    kept = sa.select(HeadCount.day, HeadCount.subscribers).where(
        HeadCount.newsletter_id == newsletter.id, HeadCount.day >= today - timedelta(days=DAYS), HeadCount.day < today
    )
    counted = [(day, number) for day, number in db.session.execute(kept.order_by(HeadCount.day))]
    days = counted or _remembered(newsletter, today)
    return Curve(newsletter, [*days, (today, _confirmed(newsletter.id))])


def count(now: datetime) -> None:
    """Write down how many there were at the end of yesterday; once a day, and at the first time what is remembered."""
    today = now.date()
    for newsletter in db.session.scalars(sa.select(Newsletter)).all():
        known = sa.select(HeadCount.day).where(HeadCount.newsletter_id == newsletter.id).limit(1)
        if db.session.scalar(known) is None:
            days = _remembered(newsletter, today)
        else:
            days = [(today - timedelta(days=1), _confirmed(newsletter.id))]
        for day, number in days:
            insert_once(HeadCount, newsletter_id=newsletter.id, day=day, subscribers=number)


def _confirmed(newsletter_id: int) -> int:
    mine = (Subscription.newsletter_id == newsletter_id, Subscription.state == "confirmed")
    return db.session.scalar(sa.select(sa.func.count()).select_from(Subscription).where(*mine)) or 0


def _remembered(newsletter: Newsletter, today: date) -> list[tuple[date, int]]:
    """Return the days before today as today's rows show them: when each began, and when it ended."""
    came = _by_day(newsletter.id, Subscription.confirmed_at)
    went = _by_day(newsletter.id, Subscription.changed_at, Subscription.state != "confirmed")
    first = max(newsletter.created_at.date(), today - timedelta(days=DAYS))
    number = sum(came[day] for day in came if day < first) - sum(went[day] for day in went if day < first)
    days = []
    for step in range((today - first).days):
        day = first + timedelta(days=step)
        number += came[day] - went[day]
        days.append((day, number))
    return days


def _by_day(newsletter_id: int, column: times.Moment, *which: sa.ColumnElement[bool]) -> Counter[date]:
    day = times.day(column).label("day")
    mine = (Subscription.newsletter_id == newsletter_id, Subscription.confirmed_at.is_not(None), *which)
    rows = db.session.execute(sa.select(day, sa.func.count()).where(*mine).group_by(day))
    return Counter({date.fromisoformat(text): number for text, number in rows})
