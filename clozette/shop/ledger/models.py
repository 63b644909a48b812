"""Tables of the ledger: moves, which are never changed, and balances, which are their sum."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only

ACCOUNTS = ("buyer", "held", "available", "paid", "fees", "owed", "lost")
OURS = ("held", "available", "fees", "owed")
"""Accounts that money can only be taken from if it is there; the others stand for the world outside.
``owed`` is a buyer's money that the house has: a refund that did not arrive.
"""
_NAMES = ", ".join(map(repr, ACCOUNTS))


class Move(Model):
    """An amount that went from one account of a seller's to another: what leaves the one is in the other, by its form.

    :ivar deed: what it belongs to (``paid``, ``refund``, ``complete``, ``payout`` …), and ``deed_id`` which; ``part``
        counts the moves of one deed. Each is booked once.
    """

    __tablename__ = "shop_moves"
    __table_args__ = (
        sa.UniqueConstraint("deed", "deed_id", "part"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("from_account <> to_account", name="two"),
        sa.CheckConstraint(f"from_account IN ({_NAMES}) AND to_account IN ({_NAMES})", name="accounts"),
        sa.Index(None, "seller_id", "id"),
        sa.Index(None, "order_id"),
        sa.Index(None, "at"),
    )

    id: Mapped[Id]
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_sellers.id"))
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_orders.id"))
    deed: Mapped[str] = mapped_column(sa.String(16))
    deed_id: Mapped[int]
    part: Mapped[int] = mapped_column(sa.SmallInteger)
    from_account: Mapped[str] = mapped_column(sa.String(12))
    to_account: Mapped[str] = mapped_column(sa.String(12))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    at: Mapped[datetime]


class Balance(Model):
    """What is in one account of a seller's: changed by one conditional statement with each move."""

    __tablename__ = "shop_balances"
    __table_args__ = (
        sa.CheckConstraint(f"account IN ({', '.join(map(repr, OURS))})", name="account"),
        sa.CheckConstraint("amount_minor >= 0", name="amount"),
    )

    seller_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_sellers.id"), primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    currency: Mapped[str] = mapped_column(sa.String(3), primary_key=True)
    amount_minor: Mapped[int] = mapped_column(default=0)


append_only.attach(Model.metadata, (Move.__tablename__,))
