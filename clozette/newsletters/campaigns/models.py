"""Campaigns, their arms, the segments they go to, and the bytes they were compiled to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.newsletters.subscriptions.models import Newsletter

MAX_TITLE = 120
MAX_SUBJECT = 200
MAX_PREVIEW = 200


class Segment(Model):
    """A saved choice of subscribers: ``rules`` is a list of {field, is, value}, read by ``campaigns.segments`` alone."""

    __tablename__ = "newsletters_segments"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(MAX_TITLE), unique=True)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), index=True
    )


class Campaign(Model):
    """One sending of a newsletter.

    :ivar kind: ``letter``, or ``digest`` whose content differs for every reader.
    :ivar blocks: the content, a list of {kind, …} (``campaigns.blocks``).
    :ivar rules: the segment as it was chosen, frozen; empty for every subscriber.
    :ivar state: ``draft``, ``scheduled``, ``late`` (was due while nothing ran, and asks), ``queueing`` (writes its
        sendings), ``running``, ``paused``, ``finished`` or ``cancelled``.
    :ivar send_at: when it is due (UTC); ``time_zone`` is the one that it was said in.
    :ivar paused_because: a word of ours: ``staff``, ``errors``, ``preflight``, ``restored``, ``fault``.
    :ivar test_percent: how many of all get the arms' test, where it has arms; ``winner`` is the arm for the others.
    :ivar repeats: how often a digest goes out (``day``, ``week``, ``month``); it stays ``scheduled``, and each time a
        child of it (``parent_id``) is sent. ``since`` is from when a look is new for such a child.
    :ivar first_at: when a digest that repeats was due first: its later times are counted from that, not from one another.
    :ivar checked_links: what the last check of its links found: address to a word of ours.
    :ivar tracks: whether opens and clicks are counted, of those alone who agreed to it.
    :ivar recipients, sent, skipped, failed, uncertain: what became of the sendings; they stay when these are erased.
    """

    __tablename__ = "newsletters_campaigns"
    __table_args__ = (
        sa.Index(None, "newsletter_id", "id"),
        sa.Index(None, "state", "send_at"),
        sa.UniqueConstraint("parent_id", "send_at"),
    )

    id: Mapped[Id]
    newsletter_id: Mapped[int] = mapped_column(sa.ForeignKey("newsletters_newsletters.id"))
    kind: Mapped[str] = mapped_column(sa.String(8), default="letter")
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    subject_line: Mapped[str] = mapped_column(sa.String(MAX_SUBJECT))
    preview_text: Mapped[str] = mapped_column(sa.String(MAX_PREVIEW), default="")
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    state: Mapped[str] = mapped_column(sa.String(16), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    send_at: Mapped[datetime | None]
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    test_percent: Mapped[int] = mapped_column(default=0)
    winner: Mapped[str | None] = mapped_column(sa.String(1))
    tracks: Mapped[bool] = mapped_column(default=False)
    archived_at: Mapped[datetime | None]
    repeats: Mapped[str | None] = mapped_column(sa.String(8))
    first_at: Mapped[datetime | None]
    since: Mapped[datetime | None]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("newsletters_campaigns.id", ondelete="SET NULL"))
    checked_links: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), index=True
    )
    started_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_because: Mapped[str | None] = mapped_column(sa.String(32))
    finished_at: Mapped[datetime | None]
    recipients: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    uncertain: Mapped[int] = mapped_column(default=0)

    newsletter: Mapped[Newsletter] = relationship()
    arms: Mapped[list["Arm"]] = relationship(order_by="Arm.letter", cascade="all, delete-orphan", passive_deletes=True)


class Arm(Model):
    """One of the ways a campaign is tried out: its own subject line and preview."""

    __tablename__ = "newsletters_arms"

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    letter: Mapped[str] = mapped_column(sa.String(1), primary_key=True)
    subject_line: Mapped[str] = mapped_column(sa.String(MAX_SUBJECT))
    preview_text: Mapped[str] = mapped_column(sa.String(MAX_PREVIEW), default="")


class Compiled(Model):
    """A campaign as it goes out: one mail with marks where each reader's own values are patched in; never changed.

    :ivar letter: the arm; empty where there are none.
    :ivar template: JSON of ``sending.message.Template``.
    """

    __tablename__ = "newsletters_compiled"

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True
    )
    letter: Mapped[str] = mapped_column(sa.String(1), primary_key=True)
    template: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime]
