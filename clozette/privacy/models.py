"""Subjects, wordings, the first ledger and the log of staff reads."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only


class Subject(Model):
    """A person, opaque: a member, or someone known only by a verified address.

    ``key`` (32 bytes) seals what is written about them in append-only tables; erasing the person destroys it.
    """

    __tablename__ = "privacy_subjects"

    id: Mapped[Id]
    created_at: Mapped[datetime]
    key: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    erased_at: Mapped[datetime | None]


class Wording(Model):
    """A text that was shown to people, named by the SHA-256 of its bytes."""

    __tablename__ = "privacy_wordings"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(16))
    first_shown_at: Mapped[datetime]


class LedgerEntry(Model):
    """One thing that was shown to, answered by or done for a subject. Rows are added, never changed.

    The clear columns hold words of ours alone. ``sealed`` is what identifies the circumstances (truncated address,
    browser, country, evidence, reason), encrypted under the subject's key. ``served_id`` is the entry of what was shown.
    """

    __tablename__ = "privacy_ledger"
    __table_args__ = (sa.Index("ix_privacy_ledger_subject_id_id", "subject_id", "id"),)

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"))
    at: Mapped[datetime]
    point: Mapped[str] = mapped_column(sa.String(8))
    action: Mapped[str] = mapped_column(sa.String(16))
    purpose: Mapped[str | None] = mapped_column(sa.String(32))
    channel: Mapped[str | None] = mapped_column(sa.String(16))
    wording: Mapped[str] = mapped_column(sa.ForeignKey("privacy_wordings.digest"))
    policy_version: Mapped[str] = mapped_column(sa.String(32))
    method: Mapped[str] = mapped_column(sa.String(64))
    actor: Mapped[str] = mapped_column(sa.String(16))
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    received_at: Mapped[datetime | None]
    basis: Mapped[str | None] = mapped_column(sa.String(16))
    policy_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    surface: Mapped[str | None] = mapped_column(sa.String(64))
    served_id: Mapped[int | None]


class Consent(Model):
    """What stands now for one purpose by one channel: the fold of the ledger, which alone is the truth."""

    __tablename__ = "privacy_consents"
    __table_args__ = (
        sa.UniqueConstraint("subject_id", "purpose", "channel"),
        sa.Index("ix_privacy_consents_purpose_channel_action", "purpose", "channel", "action"),
    )

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"))
    purpose: Mapped[str] = mapped_column(sa.String(32))
    channel: Mapped[str] = mapped_column(sa.String(16))
    action: Mapped[str] = mapped_column(sa.String(16))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_ledger.id"))
    at: Mapped[datetime]


class StaffRead(Model):
    """A member of staff looked at a person's record (requirement 8). Rows are added, never changed.

    :ivar fields: what of it was shown; the case says why for all its reads.
    """

    __tablename__ = "privacy_staff_reads"
    __table_args__ = (sa.Index("ix_privacy_staff_reads_subject_id_id", "subject_id", "id"),)

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"))
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"))
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(200))
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_cases.id"), index=True)
    fields: Mapped[list[str] | None] = mapped_column(sa.JSON)


APPEND_ONLY = ("privacy_ledger", "privacy_staff_reads", "privacy_wordings")

append_only.attach(Model.metadata, APPEND_ONLY)
