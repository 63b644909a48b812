"""The table of reviews."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.accounts.models import Member
from clozette.kernel.database import Id, Model
from clozette.shop.orders.models import Order

SIDES = ("buyer", "seller")
MAX_WORDS, MAX_REASON = 1000, 200
_MEMBER = "accounts_members.id"


class Review(Model):
    """What one side of an order says of the other.

    :ivar side: the author's; each side has one.
    :ivar as_described: whether it was as described; for buyers to say.
    :ivar shown_at: since when anybody sees it, and it can't be changed; not before both are written, or the days are over.
    :ivar hidden_at: since when the staff hides it again; then it counts no more.
    """

    __tablename__ = "shop_reviews"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "side"),
        sa.CheckConstraint(f"side IN ({', '.join(map(repr, SIDES))})", name="side"),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        sa.CheckConstraint("side = 'buyer' OR as_described IS NULL", name="described"),
        sa.CheckConstraint("hidden_at IS NULL OR shown_at IS NOT NULL", name="hidden"),
        sa.Index(None, "author_id"),
        sa.Index(None, "about_id", "id"),
        sa.Index(None, "shown_at", "written_at"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_orders.id"))
    side: Mapped[str] = mapped_column(sa.String(8))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"))
    about_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"))
    stars: Mapped[int] = mapped_column(sa.SmallInteger)
    as_described: Mapped[bool | None]
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS), default="")
    written_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_because: Mapped[str] = mapped_column(sa.String(MAX_REASON), default="")
    hidden_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"))

    author: Mapped[Member | None] = relationship(foreign_keys=[author_id], lazy="raise")
    order: Mapped[Order] = relationship(lazy="raise")
