"""The table of what members told."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Model

WAYS = ("second_hand", "new", "handmade", "swap")
AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
GENDERS = ("woman", "man", "other")
HOUSEHOLDS = ("1", "2", "3", "4+")


class Taste(Model):
    """What one member told; each of it may be empty.

    :ivar likes: groups of garments; ``ways``: how they like to come by them.
    """

    __tablename__ = "shop_tastes"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    likes: Mapped[list[str]] = mapped_column(default=list)
    ways: Mapped[list[str]] = mapped_column(default=list)
    age: Mapped[str | None] = mapped_column(sa.String(8))
    gender: Mapped[str | None] = mapped_column(sa.String(8))
    household: Mapped[str | None] = mapped_column(sa.String(8))
    changed_at: Mapped[datetime]
