"""Tables of winners and of where their prizes go."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Prize
from clozette.kernel.database import Id, Model

STATES = (
    "alternate",
    "chosen",
    "notified",
    "accepted",
    "addressed",
    "shipped",
    "received",
    "declined",
    "expired",
    "disqualified",
)
OPEN = ("chosen", "notified", "accepted", "addressed", "shipped")
"""States in which something is still to be done."""
LEFT = ("declined", "expired", "disqualified")
"""States in which the prize went on to the next."""
MAX_NAME, MAX_LINE, MAX_POSTCODE, MAX_PHONE = 120, 200, 20, 30
MAX_CARRIER, MAX_TRACKING, MAX_BECAUSE = 60, 80, 24
_STANDS = sa.text("state NOT IN ('declined', 'expired', 'disqualified')")


class Winner(Model):
    """One entry's place in the result: a prize, or a place behind for when somebody before drops out.

    :ivar place: in the order that the jury or the draw found, from 1.
    :ivar prize_id: what was won, and ``unit`` which of its pieces; nothing for an alternate.
    :ivar due_at: until when the winner has to do the next step; a reminder goes before it (``reminded_at``).
    :ivar left_because: a word of ours for why the prize went on.
    """

    __tablename__ = "contests_winners"
    __table_args__ = (
        sa.UniqueConstraint("contest_id", "entry_id"),
        sa.UniqueConstraint("contest_id", "place"),
        sa.Index(
            "uq_contests_winners_unit",
            "prize_id",
            "unit",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        sa.CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
        sa.CheckConstraint("(prize_id IS NULL) = (unit IS NULL)", name="unit"),
        sa.CheckConstraint("state IN ('alternate', 'disqualified') OR prize_id IS NOT NULL", name="prize"),
        sa.Index(None, "entry_id"),
        sa.Index(None, "state", "due_at"),
    )

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_contests.id"))
    place: Mapped[int]
    prize_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contests_prizes.id"))
    unit: Mapped[int | None]
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_entries.id"))
    state: Mapped[str] = mapped_column(sa.String(12))
    notified_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    addressed_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    left_because: Mapped[str | None] = mapped_column(sa.String(MAX_BECAUSE))
    carrier: Mapped[str | None] = mapped_column(sa.String(MAX_CARRIER))
    tracking: Mapped[str | None] = mapped_column(sa.String(MAX_TRACKING))

    entry: Mapped[Entry] = relationship(lazy="raise")
    prize: Mapped[Prize | None] = relationship(lazy="raise")
    contest: Mapped[Contest] = relationship(lazy="raise")


class Address(Model):
    """Where one prize goes; asked for when it was won, and gone after it arrived."""

    __tablename__ = "contests_addresses"

    winner_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contests_winners.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    line1: Mapped[str] = mapped_column(sa.String(MAX_LINE))
    line2: Mapped[str] = mapped_column(sa.String(MAX_LINE), default="")
    postcode: Mapped[str] = mapped_column(sa.String(MAX_POSTCODE), default="")
    city: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    country: Mapped[str] = mapped_column(sa.String(2))
    phone: Mapped[str] = mapped_column(sa.String(MAX_PHONE), default="")
    given_at: Mapped[datetime]
    erase_on: Mapped[date | None] = mapped_column(index=True)
