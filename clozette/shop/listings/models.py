"""The table of listings."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.closets.models import Item
from clozette.kernel.database import Id, Model
from clozette.kernel.money import Money
from clozette.shop.sellers.models import Seller

MODES = ("view", "swap", "sale", "fee")
STATES = ("draft", "active", "paused", "sold", "removed")
CONDITIONS = ("new", "as_new", "good", "worn")
MAX_TITLE, MAX_WORDS, MAX_BRAND, MAX_SIZE = 120, 2000, 80, 20
_OPEN = sa.text("state IN ('draft', 'active', 'paused')")
_SHOWN = sa.text("state = 'active'")


class Listing(Model):
    """An item that is offered.

    :ivar mode: ``view`` to look at, ``swap``, for ``sale``, or ``fee``: something digital that is paid for.
    :ivar variant: 0 for what is in a closet; from 1 on a size of a product, the first of which stands for all in the shop.
    :ivar stock: how many there were, and ``remaining`` how many nobody has taken or holds.
    :ivar withheld_at: since when its seller doesn't offer it, by their own wish; what comes back stays so.
    :ivar floor_minor: below which an offer is declined by itself; nobody but the seller sees it.
    :ivar version: counts the seller's changes, so that a form filled from an older one is told.
    :ivar search_text: what the shop's search looks in, folded.
    """

    __tablename__ = "shop_listings"
    __table_args__ = (
        sa.UniqueConstraint("seller_id", "form_key"),
        sa.CheckConstraint(f"mode IN ({', '.join(map(repr, MODES))})", name="mode"),
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        sa.CheckConstraint(f"condition IN ({', '.join(map(repr, CONDITIONS))})", name="condition"),
        sa.CheckConstraint("mode IN ('view', 'swap') OR price_minor > 0", name="price"),
        sa.CheckConstraint("floor_minor IS NULL OR floor_minor BETWEEN 1 AND price_minor", name="floor"),
        # The stock is never sold twice: whatever the code does, the database refuses.
        sa.CheckConstraint("remaining BETWEEN 0 AND stock", name="remaining"),
        sa.CheckConstraint("variant = 0 OR mode = 'sale'", name="variant"),
        sa.Index(
            "uq_shop_listings_item", "item_id", "variant", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        sa.Index(None, "seller_id", "id"),
        sa.Index("ix_shop_listings_shown", "id", sqlite_where=_SHOWN, postgresql_where=_SHOWN),
        sa.Index("ix_shop_listings_category", "category", "id", sqlite_where=_SHOWN, postgresql_where=_SHOWN),
    )

    id: Mapped[Id]
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_sellers.id"))
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("closets_items.id", ondelete="SET NULL"))
    variant: Mapped[int] = mapped_column(sa.SmallInteger, default=0, server_default="0")
    form_key: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column(default=1)
    mode: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(8), default="draft")
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS), default="")
    category: Mapped[str] = mapped_column(sa.String(40))
    brand: Mapped[str | None] = mapped_column(sa.String(MAX_BRAND))
    size_system: Mapped[str | None] = mapped_column(sa.String(8))
    size: Mapped[str | None] = mapped_column(sa.String(MAX_SIZE))
    condition: Mapped[str] = mapped_column(sa.String(8))
    price_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(sa.String(3))
    floor_minor: Mapped[int | None]
    stock: Mapped[int] = mapped_column(default=1)
    remaining: Mapped[int] = mapped_column(default=1)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    withheld_at: Mapped[datetime | None]

    seller: Mapped[Seller] = relationship(lazy="raise")
    item: Mapped[Item | None] = relationship(lazy="raise")

    @property
    def name(self) -> str:
        """The title, and of a product which of its sizes it is."""
        return f"{self.title}, {self.size}" if self.variant and self.size else self.title

    @property
    def price(self) -> Money | None:
        """What the seller asks, without the house's fee and the shipping."""
        return None if self.price_minor is None else Money(self.price_minor, self.currency)
