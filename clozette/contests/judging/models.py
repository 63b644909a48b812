"""Tables of the jury."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model


class Judge(Model):
    """A member named to a contest's jury, who may have accepted, and may have been dropped, with the reason."""

    __tablename__ = "contests_judges"
    __table_args__ = (sa.UniqueConstraint("contest_id", "member_id"), sa.Index(None, "member_id"))

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_contests.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    named_at: Mapped[datetime]
    named_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), index=True
    )
    accepted_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    dropped_because: Mapped[str | None] = mapped_column(sa.String(200))
