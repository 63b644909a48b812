"""Mails that came back, as they came, until they are understood and a while longer."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column

from clozette.kernel.database import Id, Model


class Return(Model):
    """A mail to one of our own mailboxes.

    :ivar digest: keyed, of its bytes: the same mail twice is one row, also after its content is gone.
    :ivar sealed: the mail with its envelope's recipients, encrypted; nothing once it was understood a while ago. What was
        not understood stays until staff settle it.
    :ivar via: ``smtp`` or ``webhook``.
    :ivar kind: a word of ours for what it is, when it was read; ``verdict`` what that means (``hard``, ``soft``,
        ``policy``, a kind of complaint), ``status`` an enhanced status such as ``5.1.1``.
    :ivar because: why it was not understood: a word of ours.
    :ivar campaign_id, contact_id: of which mail of ours it speaks, where that is certain.
    :ivar subject_id: whose; for the erasure.
    """

    __tablename__ = "newsletters_returns"
    __table_args__ = (
        sa.Index(None, "state", "id"),
        sa.CheckConstraint("state IN ('waiting', 'understood', 'unknown', 'settled')", name="state"),
    )

    id: Mapped[Id]
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    received_at: Mapped[datetime]
    via: Mapped[str] = mapped_column(sa.String(8))
    size: Mapped[int]
    sealed: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
    state: Mapped[str] = mapped_column(sa.String(16), default="waiting")
    kind: Mapped[str | None] = mapped_column(sa.String(16))
    verdict: Mapped[str | None] = mapped_column(sa.String(16))
    status: Mapped[str | None] = mapped_column(sa.String(16))
    because: Mapped[str | None] = mapped_column(sa.String(16))
    campaign_id: Mapped[int | None]
    contact_id: Mapped[int | None]
    subject_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("privacy_subjects.id", ondelete="SET NULL"), index=True
    )
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class Mailbox(Model):
    """An address that mail of the site itself (no newsletter) went to: a bounce of it names this row.

    :ivar address_key: the keyed digest (``keys.address_key``); the address itself stands nowhere here.
    :ivar mailed_at: when mail last went there, to the day; the row goes a month after.
    """

    __tablename__ = "newsletters_mailboxes"

    id: Mapped[Id]
    address_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    mailed_at: Mapped[datetime] = mapped_column(index=True)
