"""Tables of swaps: the ring, its legs with what is in each parcel, and who would swap for what."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.accounts.models import Member
from clozette.kernel.database import Id, Model
from clozette.shop.listings.models import MAX_TITLE, Listing
from clozette.shop.orders.models import Order
from clozette.shop.sellers.models import Seller

STATES = ("proposed", "agreed", "running", "done", "failed", "declined", "expired")
OPEN = ("proposed", "agreed", "running")
ANSWERS = ("none", "yes", "no")
MOST_MEMBERS = 4


class Swap(Model):
    """A ring of members, each of whom sends a parcel to the next.

    :ivar ref: what people call it; random, so that nobody counts swaps by it.
    :ivar form_key: from the form, so that one that is sent twice proposes once.
    :ivar counter_of: the proposal that this one answers with other terms.
    :ivar expires_at: until when a proposal can be answered, and then until when the deposits can be paid.
    """

    __tablename__ = "shop_swaps"
    __table_args__ = (
        sa.UniqueConstraint("proposer_id", "form_key"),
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        sa.Index(None, "state", "expires_at"),
    )

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(sa.String(16), unique=True)
    form_key: Mapped[str] = mapped_column(sa.String(64))
    proposer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    counter_of: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_swaps.id"))
    state: Mapped[str] = mapped_column(sa.String(8), default="proposed")
    state_at: Mapped[datetime]
    currency: Mapped[str] = mapped_column(sa.String(3))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_because: Mapped[str | None] = mapped_column(sa.String(24))

    legs: Mapped[list["Leg"]] = relationship(order_by="Leg.position", lazy="raise")


class Leg(Model):
    """One parcel: what one member of the ring sends to the next, and what the one who gets it says to the swap.

    :ivar value_minor: what the parcel is agreed to be worth: the receiver's deposit, and the price if the swap fails.
    :ivar topup_minor: the part of the deposit that stays with the giver even if all goes well.
    :ivar address: where it goes and whom the bill names, from the receiver's yes until there is an order.
    """

    __tablename__ = "shop_swap_legs"
    __table_args__ = (
        sa.UniqueConstraint("swap_id", "position"),
        sa.UniqueConstraint("swap_id", "giver_id"),
        sa.UniqueConstraint("swap_id", "receiver_id"),
        sa.CheckConstraint(f"answer IN ({', '.join(map(repr, ANSWERS))})", name="answer"),
        sa.CheckConstraint(f"position BETWEEN 0 AND {MOST_MEMBERS - 1}", name="position"),
        sa.CheckConstraint("value_minor > 0 AND topup_minor >= 0 AND topup_minor < value_minor", name="amounts"),
        sa.Index(None, "receiver_id"),
        sa.Index(None, "giver_id"),
    )

    id: Mapped[Id]
    swap_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_swaps.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    giver_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_sellers.id"))
    receiver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    value_minor: Mapped[int]
    topup_minor: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str] = mapped_column(sa.String(4), default="none")
    answered_at: Mapped[datetime | None]
    address: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_orders.id"), unique=True)

    pieces: Mapped[list["Piece"]] = relationship(order_by="Piece.position", lazy="raise")
    giver: Mapped[Seller] = relationship(lazy="raise")
    receiver: Mapped[Member | None] = relationship(lazy="raise")
    order: Mapped[Order | None] = relationship(lazy="raise")


class Piece(Model):
    """One listing in a parcel; the values of a parcel's pieces come to the leg's."""

    __tablename__ = "shop_swap_pieces"
    __table_args__ = (
        sa.CheckConstraint("value_minor > 0", name="value"),
        sa.Index(None, "listing_id"),
    )

    leg_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shop_swap_legs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    listing_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_listings.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    value_minor: Mapped[int]

    listing: Mapped[Listing] = relationship(lazy="raise")


class Want(Model):
    """A member would give something of theirs for this listing: what rings are found by."""

    __tablename__ = "shop_wants"
    __table_args__ = (sa.Index(None, "listing_id"),)

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    listing_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shop_listings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
