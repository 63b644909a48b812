"""Tables of contests: the contest itself, its official rules by version, its prizes, and the facts it has stated."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only

MAX_SLUG = 60
MAX_TITLE = 120
MAX_WORDS = 4000
MAX_LINE = 200
MAX_ZONE = 64

STATES = ("draft", "checked", "published", "open", "closed", "judged", "announced", "done", "cancelled")
_CONTEST = "contests_contests.id"


class Contest(Model):
    """One contest, its dates and its terms. What only the text of the rules says stands in ``Rules.content``.

    :ivar decided_by: ``jury`` or ``draw``. ``entry_kind``: a ``look``, ``photos``, or ``none`` (a draw among people).
    :ivar vote_share: how many percent of a jury's result the public's votes make; 0 where there is no vote.
    :ivar alternates: how many winners stand behind the first ones.
    :ivar countries: where one may enter, as codes; ``min_age`` and ``min_account_days``: of whom.
    :ivar rules_id: the version of the rules that holds now (no foreign key: those rows are never deleted, and each
        names its contest); ``rules_locked_at``, since when a change asks each entrant.
    :ivar terms: what the builder of the rules asks for beside these columns; see ``plans.Terms``.
    :ivar version: counts the savings; ``checked_sha256`` is of all that the check of the rules read.
    :ivar last_number: the last receipt number given to an entry.
    """

    __tablename__ = "contests_contests"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
        sa.CheckConstraint("decided_by IN ('jury', 'draw')", name="decided_by"),
        sa.CheckConstraint("entry_kind IN ('look', 'photos', 'none')", name="entry_kind"),
        sa.CheckConstraint("opens_at < closes_at", name="order"),
        sa.CheckConstraint("decided_by = 'draw' OR judging_until IS NOT NULL", name="judged"),
        sa.CheckConstraint("decided_by = 'jury' OR draw_at IS NOT NULL", name="drawn"),
        sa.CheckConstraint("draw_at IS NULL OR draw_at >= closes_at", name="drawn_after"),
        sa.CheckConstraint("(votes_from IS NULL) = (votes_until IS NULL)", name="votes"),
        sa.CheckConstraint("votes_until IS NULL OR votes_from < votes_until", name="votes_order"),
        sa.CheckConstraint("vote_share BETWEEN 0 AND 30", name="vote_share"),
        sa.CheckConstraint("votes_per_member BETWEEN 1 AND 20", name="votes_per_member"),
        sa.Index(None, "state", "closes_at"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(sa.String(MAX_SLUG), unique=True)
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS), default="")
    language: Mapped[str] = mapped_column(sa.String(16), default="en")
    state: Mapped[str] = mapped_column(sa.String(12), default="draft")
    decided_by: Mapped[str] = mapped_column(sa.String(8))
    entry_kind: Mapped[str] = mapped_column(sa.String(8), default="look")
    time_zone: Mapped[str] = mapped_column(sa.String(MAX_ZONE), default="UTC")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    votes_from: Mapped[datetime | None]
    votes_until: Mapped[datetime | None]
    votes_frozen_at: Mapped[datetime | None]
    votes_per_member: Mapped[int] = mapped_column(default=3)
    vote_share: Mapped[int] = mapped_column(default=0)
    judging_until: Mapped[datetime | None]
    draw_at: Mapped[datetime | None]
    announce_at: Mapped[datetime]
    alternates: Mapped[int] = mapped_column(default=3)
    countries: Mapped[list[str]]
    min_age: Mapped[int] = mapped_column(default=18)
    min_account_days: Mapped[int] = mapped_column(default=0)
    sponsor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contests_sponsors.id"), index=True)
    rules_id: Mapped[int | None]
    rules_locked_at: Mapped[datetime | None]
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    last_number: Mapped[int] = mapped_column(default=0)
    checked_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    state_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), index=True
    )

    prizes: Mapped[list["Prize"]] = relationship(order_by="Prize.position", lazy="raise")


class Rules(Model):
    """One version of a contest's official rules. Rows are added, never changed.

    :ivar content: what was filled in, by field; ``text``: the exact text made of it, whose digest is ``sha256``.
    :ivar because: why this version replaced the one before.
    """

    __tablename__ = "contests_rules"
    __table_args__ = (sa.UniqueConstraint("contest_id", "number"),)

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey(_CONTEST))
    number: Mapped[int]
    language: Mapped[str] = mapped_column(sa.String(16))
    content: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    because: Mapped[str] = mapped_column(sa.String(MAX_LINE), default="")
    made_at: Mapped[datetime]


class Prize(Model):
    """A prize and how often it is given. ``value_minor`` in the currency's minor unit; ``sent_by`` house, sponsor, online."""

    __tablename__ = "contests_prizes"
    __table_args__ = (
        sa.UniqueConstraint("contest_id", "position"),
        sa.CheckConstraint("units BETWEEN 1 AND 100", name="units"),
        sa.CheckConstraint("value_minor >= 0", name="value"),
        sa.CheckConstraint("sent_by IN ('house', 'sponsor', 'online')", name="sent_by"),
    )

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey(_CONTEST, ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    name: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    words: Mapped[str] = mapped_column(sa.String(500), default="")
    value_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(sa.String(3))
    units: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    sent_by: Mapped[str] = mapped_column(sa.String(8), default="house")


class Fact(Model):
    """What a contest stated, once and for ever: digests, numbers and words of ours. Rows are added, never changed.

    :ivar kind: see ``contests.facts``; ``number`` counts those of which a contest may state several.
    """

    __tablename__ = "contests_facts"
    __table_args__ = (sa.UniqueConstraint("contest_id", "kind", "number"),)

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey(_CONTEST))
    kind: Mapped[str] = mapped_column(sa.String(16))
    number: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    content: Mapped[dict[str, Any]]


APPEND_ONLY = ("contests_rules", "contests_facts")

append_only.attach(Model.metadata, APPEND_ONLY)
