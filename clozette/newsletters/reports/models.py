"""Links of campaigns that count them, who followed them as far as they agreed to that, and numbers that outlive people."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Model

MAX_ADDRESS = 2000
PICTURE = -1
"""The number that a touch has which is no link: the mail was shown with its pictures."""


class Link(Model):
    """Where a link of a campaign leads, as the campaign was when it started: the only places a counted link can lead to.

    :ivar people, times: how many followed it, of those whose touches are gone by now.
    """

    __tablename__ = "newsletters_links"

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address: Mapped[str] = mapped_column(sa.String(MAX_ADDRESS))
    people: Mapped[int] = mapped_column(default=0)
    times: Mapped[int] = mapped_column(default=0)


class Touch(Model):
    """A mail was opened, or one of its links followed, by somebody who agreed that we note it; kept for ninety days.

    :ivar second: of the Unix clock: of several at once one counts, and it shows what only programs do.
    :ivar machine: why it was hardly a person (``rules.MACHINES``), as far as one request shows it.
    """

    __tablename__ = "newsletters_touches"
    __table_args__ = (sa.Index(None, "contact_id"),)

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    contact_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_contacts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    second: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    machine: Mapped[str | None] = mapped_column(sa.String(16))


class Tally(Model):
    """What came of a campaign with those about whom nothing is kept any more: numbers about nobody.

    :ivar bounced: that came back, at once or later; ``bounced_later`` of them after a server had taken them.
    :ivar opened, clicked: people; ``machines`` are requests.
    """

    __tablename__ = "newsletters_tallies"

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    bounced: Mapped[int] = mapped_column(default=0)
    bounced_later: Mapped[int] = mapped_column(default=0)
    complained: Mapped[int] = mapped_column(default=0)
    unsubscribed: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)
    clicked: Mapped[int] = mapped_column(default=0)
    machines: Mapped[int] = mapped_column(default=0)


class ArmTally(Model):
    """The same for each arm of a campaign that tries several: what those were who are in its sendings no more.

    :ivar letter: the arm; empty for those who waited for the winner.
    :ivar agreed: to whom it was sent while they agreed to be counted.
    """

    __tablename__ = "newsletters_arm_tallies"

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    letter: Mapped[str] = mapped_column(sa.String(1), primary_key=True)
    recipients: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    bounced: Mapped[int] = mapped_column(default=0)
    bounced_later: Mapped[int] = mapped_column(default=0)
    complained: Mapped[int] = mapped_column(default=0)
    unsubscribed: Mapped[int] = mapped_column(default=0)
    agreed: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)
    clicked: Mapped[int] = mapped_column(default=0)
    machines: Mapped[int] = mapped_column(default=0)


class HeadCount(Model):
    """How many subscribers a newsletter had at the end of a day (UTC)."""

    __tablename__ = "newsletters_head_counts"

    newsletter_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_newsletters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    subscribers: Mapped[int]
