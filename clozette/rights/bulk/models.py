"""Tables of bulk exports: what was asked, what a second person said, and each download. Rows are added, never changed;
only the blocks go when the access log has what was in them.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only
from clozette.privacy.disclosures.models import Recipient

_SUBJECT = "privacy_subjects.id"
_EXPORT = "rights_bulk_exports.id"
APPROVED, REFUSED = "approved", "refused"


class BulkExport(Model):
    """What one member of staff asked for.

    :ivar use: what it is for (``uses.USES``); ``reason`` says it in their own words.
    :ivar counted: how many people the filter found when it was asked for; more never leave under this row.
    :ivar limit: up to how many people no second person was needed then, after what the asker had exported before.
    :ivar recipient_id: who outside the house gets it; none where it stays inside.
    :ivar expires_at: until when it may be downloaded.
    """

    __tablename__ = "rights_bulk_exports"
    __table_args__ = (sa.CheckConstraint("counted >= 0", name="counted"),)

    id: Mapped[Id]
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    asked_at: Mapped[datetime]
    use: Mapped[str] = mapped_column(sa.String(32))
    reason: Mapped[str] = mapped_column(sa.String(200))
    format: Mapped[str] = mapped_column(sa.String(8))
    columns: Mapped[list[str]]
    filter: Mapped[dict[str, Any]]
    counted: Mapped[int]
    limit: Mapped[int] = mapped_column("free_up_to")
    recipient_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_recipients.id"), index=True)
    expires_at: Mapped[datetime]

    recipient: Mapped[Recipient | None] = relationship()
    decision: Mapped["BulkDecision | None"] = relationship(lazy="joined")
    downloads: Mapped[list["BulkDownload"]] = relationship(order_by="BulkDownload.id.desc()")

    @property
    def needs_second_person(self) -> bool:
        """Whether somebody else must agree before anything can be downloaded."""
        return self.counted > self.limit or self.recipient_id is not None

    @property
    def is_open(self) -> bool:
        """Whether nothing stands in the way but time."""
        return not self.needs_second_person if self.decision is None else self.decision.verdict == APPROVED


class BulkDecision(Model):
    """What the second person said; one for an export, by somebody who is not who asked."""

    __tablename__ = "rights_bulk_decisions"

    id: Mapped[Id]
    export_id: Mapped[int] = mapped_column(sa.ForeignKey(_EXPORT), unique=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(sa.String(8))


class BulkDownload(Model):
    """One download that began; ``mark`` is in every row of its file and leads back here.

    :ivar handover_id: the entry of the disclosure log, where the file is for somebody outside.
    """

    __tablename__ = "rights_bulk_downloads"

    id: Mapped[Id]
    export_id: Mapped[int] = mapped_column(sa.ForeignKey(_EXPORT), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    at: Mapped[datetime]
    mark: Mapped[str] = mapped_column(sa.String(32), unique=True)
    handover_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_handovers.id"), index=True)

    export: Mapped[BulkExport] = relationship(back_populates="downloads")
    file: Mapped["BulkFile | None"] = relationship(lazy="joined")


class BulkFile(Model):
    """A download that reached its end: how many people and bytes, and the digest of what was sent."""

    __tablename__ = "rights_bulk_files"

    id: Mapped[Id]
    download_id: Mapped[int] = mapped_column(sa.ForeignKey("rights_bulk_downloads.id"), unique=True)
    finished_at: Mapped[datetime]
    people: Mapped[int]
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))


class BulkBlock(Model):
    """Some of the people of a large download whom the access log does not have yet.

    :ivar subjects: eight bytes each.
    """

    __tablename__ = "rights_bulk_blocks"

    id: Mapped[Id]
    download_id: Mapped[int] = mapped_column(sa.ForeignKey("rights_bulk_downloads.id"), index=True)
    subjects: Mapped[bytes] = mapped_column(sa.LargeBinary)


APPEND_ONLY = ("rights_bulk_exports", "rights_bulk_decisions", "rights_bulk_downloads", "rights_bulk_files")

append_only.attach(Model.metadata, APPEND_ONLY)
