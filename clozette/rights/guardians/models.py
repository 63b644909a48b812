"""What was asked of a minor's parent or guardian."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model

MAX_EMAIL = 254
MAX_NAME = 120


class GuardianAsk(Model):
    """A question to a minor's parent or guardian about one purpose by one channel; a new question takes the place of an old.

    The token of its links is derived from this row and the site's secret, so that nothing here opens them.

    :ivar decision: nothing while it waits; ``agreed``, ``declined``, or ``withdrawn`` after a yes.
    :ivar entry_id: the entry of the yes; the consent that stands by it ends with the member's eighteenth birthday.
    """

    __tablename__ = "rights_guardian_asks"
    __table_args__ = (sa.UniqueConstraint("subject_id", "purpose", "channel"),)

    id: Mapped[Id]
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"))
    purpose: Mapped[str] = mapped_column(sa.String(32))
    channel: Mapped[str] = mapped_column(sa.String(16))
    address: Mapped[str] = mapped_column(sa.String(MAX_EMAIL))
    locale: Mapped[str] = mapped_column(sa.String(16))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    decision: Mapped[str | None] = mapped_column(sa.String(16))
    decided_at: Mapped[datetime | None]
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_ledger.id"), unique=True)
