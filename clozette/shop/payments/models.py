"""Tables of what is asked of the payment service and of what it says. No card, no name of a card's holder."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.shop.orders.models import Order

STATES = ("asked", "open", "paid", "failed", "expired")
REFUND_STATES = ("asked", "sent", "done", "failed", "settled")
PAYOUT_STATES = ("asked", "sent", "paid", "failed")
DISPUTE_STATES = ("inquiry", "dropped", "open", "won", "lost")
TAKE_BACK_STATES = ("asked", "done", "failed")
MAX_ID, MAX_URL, MAX_KEY, MAX_BECAUSE, MAX_WHY, MAX_SETTLED = 128, 2000, 64, 24, 60, 200


class Payment(Model):
    """The one payment of an order.

    :ivar key: the idempotency key, stored before the first try and the same at each further one.
    :ivar asking: what is said to the service, byte for byte as ``handover_id`` logged it, sealed; empty once it was said.
    :ivar session: the service's id of its page, and ``url`` where that page is; ``intent`` and ``charge`` its money's.
    """

    __tablename__ = "shop_payments"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        sa.CheckConstraint("state NOT IN ('open', 'paid') OR session IS NOT NULL", name="session"),
        sa.CheckConstraint("state <> 'paid' OR (intent IS NOT NULL AND paid_at IS NOT NULL)", name="paid"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index(None, "state", "asked_at"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_orders.id"), unique=True)
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY), unique=True)
    handover_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_handovers.id"))
    asking: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    state: Mapped[str] = mapped_column(sa.String(8), default="asked")
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    session: Mapped[str | None] = mapped_column(sa.String(MAX_ID), unique=True)
    url: Mapped[str | None] = mapped_column(sa.String(MAX_URL))
    intent: Mapped[str | None] = mapped_column(sa.String(MAX_ID), unique=True)
    charge: Mapped[str | None] = mapped_column(sa.String(MAX_ID), unique=True)
    asked_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]

    order: Mapped[Order] = relationship(lazy="raise")


class Heard(Model):
    """One thing that the service told us; a second copy is known by ``event``. Ids and words alone, nothing of people.

    :ivar subject: the service's id of what it is about (a session, a refund, an account).
    """

    __tablename__ = "shop_inbox"

    id: Mapped[Id]
    event: Mapped[str] = mapped_column(sa.String(MAX_ID), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(80))
    subject: Mapped[str] = mapped_column(sa.String(MAX_ID))
    account: Mapped[str | None] = mapped_column(sa.String(MAX_ID))
    made_at: Mapped[datetime]
    heard_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class Refund(Model):
    """Money that goes back to a buyer: of some lines, of the shipping, or of all.

    :ivar parts: order line id (as text), ``shipping`` or ``fee`` to minor units; together ``amount_minor``.
    :ivar house_minor: what the house gives back of its fees: the buyer's ``fee``, and its part of the seller's to the seller.
    :ivar state: ``failed``: the house owes it to the buyer (account ``owed`` of the ledger), until it is asked for again, or is
        ``settled``, paid by other means.
    :ivar tries: how often it was asked for again, each time by another key; ``asked_at`` is of the last time, and ``why`` what
        was in the way then: the service's word, ``returned`` if the buyer's bank sent it back, ``unsent``.
    :ivar reversed_at: when the service took it from the seller's account: it does so once, whatever becomes of the refund.
    :ivar fee_sent_at: when the house's part was given to that account, which is a call of its own.
    :ivar settled: how it was paid by other means, as the staff says.
    """

    __tablename__ = "shop_refunds"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, REFUND_STATES))})", name="state"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("house_minor BETWEEN 0 AND amount_minor", name="house"),
        sa.CheckConstraint("state <> 'settled' OR settled <> ''", name="settled"),
        sa.Index(None, "payment_id"),
        sa.Index(None, "state", "asked_at"),
    )

    id: Mapped[Id]
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_payments.id"))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY), unique=True)
    amount_minor: Mapped[int]
    house_minor: Mapped[int]
    parts: Mapped[dict[str, Any]]
    because: Mapped[str] = mapped_column(sa.String(MAX_BECAUSE))
    state: Mapped[str] = mapped_column(sa.String(8), default="asked")
    outside: Mapped[str | None] = mapped_column(sa.String(MAX_ID), unique=True)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    why: Mapped[str] = mapped_column(sa.String(MAX_WHY), default="")
    reversed_at: Mapped[datetime | None]
    fee_sent_at: Mapped[datetime | None]
    settled: Mapped[str] = mapped_column(sa.String(MAX_SETTLED), default="")
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))


class Dispute(Model):
    """What a buyer's bank wants back of a payment, or asks about. A payment may have several, one after the other.

    :ivar outside: the service's id; none where it was not kept in the beginning, until the next news.
    :ivar state: as the service says it; it never goes back.
    :ivar asked_minor: what the bank wants; ``amount_minor`` what of that was left of the payment, which is all we book.
    :ivar debt_minor: what the bank took and the seller had been paid already: they owe it, until it is taken from later money.
    :ivar due_at: by when the bank takes proof, and ``reminded_at`` when the staff was reminded of that.
    """

    __tablename__ = "shop_disputes"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, DISPUTE_STATES))})", name="state"),
        sa.CheckConstraint("amount_minor BETWEEN 0 AND asked_minor", name="amount"),
        sa.CheckConstraint("debt_minor BETWEEN 0 AND amount_minor", name="debt"),
        sa.Index(None, "order_id"),
        sa.Index(None, "state", "due_at"),
    )

    id: Mapped[Id]
    outside: Mapped[str | None] = mapped_column(sa.String(MAX_ID), unique=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_orders.id"))
    state: Mapped[str] = mapped_column(sa.String(8))
    asked_minor: Mapped[int]
    amount_minor: Mapped[int]
    debt_minor: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    heard_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]


class TakeBack(Model):
    """Money that the house takes from a seller's account with the service, as a bank took it from the house.

    :ivar tries: how often it was asked for again, each time by another key; ``why`` is what was in the way the last time.
    """

    __tablename__ = "shop_take_backs"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, TAKE_BACK_STATES))})", name="state"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index(None, "dispute_id"),
        sa.Index(None, "state", "asked_at"),
    )

    id: Mapped[Id]
    dispute_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_disputes.id"))
    amount_minor: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(8), default="asked")
    outside: Mapped[str | None] = mapped_column(sa.String(MAX_ID), unique=True)
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    why: Mapped[str] = mapped_column(sa.String(MAX_WHY), default="")
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Run(Model):
    """Work of the clock that only one at a time does: whoever has it says so anew with each step.

    :ivar until: after that nobody has it any more, for whoever had it was killed.
    """

    __tablename__ = "shop_runs"

    name: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    until: Mapped[datetime]


class Reconciliation(Model):
    """One comparison with the service's own lists. One at a time.

    :ivar because: ``clock`` or ``staff``.
    :ivar found: what differed, the first of it: words of ours, and references of orders or ids; ``number`` of all, of which
        ``mended`` are put right.
    """

    __tablename__ = "shop_reconciliations"
    __table_args__ = (
        sa.CheckConstraint("state IN ('asked', 'done', 'failed')", name="state"),
        sa.CheckConstraint("mended BETWEEN 0 AND number", name="mended"),
        sa.Index(
            "uq_shop_reconciliations_under_way",
            "state",
            unique=True,
            postgresql_where=sa.text("state = 'asked'"),
            sqlite_where=sa.text("state = 'asked'"),
        ),
    )

    id: Mapped[Id]
    because: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(8))
    since: Mapped[datetime]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    number: Mapped[int] = mapped_column(default=0)
    mended: Mapped[int] = mapped_column(default=0)
    found: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)


class Payout(Model):
    """Money on its way from a seller's account with the payment service to their bank."""

    __tablename__ = "shop_payouts"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, PAYOUT_STATES))})", name="state"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.Index(None, "seller_id", "id"),
        sa.Index(None, "state", "asked_at"),
    )

    id: Mapped[Id]
    seller_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_sellers.id"))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY), unique=True)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    state: Mapped[str] = mapped_column(sa.String(8), default="asked")
    outside: Mapped[str | None] = mapped_column(sa.String(MAX_ID), unique=True)
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
