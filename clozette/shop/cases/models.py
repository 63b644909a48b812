"""Tables of cases: what is asked back, what each side said and showed, and what was decided."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.media.models import Photo
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Dispute

KINDS = ("not_arrived", "not_as_described", "fake", "damaged", "missing", "bank")
COMPLAINT = ("open", "answered", "decided", "appealed", "address", "sending", "back")
AT_BANK = ("inquiry", "bank")
RUNNING = (*COMPLAINT, *AT_BANK)
"""States in which the seller's money waits."""
STATES = (*RUNNING, "closed", "settled", "withdrawn")
SIDES = ("buyer", "seller", "staff", "house")
MAX_WORDS, MAX_PART, MAX_KEY = 4000, 20, 40
_IS_COMPLAINT = sa.text("state IN ('open', 'answered', 'decided', 'appealed', 'address', 'sending', 'back')")
_IS_AT_BANK = sa.text("state IN ('inquiry', 'bank')")
_MEMBER = "accounts_members.id"


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, words))})", name=column)


class Case(Model):
    """What a buyer (or the buyer's bank) has against an order.

    :ivar state: ``open``: the seller is asked; ``answered``: the staff is; ``decided``: either side may appeal;
        ``address``, ``sending``, ``back``: things are sent back first; ``inquiry``: the buyer's bank asks, and may take the
        money; ``bank``: it has, and decides. One complaint runs at a time, and one case for each claim of a bank.
    :ivar due_at: when the clock goes on by itself, or by when the staff should have decided.
    :ivar handled_by_id: who of the staff has it in hand.
    :ivar appealed_by: the side that did.
    """

    __tablename__ = "shop_cases"
    __table_args__ = (
        _one_of("kind", KINDS),
        _one_of("state", STATES),
        sa.Index(
            "uq_shop_cases_running",
            "order_id",
            unique=True,
            sqlite_where=_IS_COMPLAINT,
            postgresql_where=_IS_COMPLAINT,
        ),
        sa.Index(
            "uq_shop_cases_dispute",
            "dispute_id",
            unique=True,
            sqlite_where=_IS_AT_BANK,
            postgresql_where=_IS_AT_BANK,
        ),
        sa.Index(None, "order_id"),
        sa.Index(None, "state", "due_at"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_orders.id"))
    dispute_id: Mapped[int | None] = mapped_column(sa.ForeignKey("shop_disputes.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    state_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    handled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"))
    appealed_by: Mapped[str | None] = mapped_column(sa.String(8))
    buyer_accepted_at: Mapped[datetime | None]
    seller_accepted_at: Mapped[datetime | None]
    courier: Mapped[str | None] = mapped_column(sa.String(60))
    tracking: Mapped[str | None] = mapped_column(sa.String(80))

    order: Mapped[Order] = relationship(lazy="raise")
    dispute: Mapped[Dispute | None] = relationship(lazy="raise")
    lines: Mapped[list["CaseLine"]] = relationship(order_by="CaseLine.position", lazy="raise")
    decisions: Mapped[list["CaseDecision"]] = relationship(order_by="CaseDecision.round", lazy="raise")

    @property
    def is_about_parcel(self) -> bool:
        """Whether the staff has to decide about what was sent back, as the seller objects to it."""
        return self.state == "appealed" and self.tracking is not None


class CaseLine(Model):
    """One line of the order, or its shipping, in a case.

    :ivar part: the order line's id (as text), or ``shipping``.
    :ivar before_minor: what had been paid back of it when the case was opened; what comes back meanwhile counts.
    """

    __tablename__ = "shop_case_lines"
    __table_args__ = (
        sa.CheckConstraint("asked_minor > 0 AND before_minor >= 0", name="asked"),
        sa.CheckConstraint("decided_minor BETWEEN 0 AND asked_minor", name="decided"),
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_cases.id"), primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(sa.String(MAX_PART), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    asked_minor: Mapped[int]
    before_minor: Mapped[int] = mapped_column(default=0)
    decided_minor: Mapped[int | None]


class CaseDecision(Model):
    """What was decided: the first time, and after an appeal by another member of the staff.

    :ivar round: 1, 2 after an appeal, 3 about what was sent back.
    :ivar by_id: nobody where the seller said nothing in time.
    :ivar parts: part to minor units.
    :ivar must_return: whether the things are sent back before the money is.
    """

    __tablename__ = "shop_case_decisions"
    __table_args__ = (sa.CheckConstraint("round BETWEEN 1 AND 3", name="round"),)

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_cases.id"), primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"))
    parts: Mapped[dict[str, Any]]
    must_return: Mapped[bool]
    reasons: Mapped[str] = mapped_column(sa.String(MAX_WORDS))
    at: Mapped[datetime]


class CaseEntry(Model):
    """What somebody said or did in a case; the two sides and the staff read it.

    :ivar what: a word of ``words.HAPPENED``.
    :ivar form_key: from the form, so that one that is sent twice is kept once.
    """

    __tablename__ = "shop_case_entries"
    __table_args__ = (
        _one_of("side", SIDES),
        sa.UniqueConstraint("case_id", "form_key"),
        sa.Index(None, "author_id"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_cases.id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"))
    side: Mapped[str] = mapped_column(sa.String(8))
    what: Mapped[str] = mapped_column(sa.String(16))
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS), default="")
    form_key: Mapped[str | None] = mapped_column(sa.String(MAX_KEY))
    at: Mapped[datetime]

    photos: Mapped[list["CasePhoto"]] = relationship(order_by="CasePhoto.position", lazy="raise")


class Proof(Model):
    """What the staff tells a buyer's bank about a sale: once while it asks, and once when it has the money. What was declined
    makes room for what is told instead.

    :ivar about: the state of the case then.
    :ivar fields: what of the order went out, by the names of ``words.PROVEN``.
    :ivar asking: what is said of the buyer, sealed as ``handover_id`` logged it; ``sellers_asking`` of the seller. Empty once
        it was said.
    """

    __tablename__ = "shop_proofs"
    __table_args__ = (
        _one_of("about", AT_BANK),
        sa.CheckConstraint("state IN ('asked', 'sent', 'failed')", name="state"),
        sa.UniqueConstraint("dispute_id", "about"),
        sa.Index(None, "state", "asked_at"),
    )

    id: Mapped[Id]
    dispute_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_disputes.id"))
    about: Mapped[str] = mapped_column(sa.String(12))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_MEMBER, ondelete="SET NULL"))
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS))
    fields: Mapped[list[str]]
    photo_id: Mapped[int | None] = mapped_column(sa.ForeignKey("media_photos.id", ondelete="SET NULL"))
    handover_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_handovers.id"))
    sellers_handover_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_handovers.id"))
    asking: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    sellers_asking: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    state: Mapped[str] = mapped_column(sa.String(8), default="asked")
    why: Mapped[str] = mapped_column(sa.String(60), default="")
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class CasePhoto(Model):
    """A photo that somebody shows in a case; it never gets a public address."""

    __tablename__ = "shop_case_photos"

    photo_id: Mapped[int] = mapped_column(
        sa.ForeignKey("media_photos.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_case_entries.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger)

    photo: Mapped[Photo] = relationship(lazy="raise")
