"""The table of carts."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Model
from clozette.shop.listings.models import Listing


class CartLine(Model):
    """So many of a listing that a member means to buy."""

    __tablename__ = "shop_cart_lines"
    __table_args__ = (sa.CheckConstraint("quantity BETWEEN 1 AND 99", name="quantity"), sa.Index(None, "listing_id"))

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    listing_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shop_listings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    quantity: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    at: Mapped[datetime]

    listing: Mapped[Listing] = relationship(lazy="raise")
