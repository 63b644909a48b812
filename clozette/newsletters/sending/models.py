"""One row for each campaign and contact: it goes out once, or not at all, and the row says which."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Model

_CAME_BACK = "bounced_at IS NOT NULL OR complained_at IS NOT NULL OR unsubscribed_at IS NOT NULL"


class Sending(Model):
    """A campaign to a contact.

    :ivar subscription_id: the subscription it goes to; checked again when it is claimed.
    :ivar state: ``queued`` until a worker claims it, ``submitting`` while a server may have it, then what became of it;
        ``uncertain`` if whoever submitted it died: it is never sent again by itself.
    :ivar claim: of which batch it is while ``submitting`` (the worker's id and a number).
    :ivar not_before: when it may be tried again, after a server said "later".
    :ivar reason: why it was skipped or failed: a word of ours or an enhanced status such as ``5.1.1``, never a text.
    :ivar delivered_at: when the next server took it (250); ``bounced_at`` and ``complained_at`` when it came back.
    """

    __tablename__ = "newsletters_sendings"
    __table_args__ = (
        sa.Index(None, "contact_id"),
        sa.Index(
            "ix_newsletters_sendings_queue",
            "campaign_id",
            "contact_id",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        ),
        sa.Index(
            "ix_newsletters_sendings_claimed",
            "campaign_id",
            "claim",
            sqlite_where=sa.text("state = 'submitting'"),
            postgresql_where=sa.text("state = 'submitting'"),
        ),
        sa.Index(
            "ix_newsletters_sendings_uncertain",
            "campaign_id",
            "contact_id",
            sqlite_where=sa.text("state = 'uncertain'"),
            postgresql_where=sa.text("state = 'uncertain'"),
        ),
        sa.Index(
            "ix_newsletters_sendings_back",
            "campaign_id",
            sqlite_where=sa.text(_CAME_BACK),
            postgresql_where=sa.text(_CAME_BACK),
        ),
        sa.CheckConstraint("state IN ('queued', 'submitting', 'sent', 'skipped', 'failed', 'uncertain')", name="state"),
    )

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    contact_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_contacts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    subscription_id: Mapped[int] = mapped_column()
    domain: Mapped[str] = mapped_column(sa.String(190))
    letter: Mapped[str] = mapped_column(sa.String(1), default="")
    state: Mapped[str] = mapped_column(sa.String(16), default="queued")
    claim: Mapped[str | None] = mapped_column(sa.String(48))
    not_before: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(sa.String(32))
    delivered_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    complained_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]


class Sender(Model):
    """A worker that sends: alive while its count of beats grows.

    :ivar instance: of the process; its claims begin with the name and this. ``beats`` never goes back, unless the whole
        database was: see ``senders``.
    """

    __tablename__ = "newsletters_senders"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    instance: Mapped[str] = mapped_column(sa.String(12))
    beats: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime]


class Pace(Model):
    """How fast: nothing of a scope goes out before ``free_at``.

    :ivar scope: ``all``, ``sender:<address of ours>`` or ``domain:<mail domain>``.
    :ivar failures: how often in a row the domain's servers said "later".
    """

    __tablename__ = "newsletters_paces"

    scope: Mapped[str] = mapped_column(sa.String(260), primary_key=True)
    free_at: Mapped[datetime] = mapped_column(index=True)
    failures: Mapped[int] = mapped_column(default=0)


class Run(Model):
    """What the engine has to remember of a campaign.

    :ivar forgiven: how many had failed when it last went on: its error budget counts from there; ``sent_then`` likewise.
    """

    __tablename__ = "newsletters_runs"

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    forgiven: Mapped[int] = mapped_column(default=0)
    sent_then: Mapped[int] = mapped_column(default=0)
