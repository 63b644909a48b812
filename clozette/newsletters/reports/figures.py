"""What became of campaigns, in exact numbers: from the rows, and from the numbers that those left who are erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel.database import db
from clozette.kernel.kept import Kept
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.reports import times
from clozette.newsletters.reports.models import ArmTally, Tally
from clozette.newsletters.reports.tracking import PURPOSE
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact
from clozette.privacy import consents
from clozette.privacy.models import Consent

UNDER_WAY = ("queueing", "running")
FEW = 10
"""A mail domain with fewer readers is not named: it may be one person's."""
MOST_DOMAINS = 12
_FRESH = 5
_MOST_GOING = 20
_LATER = sa.and_(Sending.bounced_at.is_not(None), Sending.state == "sent")
_CAME_BACK = sa.or_(
    Sending.bounced_at.is_not(None), Sending.complained_at.is_not(None), Sending.unsubscribed_at.is_not(None)
)


@dataclass(frozen=True)
class Figures:
    """What became of a campaign.

    :ivar bounced: that came back, at once or later; ``bounced_later`` of them after a server had taken them.
    """

    campaign: Campaign
    bounced: int = 0
    bounced_later: int = 0
    complained: int = 0
    unsubscribed: int = 0

    @property
    def delivered(self) -> int:
        """Return how many were taken by a server and did not come back."""
        return self.campaign.sent - self.bounced_later

    @property
    def waiting(self) -> int:
        """Return how many have no end yet."""
        one = self.campaign
        return max(0, one.recipients - one.sent - one.skipped - one.failed - one.uncertain)

    @property
    def done(self) -> int:
        """Return how many have one."""
        return self.campaign.recipients - self.waiting

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """Return each outcome with its number; together they are all recipients."""
        one = self.campaign
        rest = [("skipped", one.skipped), ("failed", one.failed), ("uncertain", one.uncertain)]
        return [("delivered", self.delivered), ("came back", self.bounced_later), *rest, ("waiting", self.waiting)]


@dataclass(frozen=True)
class Group:
    """A part of a campaign's readers: a mail domain (empty: all small ones), or an arm (empty: who waited for the winner)."""

    name: str
    recipients: int
    sent: int
    bounced: int
    bounced_later: int
    complained: int
    unsubscribed: int

    @property
    def delivered(self) -> int:
        """Return how many were taken by a server and did not come back."""
        return self.sent - self.bounced_later


@dataclass(frozen=True)
class Details:
    """Finer numbers, of those readers about whom rows are kept.

    :ivar minutes: how many were taken in each minute (UTC), in order, without the minutes with none.
    :ivar reasons: how many were skipped or failed, and why.
    """

    minutes: Sequence[tuple[datetime, int]]
    domains: Sequence[Group]
    arms: Sequence[Group]
    reasons: Sequence[tuple[str, str, int]]


_DETAILS: Kept[Details] = Kept(64)


def of(campaign: Campaign) -> Figures:
    """Return one campaign's figures."""
    return of_all([campaign])[0]


def of_all(campaigns: Sequence[Campaign]) -> list[Figures]:
    """Return the figures of some campaigns."""
    campaign_ids = [one.id for one in campaigns]
    facts = (
        sa.func.count(Sending.bounced_at),
        sa.func.count().filter(_LATER),
        sa.func.count(Sending.complained_at),
        sa.func.count(Sending.unsubscribed_at),
    )
    kept = sa.select(Sending.campaign_id, *facts).where(Sending.campaign_id.in_(campaign_ids), _CAME_BACK)
    rows = {row[0]: tuple(row)[1:] for row in db.session.execute(kept.group_by(Sending.campaign_id))}
    gone = {
        one.campaign_id: one for one in db.session.scalars(sa.select(Tally).where(Tally.campaign_id.in_(campaign_ids)))
    }
    return [Figures(one, *_sum(rows.get(one.id), gone.get(one.id))) for one in campaigns]


def started(after: int | None, *, size: int = PAGE_SIZE) -> Page[Campaign]:
    """Return the campaigns that went out, newest first."""
    chosen = sa.select(Campaign).options(orm.joinedload(Campaign.newsletter)).where(Campaign.started_at.is_not(None))
    if after is not None:
        chosen = chosen.where(Campaign.id < after)
    return page_of(
        db.session.scalars(chosen.order_by(Campaign.id.desc()).limit(size + 1)).all(), lambda one: one.id, size
    )


def going() -> list[Figures]:
    """Return the figures of the campaigns that are being sent, or were paused, the latest first."""
    chosen = sa.select(Campaign).options(orm.joinedload(Campaign.newsletter))
    chosen = chosen.where(Campaign.state.in_((*UNDER_WAY, "paused"))).order_by(Campaign.started_at.desc())
    return of_all(db.session.scalars(chosen.limit(_MOST_GOING)).all())


def details(figures: Figures, now: datetime) -> Details:
    """Return the finer numbers. They are counted anew when something changed, and every few seconds while it is sent."""
    one = figures.campaign
    moment = int(now.timestamp()) // _FRESH if one.state in UNDER_WAY else (one.sent, one.failed, one.skipped)
    key = (one.id, one.state, one.uncertain, moment, figures.bounced, figures.complained, figures.unsubscribed)
    found = _DETAILS.get(key)
    if found is None:
        found = Details(_minutes(one.id), _domains(one.id), _arms(one), _reasons(one.id))
        _DETAILS.put(key, found)
    return found


def pace(made: Details, now: datetime) -> int:
    """Return how many a minute were taken of late (the last five whole minutes)."""
    until = now.replace(second=0, microsecond=0)
    late = [number for minute, number in made.minutes if until - timedelta(minutes=5) <= minute < until]
    return round(sum(late) / 5) or next((number for minute, number in made.minutes if minute == until), 0)


def agreeing(campaign_id: int) -> int:
    """Return how many of those who got a campaign agree, now, that what they read is noted."""
    chosen = (
        sa.select(sa.func.count())
        .select_from(Consent)
        .join(Contact, Contact.subject_id == Consent.subject_id)
        .join(Sending, sa.and_(Sending.contact_id == Contact.id, Sending.campaign_id == campaign_id))
        .where(Consent.purpose == PURPOSE, Consent.channel == services.CHANNEL, consents.is_in_force())
        .where(Sending.state == "sent")
    )
    return db.session.scalar(chosen) or 0


def _sum(row: Sequence[int] | None, gone: Tally | None) -> tuple[int, int, int, int]:
    bounced, later, complained, unsubscribed = row or (0, 0, 0, 0)
    if gone is None:
        return bounced, later, complained, unsubscribed
    left = (gone.bounced, gone.bounced_later, gone.complained, gone.unsubscribed)
    return bounced + left[0], later + left[1], complained + left[2], unsubscribed + left[3]


def _minutes(campaign_id: int) -> list[tuple[datetime, int]]:
    minute = times.minute(Sending.delivered_at).label("minute")
    mine = (Sending.campaign_id == campaign_id, Sending.delivered_at.is_not(None))
    rows = db.session.execute(sa.select(minute, sa.func.count()).where(*mine).group_by(minute).order_by(minute))
    return [(datetime.fromisoformat(f"{text}:00+00:00"), number) for text, number in rows]


def _domains(campaign_id: int) -> list[Group]:
    """Return the largest mail domains, and all others as one."""
    groups = sorted(_groups(campaign_id, Sending.domain), key=lambda one: (-one.recipients, one.name))
    named = [one for one in groups if one.recipients >= FEW][:MOST_DOMAINS]
    others = [one for one in groups if one not in named]
    if not others:
        return named
    sums = (sum(getattr(one, name) for one in others) for name in _COUNTED)
    return [*named, Group("", *sums)]


def _arms(campaign: Campaign) -> list[Group]:
    """Return each arm, and whoever waits for the winner; with those about whom nothing is kept any more."""
    if not campaign.arms:
        return []
    found = {one.name: one for one in _groups(campaign.id, Sending.letter)}
    for gone in db.session.scalars(sa.select(ArmTally).where(ArmTally.campaign_id == campaign.id)):
        kept = found.get(gone.letter)
        numbers = (getattr(gone, name) + (getattr(kept, name) if kept else 0) for name in _COUNTED)
        found[gone.letter] = Group(gone.letter, *numbers)
    return [found[name] for name in sorted(found, key=lambda name: (not name, name))]


_COUNTED = ("recipients", "sent", "bounced", "bounced_later", "complained", "unsubscribed")


def _groups(campaign_id: int, column: orm.InstrumentedAttribute[str]) -> list[Group]:
    facts = (
        sa.func.count(),
        sa.func.count().filter(Sending.state == "sent"),
        sa.func.count(Sending.bounced_at),
        sa.func.count().filter(_LATER),
        sa.func.count(Sending.complained_at),
        sa.func.count(Sending.unsubscribed_at),
    )
    rows = db.session.execute(sa.select(column, *facts).where(Sending.campaign_id == campaign_id).group_by(column))
    return [Group(*row) for row in rows]


def _reasons(campaign_id: int) -> list[tuple[str, str, int]]:
    mine = (Sending.campaign_id == campaign_id, Sending.state.in_(("skipped", "failed")))
    each = sa.select(Sending.state, sa.func.coalesce(Sending.reason, ""), sa.func.count().label("number")).where(*mine)
    rows = db.session.execute(each.group_by(Sending.state, Sending.reason).order_by(sa.desc("number")))
    return [(row[0], row[1], row[2]) for row in rows]
