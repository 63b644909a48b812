"""Tables of the one door: recipients, hand-overs, a row per person, what really left, silences, and who must be told."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only

_SUBJECT = "privacy_subjects.id"
_RECIPIENT = "privacy_recipients.id"
_HANDOVER = "privacy_handovers.id"


class Recipient(Model):
    """Somebody outside who got data: a name, not a category. One who moves gets a new row; the old one stays true."""

    __tablename__ = "privacy_recipients"
    __table_args__ = (sa.UniqueConstraint("legal_name", "address", "country", "contact"),)

    id: Mapped[Id]
    legal_name: Mapped[str] = mapped_column(sa.String(200))
    address: Mapped[str] = mapped_column(sa.String(300))
    country: Mapped[str] = mapped_column(sa.String(2))
    contact: Mapped[str] = mapped_column(sa.String(254))
    added_at: Mapped[datetime]


class Handover(Model):
    """One payload handed to one recipient. Rows are added, never changed.

    :ivar trigger: what led to it (``contest``, ``law`` …), with the id of that thing in ``object_id``.
    :ivar basis: ``consent`` (then each person's row names theirs), or another; ``duty`` says which law or contract.
    :ivar fields: the declared columns whose values went out, as ``table.column``; ``categories``: their categories.
    :ivar retention: how long the recipient promised to keep it; ``contract``: under which agreement.
    """

    __tablename__ = "privacy_handovers"

    id: Mapped[Id]
    at: Mapped[datetime]
    recipient_id: Mapped[int] = mapped_column(sa.ForeignKey(_RECIPIENT), index=True)
    trigger: Mapped[str] = mapped_column(sa.String(40))
    object_id: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(sa.String(32))
    basis: Mapped[str] = mapped_column(sa.String(16))
    duty: Mapped[str] = mapped_column(sa.String(200))
    categories: Mapped[list[str]]
    fields: Mapped[list[str]]
    means: Mapped[str] = mapped_column(sa.String(16))
    payload_sha256: Mapped[str] = mapped_column(sa.String(64))
    payload_bytes: Mapped[int]
    row_count: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    retention: Mapped[str] = mapped_column(sa.String(200))
    contract: Mapped[str] = mapped_column(sa.String(200))

    recipient: Mapped[Recipient] = relationship(lazy="raise")


class Disclosure(Model):
    """One person in one hand-over. Rows are added, never changed.

    :ivar reference: what the payload calls this person, sealed under their key; with it a recipient is told later whom
        to correct or delete, and nothing else.
    :ivar wording: digest of the words that the consent answered, under ``policy_version``.
    """

    __tablename__ = "privacy_disclosures"
    __table_args__ = (
        sa.Index("ix_privacy_disclosures_subject_id_id", "subject_id", "id"),
        sa.UniqueConstraint("handover_id", "subject_id"),
    )

    id: Mapped[Id]
    handover_id: Mapped[int] = mapped_column(sa.ForeignKey(_HANDOVER))
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT))
    consent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_ledger.id"))
    wording: Mapped[str | None] = mapped_column(sa.String(64))
    policy_version: Mapped[str | None] = mapped_column(sa.String(32))
    reference: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Departure(Model):
    """Bytes that left by a port. Written by the port itself, so that it can be held against the hand-overs.

    :ivar handover_id: what it was said to be; none, or one with another digest, is a fault that reconciliation shows.
    """

    __tablename__ = "privacy_departures"

    id: Mapped[Id]
    at: Mapped[datetime]
    handover_id: Mapped[int | None] = mapped_column(index=True)
    port: Mapped[str] = mapped_column(sa.String(40))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    bytes: Mapped[int]


class Silence(Model):
    """The person must not be told of a hand-over or of a case, by law, until a moment. The newest row counts."""

    __tablename__ = "privacy_silences"
    __table_args__ = (sa.CheckConstraint("(handover_id IS NULL) <> (case_id IS NULL)", name="of_one_thing"),)

    id: Mapped[Id]
    handover_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_HANDOVER), index=True)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_cases.id"), index=True)
    at: Mapped[datetime]
    until: Mapped[datetime]
    because: Mapped[str] = mapped_column(sa.String(200))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)


class Telling(Model):
    """A recipient must be told that a person's data was corrected or erased, or that the consent was withdrawn.

    :ivar cause_id: the erasure, correction or ledger entry that it follows from; one telling for each recipient and cause.
    :ivar known_as: what the payloads called the person; emptied once the recipient has confirmed.
    """

    __tablename__ = "privacy_tellings"
    __table_args__ = (sa.UniqueConstraint("subject_id", "recipient_id", "kind", "cause_id"),)

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT))
    recipient_id: Mapped[int] = mapped_column(sa.ForeignKey(_RECIPIENT), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    cause_id: Mapped[int]
    known_as: Mapped[list[str]]
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]


class Case(Model):
    """Why one of the staff looks at one person's record: asked once, good until ``closes_at``."""

    __tablename__ = "privacy_cases"
    __table_args__ = (sa.Index("ix_privacy_cases_subject_id_reader_id", "subject_id", "reader_id"),)

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT))
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    reference: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(200))


APPEND_ONLY = (
    "privacy_recipients",
    "privacy_handovers",
    "privacy_disclosures",
    "privacy_departures",
    "privacy_silences",
)

append_only.attach(Model.metadata, APPEND_ONLY)
