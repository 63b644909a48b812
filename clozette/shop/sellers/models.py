"""Tables of sellers, and of what shipping costs with them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.accounts.models import Member
from clozette.kernel.database import Id, Model

KINDS = ("private", "trader")
STATES = ("asked", "pending", "active", "stopped")
MAX_NAME, MAX_ADDRESS, MAX_CONTACT, MAX_NUMBER, MAX_ACCOUNT = 120, 300, 254, 40, 64


class Seller(Model):
    """A member who sells, or did.

    :ivar kind: ``private`` or ``trader``; a trader's legal name, address and contact are public, as the law wants.
    :ivar account: the seller's account with the payment service; made once, by ``account_key``.
    :ivar state: ``active`` while the payment service lets money through to them; ``wants`` is what it misses.
    :ivar currency: the one that everything of theirs is priced in.
    :ivar reviewed: how many reviews of buyers are shown, with ``stars_sum`` stars together, of which ``described`` say that
        all was as described; ``sends_hours``: within how many hours the seller sent, on average.
    :ivar tax_bp: the tax that is in a trader's prices, in hundredths of a percent.
    """

    __tablename__ = "shop_sellers"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name="kind"),
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        sa.CheckConstraint("kind = 'private' OR (legal_name <> '' AND address <> '' AND contact <> '')", name="trader"),
        sa.CheckConstraint("state <> 'active' OR account IS NOT NULL", name="account"),
        sa.CheckConstraint("tax_bp = 0 OR kind = 'trader' AND tax_bp BETWEEN 1 AND 3000", name="tax"),
    )

    id: Mapped[Id]
    member_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), unique=True
    )
    kind: Mapped[str] = mapped_column(sa.String(8))
    country: Mapped[str] = mapped_column(sa.String(2))
    currency: Mapped[str] = mapped_column(sa.String(3))
    legal_name: Mapped[str] = mapped_column(sa.String(MAX_NAME), default="")
    address: Mapped[str] = mapped_column(sa.String(MAX_ADDRESS), default="")
    contact: Mapped[str] = mapped_column(sa.String(MAX_CONTACT), default="")
    tax_number: Mapped[str] = mapped_column(sa.String(MAX_NUMBER), default="")
    tax_bp: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    account_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    account: Mapped[str | None] = mapped_column(sa.String(MAX_ACCOUNT), unique=True)
    state: Mapped[str] = mapped_column(sa.String(8), default="asked")
    wants: Mapped[list[str]] = mapped_column(default=list)
    since: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    reviewed: Mapped[int] = mapped_column(default=0)
    stars_sum: Mapped[int] = mapped_column(default=0)
    described: Mapped[int] = mapped_column(default=0)
    sends_hours: Mapped[int | None]

    member: Mapped[Member | None] = relationship(lazy="raise")


class Rate(Model):
    """What a seller takes for shipping to one country: the first piece of a parcel, and each further one."""

    __tablename__ = "shop_rates"
    __table_args__ = (
        sa.CheckConstraint("first_minor >= 0 AND more_minor >= 0", name="amounts"),
        sa.CheckConstraint("days_from BETWEEN 1 AND 90 AND days_to BETWEEN days_from AND 90", name="days"),
    )

    seller_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shop_sellers.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    country: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    first_minor: Mapped[int]
    more_minor: Mapped[int]
    days_from: Mapped[int] = mapped_column(sa.SmallInteger)
    days_to: Mapped[int] = mapped_column(sa.SmallInteger)


class Fees(Model):
    """What the house takes, from a moment on, in one currency. Never changed: a new line follows; orders keep their own.

    :ivar buyer_bp: the buyer's share of the price in hundredths of a percent, with ``buyer_fixed_minor`` once an order.
    :ivar seller_bp: the seller's.
    """

    __tablename__ = "shop_fees"
    __table_args__ = (
        sa.UniqueConstraint("currency", "since"),
        sa.CheckConstraint("buyer_bp BETWEEN 0 AND 5000 AND seller_bp BETWEEN 0 AND 5000", name="shares"),
        sa.CheckConstraint("buyer_fixed_minor >= 0", name="fixed"),
    )

    id: Mapped[Id]
    currency: Mapped[str] = mapped_column(sa.String(3))
    since: Mapped[datetime]
    buyer_bp: Mapped[int] = mapped_column(sa.SmallInteger)
    buyer_fixed_minor: Mapped[int]
    seller_bp: Mapped[int] = mapped_column(sa.SmallInteger)
