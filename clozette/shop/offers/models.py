"""Tables of offers."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.accounts.models import Member
from clozette.kernel.database import Id, Model
from clozette.kernel.money import Money
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.sellers.models import Seller

STATES = ("open", "accepted", "declined", "withdrawn", "expired", "bought")
SIDES = ("buyer", "seller")
LIVE = ("open", "accepted")
MOST_ROUNDS = 5
"""So many sums are named at most, of both sides together."""
_LIVE = sa.text("state IN ('open', 'accepted')")


class Offer(Model):
    """A sum that a buyer and a seller talk about, for all of its lines together. Nobody else sees it.

    :ivar turn: whose word it is: while it is open who has to answer, once it is accepted the buyer, who buys.
    :ivar rounds: how many sums were named.
    :ivar wanted: a digest of which listings it is for: of two offers for the same only one is open.
    :ivar until: until when there must be an answer; once it is accepted, until when the pieces are held.
    :ivar total_minor: what the buyer pays all in, as it was shown to them for their ``country``.
    :ivar ended_because: why it ended, where its state doesn't say it: below the ``floor``, a ``block``, things ``gone``,
        one of them ``left``.
    """

    __tablename__ = "shop_offers"
    __table_args__ = (
        sa.UniqueConstraint("buyer_id", "form_key"),
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        sa.CheckConstraint(f"turn IN ({', '.join(map(repr, SIDES))})", name="turn"),
        sa.CheckConstraint("amount_minor > 0 AND total_minor >= amount_minor", name="amounts"),
        sa.CheckConstraint(f"rounds BETWEEN 1 AND {MOST_ROUNDS}", name="rounds"),
        sa.Index("uq_shop_offers_live", "buyer_id", "wanted", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        sa.Index(None, "buyer_id", "id"),
        sa.Index(None, "seller_id", "id"),
        sa.Index(None, "state", "until"),
    )

    id: Mapped[Id]
    form_key: Mapped[str] = mapped_column(sa.String(64))
    buyer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_sellers.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    turn: Mapped[str] = mapped_column(sa.String(8), default="seller")
    rounds: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    wanted: Mapped[str] = mapped_column(sa.String(64))
    country: Mapped[str] = mapped_column(sa.String(2))
    currency: Mapped[str] = mapped_column(sa.String(3))
    amount_minor: Mapped[int]
    total_minor: Mapped[int]
    made_at: Mapped[datetime]
    state_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_because: Mapped[str | None] = mapped_column(sa.String(8))
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_orders.id"), unique=True)

    buyer: Mapped[Member | None] = relationship(lazy="raise")
    seller: Mapped[Seller] = relationship(lazy="raise")
    order: Mapped[Order | None] = relationship(lazy="raise")
    lines: Mapped[list["OfferLine"]] = relationship(order_by="OfferLine.position", lazy="raise")
    steps: Mapped[list["OfferStep"]] = relationship(order_by="OfferStep.position", lazy="raise")

    @property
    def seen(self) -> str:
        """What a page was made from: an answer to anything older is told that it comes too late."""
        return f"{self.state}.{self.rounds}"

    @property
    def amount(self) -> Money:
        """The sum that was named last."""
        return Money(self.amount_minor, self.currency)

    @property
    def total(self) -> Money:
        """What that comes to for the buyer, with fee and shipping."""
        return Money(self.total_minor, self.currency)


class OfferLine(Model):
    """One listing of an offer.

    :ivar list_minor: what one piece was offered for when the talk began; ``price_minor`` by the sum that was named last.
    """

    __tablename__ = "shop_offer_lines"
    __table_args__ = (
        sa.CheckConstraint("quantity BETWEEN 1 AND 99", name="quantity"),
        sa.CheckConstraint("price_minor BETWEEN 1 AND list_minor", name="price"),
        sa.Index(None, "listing_id"),
    )

    offer_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shop_offers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    listing_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_listings.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    quantity: Mapped[int] = mapped_column(sa.SmallInteger)
    list_minor: Mapped[int]
    price_minor: Mapped[int]

    listing: Mapped[Listing] = relationship(lazy="raise")


class OfferStep(Model):
    """A sum that one side named."""

    __tablename__ = "shop_offer_steps"
    __table_args__ = (
        sa.UniqueConstraint("offer_id", "position"),
        sa.CheckConstraint(f"side IN ({', '.join(map(repr, SIDES))})", name="side"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
    )

    id: Mapped[Id]
    offer_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_offers.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    side: Mapped[str] = mapped_column(sa.String(8))
    amount_minor: Mapped[int]
    at: Mapped[datetime]


class Bundle(Model):
    """A seller's rule: who takes so many pieces at once pays so much less for each.

    :ivar off_bp: in hundredths of a percent.
    """

    __tablename__ = "shop_bundles"
    __table_args__ = (
        sa.CheckConstraint("pieces BETWEEN 2 AND 20", name="pieces"),
        sa.CheckConstraint("off_bp BETWEEN 100 AND 9000", name="off"),
    )

    seller_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shop_sellers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    pieces: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    off_bp: Mapped[int] = mapped_column(sa.SmallInteger)
