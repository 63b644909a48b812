"""Tables of orders, of what is in them, and of where they go."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.kernel.money import Money
from clozette.shop.listings.models import MAX_TITLE, Listing
from clozette.shop.sellers.models import MAX_ADDRESS, MAX_CONTACT, MAX_NUMBER, Seller
from clozette.shop.sellers.models import MAX_NAME as SELLER_NAME

STATES = (
    "reserved",
    "paying",
    "paid",
    "shipped",
    "received",
    "complete",
    "expired",
    "cancelled",
    "returned",
    "refunded",
)
HELD = ("reserved", "paying")
"""States in which stock is held for a buyer who has not paid."""
USES = ("shipping", "billing")
MAX_NAME, MAX_LINE, MAX_POSTCODE, MAX_PHONE, MAX_CARRIER, MAX_TRACKING = 120, 200, 20, 30, 60, 80
MAX_TAX_NAME = 24


class Order(Model):
    """What one buyer takes from one seller, at the prices and fees of that moment.

    :ivar ref: what people and the payment service call it; random, so that nobody counts orders by it.
    :ivar form_key: from the form, so that one that is sent twice makes one order.
    :ivar hold_until: until when the stock is held for the buyer without a payment.
    :ivar fees_id: the fees of that day; none where the house took nothing.
    :ivar fee_minor: the house's part that the buyer pays; ``seller_fee_minor`` the part taken from the seller's.
    :ivar seller_name: a trader's legal name, with ``seller_address`` and ``seller_contact``, as they were that day; nothing of
        a private person.
    :ivar tax_minor: the tax that is in items and shipping, ``tax_name`` what it is called, ``tax_bp`` its rate in hundredths of
        a percent; ``seller_tax_id`` the trader's number, all of that day.
    :ivar ship_by: until when the seller has to send it; after that the buyer gets the money back by itself.
    :ivar digital: nothing of it is sent by post, so that no address for a parcel was asked for.
    :ivar swap_id: the swap that it is a leg of: what is paid is a deposit then.
    :ivar shares: what of the items' history the seller lets go with them.
    :ivar contested_at: since when a case is running about it: the clock leaves it alone, and the money waits.
    :ivar seller_handover_id: by which the seller got to know where it goes, and ``courier_handover_id`` who carries it.
    """

    __tablename__ = "shop_orders"
    __table_args__ = (
        sa.UniqueConstraint("buyer_id", "form_key"),
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        sa.CheckConstraint(
            "items_minor > 0 AND shipping_minor >= 0 AND fee_minor >= 0 AND seller_fee_minor BETWEEN 0 AND items_minor",
            name="amounts",
        ),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND items_minor + shipping_minor + fee_minor", name="refunded"),
        sa.CheckConstraint(
            "tax_minor BETWEEN 0 AND items_minor + shipping_minor AND tax_bp BETWEEN 0 AND 3000", name="tax"
        ),
        sa.Index(None, "buyer_id", "id"),
        sa.Index(None, "seller_id", "id"),
        sa.Index(None, "state", "hold_until"),
        sa.Index(None, "state", "ship_by"),
    )

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(sa.String(16), unique=True)
    form_key: Mapped[str] = mapped_column(sa.String(64))
    buyer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_sellers.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="reserved")
    state_at: Mapped[datetime]
    currency: Mapped[str] = mapped_column(sa.String(3))
    items_minor: Mapped[int]
    shipping_minor: Mapped[int]
    fee_minor: Mapped[int]
    seller_fee_minor: Mapped[int]
    refunded_minor: Mapped[int] = mapped_column(default=0)
    tax_name: Mapped[str] = mapped_column(sa.String(MAX_TAX_NAME), default="")
    tax_bp: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    tax_minor: Mapped[int] = mapped_column(default=0)
    seller_name: Mapped[str] = mapped_column(sa.String(SELLER_NAME), default="")
    seller_address: Mapped[str] = mapped_column(sa.String(MAX_ADDRESS), default="")
    seller_contact: Mapped[str] = mapped_column(sa.String(MAX_CONTACT), default="")
    seller_tax_id: Mapped[str] = mapped_column(sa.String(MAX_NUMBER), default="")
    fees_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_fees.id"))
    made_at: Mapped[datetime]
    hold_until: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    ship_by: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    carrier: Mapped[str | None] = mapped_column(sa.String(MAX_CARRIER))
    tracking: Mapped[str | None] = mapped_column(sa.String(MAX_TRACKING))
    received_at: Mapped[datetime | None]
    protected_until: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    ended_because: Mapped[str | None] = mapped_column(sa.String(24))
    reminded_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    swap_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_swaps.id"), index=True)
    digital: Mapped[bool] = mapped_column(default=False)
    shares: Mapped[list[str]] = mapped_column(default=list)
    contested_at: Mapped[datetime | None]
    seller_handover_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_handovers.id"))
    courier_handover_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_handovers.id"))

    seller: Mapped[Seller] = relationship(lazy="raise")
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.position", lazy="raise")

    @property
    def total(self) -> Money:
        """All that the buyer pays."""
        return Money(self.items_minor + self.shipping_minor + self.fee_minor, self.currency)


class OrderLine(Model):
    """One listing in an order, as it was when it was bought.

    :ivar list_minor: what the listing asked for one piece, where a bundle or an offer made it less.
    :ivar price_minor: for one piece; ``refunded_minor`` of all its pieces together.
    :ivar file_id: what of something digital was bought: the file of that moment; ``fetches`` how often the buyer had it.
    """

    __tablename__ = "shop_order_lines"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "listing_id"),
        sa.CheckConstraint("quantity BETWEEN 1 AND 99", name="quantity"),
        sa.CheckConstraint("price_minor > 0", name="price"),
        sa.CheckConstraint("refunded_minor BETWEEN 0 AND price_minor * quantity", name="refunded"),
        sa.Index(None, "listing_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_orders.id"))
    listing_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_listings.id"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    quantity: Mapped[int] = mapped_column(sa.SmallInteger)
    list_minor: Mapped[int | None]
    price_minor: Mapped[int]
    refunded_minor: Mapped[int] = mapped_column(default=0)
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_files.id"), index=True)
    fetches: Mapped[int] = mapped_column(default=0)
    fetched_at: Mapped[datetime | None]

    listing: Mapped[Listing] = relationship(lazy="raise")

    @property
    def sum_minor(self) -> int:
        """What all its pieces cost."""
        return self.price_minor * self.quantity

    @property
    def list_sum_minor(self) -> int:
        """What the listing asked for them."""
        return (self.list_minor or 0) * self.quantity


class OrderAddress(Model):
    """Where an order goes, and whom its bill names; the seller and the courier get it by hand-overs alone."""

    __tablename__ = "shop_addresses"
    __table_args__ = (sa.CheckConstraint(f"use IN ({', '.join(map(repr, USES))})", name="use"),)

    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shop_orders.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    use: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    line1: Mapped[str] = mapped_column(sa.String(MAX_LINE))
    line2: Mapped[str] = mapped_column(sa.String(MAX_LINE), default="")
    postcode: Mapped[str] = mapped_column(sa.String(MAX_POSTCODE), default="")
    city: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    country: Mapped[str] = mapped_column(sa.String(2))
    phone: Mapped[str] = mapped_column(sa.String(MAX_PHONE))
    given_at: Mapped[datetime]
