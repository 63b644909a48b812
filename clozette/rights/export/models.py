"""The one table of exports."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model

_MAKING = "ready_at IS NULL AND failed_at IS NULL"


class Export(Model):
    """One archive for one person: asked for, in making, ready, removed. At most one is in making for a person.

    :ivar asked_by: ``page`` or ``api``.
    :ivar folder: where the parts of the present try are; every try has a folder and a key of its own.
    :ivar sealed_key: the key of the parts, sealed under the person's key and the site's secret; gone with the parts.
    :ivar steps_done: how far it is, of ``steps_total``.
    :ivar bytes: the size of the ZIP; ``sha256`` is its digest.
    :ivar missing: how many files belong to it but could not be put in; the archive says which.
    """

    __tablename__ = "rights_exports"
    __table_args__ = (
        sa.Index("ix_rights_exports_subject_id_id", "subject_id", "id"),
        sa.Index(
            "uq_rights_exports_making",
            "subject_id",
            unique=True,
            sqlite_where=sa.text(_MAKING),
            postgresql_where=sa.text(_MAKING),
        ),
        sa.CheckConstraint("downloads >= 0 AND steps_done >= 0", name="counts"),
    )

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(sa.String(8))
    locale: Mapped[str] = mapped_column(sa.String(16))
    folder: Mapped[str | None] = mapped_column(sa.String(32), unique=True)
    sealed_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary(64))
    started_at: Mapped[datetime | None]
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int] = mapped_column(default=0)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    parts: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    missing: Mapped[int] = mapped_column(default=0)
    downloads: Mapped[int] = mapped_column(default=0)
    downloaded_at: Mapped[datetime | None]
