"""Files of subscribers that staff sent, and what became of their rows."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.newsletters.subscriptions.models import Newsletter

MAX_SOURCE = 200
MAX_WORDING = 2000


class Import(Model):
    """One file for one newsletter.

    :ivar source, consented_on, wording: the evidence: where the people agreed, when at the latest, and to which words.
    :ivar sha256: of the file as it was sent; it stays when the file itself is gone.
    :ivar content: the file, packed and sealed, until it is imported or dropped; at most a week.
    :ivar state: ``checking`` until the dry run is over, ``checked`` while staff look at it, ``running``, then its end.
    :ivar done: how many rows the present state's task is through with; ``total`` is how many there are.
    :ivar counts: rows by what becomes of them (``rules.OUTCOMES``): of the dry run first, then of the real one.
    :ivar faults: the first rows that can't be taken: {row, field, message}, without what stands in them.
    """

    __tablename__ = "newsletters_imports"
    __table_args__ = (
        sa.Index(None, "newsletter_id", "id"),
        sa.CheckConstraint(
            "state IN ('checking', 'checked', 'running', 'finished', 'dropped', 'unreadable')", name="state"
        ),
    )

    id: Mapped[Id]
    newsletter_id: Mapped[int] = mapped_column(sa.ForeignKey("newsletters_newsletters.id"))
    made_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), index=True
    )
    made_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(sa.String(MAX_SOURCE))
    consented_on: Mapped[date]
    wording: Mapped[str] = mapped_column(sa.String(MAX_WORDING))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    state: Mapped[str] = mapped_column(sa.String(16), default="checking")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    finished_at: Mapped[datetime | None]

    newsletter: Mapped[Newsletter] = relationship()
