"""What Mailchimp knows of whom, whom it forgot, what it told us, and what goes out by it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model

_CONTACT = "newsletters_contacts.id"
_WAITS = sa.text("asked > done")


class Remote(Model):
    """A contact as Mailchimp knows it, and the outbox at once: it waits as long as ``asked`` is more than ``done``.

    :ivar subscriber_key: Mailchimp's digest of the address it has; set before it is told of anybody.
    :ivar status: theirs, as last seen.
    :ivar told: the newsletters it was told of, as encoded ids; ``told_digest``: of the address and names it was told.
    :ivar problem: why it can't be as it should: a word of ours (``talk``).
    :ivar heard_status_at, heard_profile_at: when the last webhook fired that was heeded.
    :ivar seen_run_id: the last full reconciliation that met it there.
    """

    __tablename__ = "newsletters_mailchimp_members"
    __table_args__ = (
        sa.Index(
            "ix_newsletters_mailchimp_members_waiting",
            "tries",
            "asked_at",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )

    contact_id: Mapped[int] = mapped_column(
        sa.ForeignKey(_CONTACT, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    asked: Mapped[int] = mapped_column(default=1)
    done: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None] = mapped_column(sa.String(16))
    subscriber_key: Mapped[str | None] = mapped_column(sa.String(32), index=True)
    status: Mapped[str | None] = mapped_column(sa.String(16))
    told: Mapped[list[str]] = mapped_column(default=list)
    told_digest: Mapped[str | None] = mapped_column(sa.String(64))
    heard_status_at: Mapped[datetime | None]
    heard_profile_at: Mapped[datetime | None]
    seen_run_id: Mapped[int | None]


class Forgotten(Model):
    """Somebody whom Mailchimp must erase, or did: then it takes the address again only by a form of its own.

    :ivar subscriber_key: whom; gone once it is done, as is ``erased_subject``, for whom its duty is confirmed.
    :ivar returned_at: when the person came back by that form.
    """

    __tablename__ = "newsletters_mailchimp_forgotten"

    id: Mapped[Id]
    address_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    subscriber_key: Mapped[str | None] = mapped_column(sa.String(32))
    erased_subject: Mapped[int | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]


class Batch(Model):
    """Many who were unsubscribed there at once; what became of each is known when Mailchimp is through with them."""

    __tablename__ = "newsletters_mailchimp_batches"

    remote: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Interest(Model):
    """A newsletter's name at Mailchimp: all of them are interests in one audience."""

    __tablename__ = "newsletters_mailchimp_interests"

    newsletter_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_newsletters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    interest: Mapped[str] = mapped_column(sa.String(40), unique=True)


class Heard(Model):
    """A webhook that was taken, once: known by a keyed digest of its body, of which nothing else is kept."""

    __tablename__ = "newsletters_mailchimp_heard"

    id: Mapped[Id]
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    outcome: Mapped[str] = mapped_column(sa.String(16))
    at: Mapped[datetime] = mapped_column(index=True)


class Reconciliation(Model):
    """One reconciliation. ``counts``: how many of what (``reconcile``); ``problem``: a word of ours if it broke off."""

    __tablename__ = "newsletters_mailchimp_runs"

    id: Mapped[Id]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    is_full: Mapped[bool]
    counts: Mapped[dict[str, Any]]
    problem: Mapped[str | None] = mapped_column(sa.String(32))


class Channel(Model):
    """Who talks with Mailchimp now, so that one does; and until when it is left alone because it asked for that."""

    __tablename__ = "newsletters_mailchimp_channels"

    name: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    holder: Mapped[str | None] = mapped_column(sa.String(32))
    until: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
    rests_because: Mapped[str | None] = mapped_column(sa.String(32))
    tries: Mapped[int] = mapped_column(default=0)


class Posting(Model):
    """A campaign that goes out by Mailchimp instead of by our own engine.

    :ivar state: ``making`` → ``made`` → ``sending`` → ``sent``; ``uncertain`` while nobody knows what became of it.
    """

    __tablename__ = "newsletters_mailchimp_campaigns"

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(sa.String(16))
    remote: Mapped[str | None] = mapped_column(sa.String(40))
    problem: Mapped[str | None] = mapped_column(sa.String(32))
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]
    sent: Mapped[int] = mapped_column(default=0)
    bounced: Mapped[int] = mapped_column(default=0)
    unsubscribed: Mapped[int] = mapped_column(default=0)
    complained: Mapped[int] = mapped_column(default=0)
