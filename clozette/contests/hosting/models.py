"""Tables of hosting: the channels of partners."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model

MAX_SLUG, MAX_NAME, MAX_WORDS = 30, 80, 500
COLOURS = ("ink", "rose", "blush", "mint", "sand", "mist")


class Channel(Model):
    """A partner's own address here, ``/p/<slug>``: their surveys and promotions with their name on top.

    :ivar colour: one of a few that can be read on; nothing else of the page is the partner's.
    """

    __tablename__ = "contests_channels"
    __table_args__ = (sa.CheckConstraint(f"colour IN ({', '.join(map(repr, COLOURS))})", name="colour"),)

    id: Mapped[Id]
    sponsor_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_sponsors.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(MAX_SLUG), unique=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS), default="")
    colour: Mapped[str] = mapped_column(sa.String(8), default=COLOURS[0])
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
