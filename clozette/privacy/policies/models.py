"""Versions of the policy and the terms, what changed in them for whom, who was told, and who accepted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only
from clozette.privacy.policies import founding

MAX_TEXT = 100_000
MAX_SUMMARY = 500
_POLICY = "privacy_policies.id"
_SUBJECT = "privacy_subjects.id"


class Policy(Model):
    """One version of a text. Rows are added, never changed.

    :ivar version: the day it holds from, as addresses and the ledger write it.
    :ivar sha256: of the text's bytes in UTF-8.
    :ivar summary: what is new, in a sentence, in the text's own language.
    """

    __tablename__ = "privacy_policies"
    __table_args__ = (sa.UniqueConstraint("kind", "edition", "language", "version"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(sa.String(8))
    edition: Mapped[str] = mapped_column(sa.String(32))
    language: Mapped[str] = mapped_column(sa.String(16))
    version: Mapped[str] = mapped_column(sa.String(10))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    text: Mapped[str] = mapped_column(sa.String(MAX_TEXT))
    summary: Mapped[str] = mapped_column(sa.String(MAX_SUMMARY))
    published_at: Mapped[datetime]
    effective_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)


class PolicyChange(Model):
    """What a version means for one purpose: ``material`` or ``editorial``; a purpose without a row is untouched."""

    __tablename__ = "privacy_policy_changes"
    __table_args__ = (
        sa.UniqueConstraint("policy_id", "purpose"),
        sa.CheckConstraint("weight IN ('material', 'editorial')", name="weight"),
    )

    id: Mapped[Id]
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey(_POLICY))
    purpose: Mapped[str] = mapped_column(sa.String(32))
    weight: Mapped[str] = mapped_column(sa.String(10))


class Announcement(Model):
    """Everybody who must know of a version has been told; it can hold from now on, and not before its day."""

    __tablename__ = "privacy_policy_announcements"

    policy_id: Mapped[int] = mapped_column(sa.ForeignKey(_POLICY), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    told: Mapped[int]


class PolicyNotice(Model):
    """One person was told of a coming version; the ledger holds what they were told."""

    __tablename__ = "privacy_policy_notices"
    __table_args__ = (sa.UniqueConstraint("policy_id", "subject_id"),)

    id: Mapped[Id]
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey(_POLICY))
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    at: Mapped[datetime]


class PolicyTelling(Model):
    """One person is being told of a version, or could not be; the row goes once they are told.

    :ivar turn: which attempt is the present one; what was asked for earlier and still waits does nothing.
    :ivar refused: how many mails to this address were refused for now.
    :ivar not_before: when the next attempt may be asked for.
    :ivar missed_at: when they were given up: they count as not reached, and hold nothing up.
    """

    __tablename__ = "privacy_policy_tellings"
    __table_args__ = (sa.UniqueConstraint("policy_id", "subject_id"),)

    id: Mapped[Id]
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey(_POLICY))
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    turn: Mapped[int] = mapped_column(default=1)
    refused: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    missed_at: Mapped[datetime | None]


class Acceptance(Model):
    """A person accepted a version of the terms, by a deed of their own."""

    __tablename__ = "privacy_acceptances"
    __table_args__ = (sa.UniqueConstraint("subject_id", "policy_id"),)

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT))
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey(_POLICY), index=True)
    at: Mapped[datetime]


class GpcSignal(Model):
    """A signed-in person's browser sent Sec-GPC for the first time; it was taken as a no for the account."""

    __tablename__ = "privacy_gpc_signals"

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), primary_key=True, autoincrement=False)
    at: Mapped[datetime]


APPEND_ONLY = {
    "privacy_policies": "id",
    "privacy_policy_changes": "id",
    "privacy_policy_announcements": "policy_id",
}

append_only.attach(Model.metadata, APPEND_ONLY)
founding.attach(Model.metadata.tables["privacy_policies"], Model.metadata.tables["privacy_policy_announcements"])
