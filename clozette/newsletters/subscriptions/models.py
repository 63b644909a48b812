"""Newsletters, contacts, subscriptions, sign-ups that wait for their confirmation, and suppressed addresses."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model

MAX_SLUG = 40
MAX_TITLE = 80
MAX_LINE = 200
MAX_TEXT = 1000
MAX_EMAIL = 254
MAX_NAME = 60

_BY_CODE_POINT = sa.String(MAX_SLUG).with_variant(sa.String(MAX_SLUG, collation="C"), "postgresql")


class Newsletter(Model):
    """A series that people subscribe to, in one language and edition.

    :ivar sender_name: who it says it is from; ``sender_address`` only where it is another than the site's own.
    :ivar is_third: whether it carries offers of other companies; then it goes only to whoever agreed to these besides.
    :ivar closed_at: since when nobody can subscribe and nothing is sent.
    """

    __tablename__ = "newsletters_newsletters"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(_BY_CODE_POINT, unique=True)
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    description: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
    frequency: Mapped[str] = mapped_column(sa.String(MAX_LINE), default="")
    edition: Mapped[str] = mapped_column(sa.String(32))
    language: Mapped[str] = mapped_column(sa.String(16))
    sender_name: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    sender_address: Mapped[str | None] = mapped_column(sa.String(MAX_EMAIL))
    reply_to: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    is_third: Mapped[bool] = mapped_column(default=False)
    has_archive: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Contact(Model):
    """An address somebody gave us for newsletters, with the names that a newsletter needs.

    :ivar address_key: the keyed digest of ``canonical`` (``keys.address_key``): what suppressions are found by.
    :ivar domain: of the address, for limits per domain; ``soft_bounces`` counts those since the last delivery.
    :ivar confirmed_at: when its reader first proved to read it; before that it has no names.
    """

    __tablename__ = "newsletters_contacts"
    __table_args__ = (sa.Index(None, "address_key"),)

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), unique=True)
    address: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    canonical: Mapped[str] = mapped_column(sa.String(MAX_EMAIL), unique=True)
    address_key: Mapped[str] = mapped_column(sa.String(64))
    domain: Mapped[str] = mapped_column(sa.String(190))
    first_name: Mapped[str] = mapped_column(sa.String(MAX_NAME), default="")
    last_name: Mapped[str] = mapped_column(sa.String(MAX_NAME), default="")
    locale: Mapped[str] = mapped_column(sa.String(16), default="en")
    country: Mapped[str | None] = mapped_column(sa.String(2))
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    created_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    soft_bounces: Mapped[int] = mapped_column(default=0)

    subscriptions: Mapped[list["Subscription"]] = relationship(back_populates="contact", passive_deletes=True)


class Subscription(Model):
    """How one contact stands to one newsletter; the states and their transitions are in ``rules``.

    :ivar source: where it came from: ``form``, ``settings``, ``api``, ``import``, ``mailchimp``.
    :ivar consent_id: the ledger entry of the yes that it rests on.
    """

    __tablename__ = "newsletters_subscriptions"
    __table_args__ = (
        sa.UniqueConstraint("newsletter_id", "contact_id"),
        sa.Index(None, "contact_id"),
        sa.Index(None, "newsletter_id", "state", "contact_id"),
        sa.CheckConstraint(
            "state IN ('pending', 'confirmed', 'unsubscribed', 'bounced', 'complained', 'expired')", name="state"
        ),
    )

    id: Mapped[Id]
    newsletter_id: Mapped[int] = mapped_column(sa.ForeignKey("newsletters_newsletters.id"))
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("newsletters_contacts.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(sa.String(16))
    source: Mapped[str] = mapped_column(sa.String(16))
    consent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_ledger.id"), index=True)
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    contact: Mapped[Contact] = relationship(back_populates="subscriptions")
    newsletter: Mapped[Newsletter] = relationship()


class SignUp(Model):
    """A form that was sent and waits until its address's reader confirms it: the names and newsletters that it asked for.

    :ivar token_digest: of the token in the mail; ``used_at``, when it was confirmed, once.
    :ivar stamped: the signed note of what the form showed, to be recorded with the answer.
    """

    __tablename__ = "newsletters_signups"

    id: Mapped[Id]
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("newsletters_contacts.id", ondelete="CASCADE"), index=True)
    newsletter_ids: Mapped[list[str]]
    first_name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    last_name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    locale: Mapped[str] = mapped_column(sa.String(16))
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    stamped: Mapped[str | None] = mapped_column(sa.Text)
    method: Mapped[str] = mapped_column(sa.String(32))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Suppression(Model):
    """An address that gets no more marketing, known by its keyed digest alone, so that it outlives the person's data.

    :ivar reason: ``left`` (all newsletters at once), ``bounced``, ``complained``, ``erased`` or ``staff``; a row for each.
    :ivar source: what brought it: ``page``, ``one-click``, ``mail``, ``smtp``, ``dsn``, ``arf``, ``mailchimp``, ``erasure``…
    :ivar lifted_at: when the address's reader asked for mail again, or staff lifted it; then it counts no more.
    """

    __tablename__ = "newsletters_suppressions"
    __table_args__ = (sa.UniqueConstraint("address_key", "reason"),)

    id: Mapped[Id]
    address_key: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(16))
    source: Mapped[str] = mapped_column(sa.String(16))
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class SuppressionNote(Model):
    """Why staff suppressed an address, or lifted a suppression.

    :ivar deed: ``added`` or ``lifted``; ``reason`` is the suppression's, ``because`` what staff say.
    """

    __tablename__ = "newsletters_suppression_notes"
    __table_args__ = (sa.Index(None, "address_key"),)

    id: Mapped[Id]
    address_key: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(16))
    deed: Mapped[str] = mapped_column(sa.String(8))
    because: Mapped[str] = mapped_column(sa.String(MAX_LINE))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), index=True)


class Key(Model):
    """A random key of this site that has to stay the same for ever: addresses must be known again after every rotation."""

    __tablename__ = "newsletters_keys"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    made_at: Mapped[datetime]
