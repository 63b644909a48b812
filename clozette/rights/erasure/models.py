"""Tables of erasure: what was asked and how far it is, the receipt, and what is kept back by law."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only

_STANDING = sa.text("undone_at IS NULL")


class Erasure(Model):
    """A person's wish to be erased. At most one stands for a person.

    :ivar code: a random word that opens the receipt, for whoever has no account any more.
    :ivar via: how it was asked: ``page``, ``desk``, ``command`` or ``replay``; ``unconfirmed``: nobody asked, time did.
    :ivar steps: the names of the steps that are done; ``counts``: how many rows and files each took.
    """

    __tablename__ = "rights_erasures"
    __table_args__ = (
        sa.Index(
            "ix_rights_erasures_standing",
            "subject_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        sa.Index("ix_rights_erasures_due_at", "due_at"),
    )

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"))
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    via: Mapped[str] = mapped_column(sa.String(16))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    begun_at: Mapped[datetime | None]
    executed_at: Mapped[datetime | None]
    steps: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    counts: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class Receipt(Model):
    """What an erasure took and what stays, without a word about the person. Added once, never changed."""

    __tablename__ = "rights_receipts"

    id: Mapped[Id]
    erasure_id: Mapped[int] = mapped_column(sa.ForeignKey("rights_erasures.id"), unique=True)
    at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    kept: Mapped[dict[str, Any]]


class Restricted(Model):
    """A row that law makes us keep, taken out of its table: nothing but the stated reason may use it, until it ends.

    :ivar row_key: the key that it had in its table, so that no row is moved twice.
    """

    __tablename__ = "rights_restricted"
    __table_args__ = (sa.UniqueConstraint("erasure_id", "source", "row_key"),)

    id: Mapped[Id]
    erasure_id: Mapped[int] = mapped_column(sa.ForeignKey("rights_erasures.id"), index=True)
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), index=True)
    source: Mapped[str] = mapped_column(sa.String(64))
    row_key: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[dict[str, Any]]
    because: Mapped[str] = mapped_column(sa.String(300))
    until: Mapped[datetime] = mapped_column(index=True)
    moved_at: Mapped[datetime]


APPEND_ONLY = ("rights_receipts",)

append_only.attach(Model.metadata, APPEND_ONLY)
