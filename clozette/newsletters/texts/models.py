"""Proven numbers, the codes that prove them, campaigns of texts, who they went to, and checks against a register."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model

MAX_NUMBER = 16
MAX_TITLE = 80
MAX_BODY = 320


class Phone(Model):
    """A number whose holder typed a code that we texted; one number for a person, one person for a number.

    :ivar number_key: the keyed digest that suppressions know the number by.
    :ivar zone: a time zone, or ``+65``: all zones of that country; texts come by day there.
    :ivar next_at: before then no further campaign comes to it.
    """

    __tablename__ = "newsletters_phones"

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), unique=True)
    number: Mapped[str] = mapped_column(sa.String(MAX_NUMBER), unique=True)
    number_key: Mapped[str] = mapped_column(sa.String(64), index=True)
    country: Mapped[str] = mapped_column(sa.String(2))
    zone: Mapped[str] = mapped_column(sa.String(64))
    locale: Mapped[str] = mapped_column(sa.String(16), default="en")
    verified_at: Mapped[datetime]
    next_at: Mapped[datetime | None]


class PhoneCode(Model):
    """A code on its way to a number, and what its holder wants: six digits, made from this row and a secret.

    :ivar deed: ``start`` or ``end`` texts; ``purposes`` are those that were ticked.
    :ivar stamped: what the form showed (``subscriptions.evidence``).
    """

    __tablename__ = "newsletters_phone_codes"

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(MAX_NUMBER), index=True)
    deed: Mapped[str] = mapped_column(sa.String(8))
    purposes: Mapped[list[str]]
    locale: Mapped[str] = mapped_column(sa.String(16))
    zone: Mapped[str | None] = mapped_column(sa.String(64))
    stamped: Mapped[str | None] = mapped_column(sa.String(8000))
    made_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class TextCampaign(Model):
    """One text message to everybody who agreed to its purpose by text.

    :ivar country: only to numbers of that country; nothing for all.
    :ivar send_at: when a draft goes by itself; ``time_zone`` is the one that this was said in.
    :ivar because: why it stands still, in a word of ours; ``not_before`` when the provider is asked again.
    """

    __tablename__ = "newsletters_texts"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'running', 'paused', 'finished', 'cancelled')", name="state"),
        sa.CheckConstraint("purpose IN ('our_news', 'partner_offers')", name="purpose"),
    )

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    body: Mapped[str] = mapped_column(sa.String(MAX_BODY))
    purpose: Mapped[str] = mapped_column(sa.String(32))
    country: Mapped[str | None] = mapped_column(sa.String(2))
    state: Mapped[str] = mapped_column(sa.String(16), default="draft")
    because: Mapped[str | None] = mapped_column(sa.String(32))
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    send_at: Mapped[datetime | None] = mapped_column(index=True)
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="UTC", server_default="UTC")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)


class TextSending(Model):
    """A campaign to a number: it goes out once, or not at all, and the row says which.

    :ivar basis: what it rests on: ``consent`` in evidential form, or a ``register`` check (then it is marked as advertising).
    :ivar check_id: that check.
    :ivar reason: why it was skipped or failed, in a short word.
    :ivar ref: the provider's name for it.
    """

    __tablename__ = "newsletters_text_sendings"
    __table_args__ = (
        sa.Index(None, "phone_id"),
        sa.Index("ix_newsletters_text_sendings_queue", "text_id", "state", "phone_id"),
        sa.CheckConstraint("state IN ('queued', 'submitting', 'sent', 'skipped', 'failed', 'uncertain')", name="state"),
    )

    text_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_texts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    phone_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_phones.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(sa.String(16), default="queued")
    basis: Mapped[str | None] = mapped_column(sa.String(16))
    check_id: Mapped[int | None] = mapped_column(sa.ForeignKey("newsletters_register_checks.id"), index=True)
    claim: Mapped[str | None] = mapped_column(sa.String(64))
    claimed_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(sa.String(64))
    ref: Mapped[str | None] = mapped_column(sa.String(64))
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class RegisterCheck(Model):
    """An answer of the Do Not Call register about a file of numbers, as evidence (requirement 67).

    :ivar reference: the register's own name for the check; ``result_at``, when its answer came.
    :ivar by_id: who of the staff brought it.
    """

    __tablename__ = "newsletters_register_checks"
    __table_args__ = (sa.UniqueConstraint("reference", "file_sha256"),)

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(sa.String(64))
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    result_at: Mapped[datetime] = mapped_column(index=True)
    kept_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id"), index=True)
    numbers: Mapped[int] = mapped_column(default=0)


class RegisterResult(Model):
    """What a check said of one number, known by its keyed digest alone."""

    __tablename__ = "newsletters_register_results"
    __table_args__ = (sa.Index(None, "number_key"),)

    check_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_register_checks.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number_key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    may_text: Mapped[bool]


class Answer(Model):
    """A text that somebody sent us was heard: by a digest of the provider's name for it, so that it counts once."""

    __tablename__ = "newsletters_text_answers"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(index=True)
