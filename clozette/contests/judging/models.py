"""Tables of the jury: who sits in it, the rounds, who judges what, ballots, and the places that follow from them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only

METHODS = ("yesno", "score", "rank")
MAX_BECAUSE = 200
MAX_FRACTION = 200
_CONTEST, _ROUND = "contests_contests.id", "contests_rounds.id"
_ENTRY, _JUDGE = "contests_entries.id", "contests_judges.id"


class Judge(Model):
    """A member named to a contest's jury, who may have accepted, and may have been dropped, with the reason."""

    __tablename__ = "contests_judges"
    __table_args__ = (sa.UniqueConstraint("contest_id", "member_id"), sa.Index(None, "member_id"))

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey(_CONTEST, ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    named_at: Mapped[datetime]
    named_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), index=True
    )
    accepted_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    dropped_because: Mapped[str | None] = mapped_column(sa.String(MAX_BECAUSE))


class Round(Model):
    """One round of judging. The rounds of a contest follow each other by ``number``.

    :ivar method: ``yesno``, ``score`` (by the criteria of the rules) or ``rank``.
    :ivar quorum: how many ballots each entry needs. ``takes``: how many entries go on from here.
    :ivar criteria: names and weights as the rules said them when the round was opened.
    :ivar opened_at: since when the entries are shared out among the judges.
    """

    __tablename__ = "contests_rounds"
    __table_args__ = (
        sa.UniqueConstraint("contest_id", "number"),
        sa.CheckConstraint(f"method IN ({', '.join(repr(method) for method in METHODS)})", name="method"),
        sa.CheckConstraint("quorum BETWEEN 1 AND 50", name="quorum"),
        sa.CheckConstraint("takes >= 1", name="takes"),
        sa.CheckConstraint("ended_at IS NULL OR opened_at IS NOT NULL", name="ended"),
    )

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey(_CONTEST))
    number: Mapped[int] = mapped_column(sa.SmallInteger)
    method: Mapped[str] = mapped_column(sa.String(8))
    quorum: Mapped[int] = mapped_column(sa.SmallInteger)
    takes: Mapped[int]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    due_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RoundChange(Model):
    """What staff changed in a round that was open, and why; published with the score sheet. Rows are added, never changed.

    :ivar what: ``quorum``, ``due`` or ``dropped`` (a judge). ``was`` and ``became``: as text.
    """

    __tablename__ = "contests_round_changes"

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey(_ROUND), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.String(8))
    was: Mapped[str] = mapped_column(sa.String(40))
    became: Mapped[str] = mapped_column(sa.String(40))
    because: Mapped[str] = mapped_column(sa.String(MAX_BECAUSE))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), index=True)


class Assignment(Model):
    """That a judge is to judge an entry in a round.

    :ivar recused_at: since when the judge has nothing to do with the entry, by their own word or because they know its
        author by now. ``void_at``: since when it doesn't count, because the judge was dropped.
    """

    __tablename__ = "contests_assignments"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "judge_id", "entry_id"),
        sa.Index(None, "judge_id"),
        sa.Index(None, "entry_id"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey(_ROUND))
    judge_id: Mapped[int] = mapped_column(sa.ForeignKey(_JUDGE))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey(_ENTRY))
    made_at: Mapped[datetime]
    recused_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]
    because: Mapped[str | None] = mapped_column(sa.String(24))


class Ballot(Model):
    """What a judge said of an entry. A newer ``number`` of the same judge takes its place; rows are never changed.

    :ivar value: ``[1]`` or ``[0]`` for yes and no, the points by criterion, or the place in the judge's ranking.
    """

    __tablename__ = "contests_ballots"
    __table_args__ = (sa.UniqueConstraint("assignment_id", "number"),)

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_assignments.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    value: Mapped[list[int]] = mapped_column(sa.JSON)


class Standing(Model):
    """The place of an entry once everything is counted; the numbers are exact fractions, as text."""

    __tablename__ = "contests_standings"
    __table_args__ = (sa.UniqueConstraint("contest_id", "place"), sa.Index(None, "entry_id"))

    contest_id: Mapped[int] = mapped_column(sa.ForeignKey(_CONTEST), primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey(_ENTRY), primary_key=True, autoincrement=False)
    place: Mapped[int]
    round: Mapped[int] = mapped_column(sa.SmallInteger)
    jury: Mapped[str] = mapped_column(sa.String(MAX_FRACTION))
    votes: Mapped[str] = mapped_column(sa.String(MAX_FRACTION))
    total: Mapped[str] = mapped_column(sa.String(MAX_FRACTION))


APPEND_ONLY = ("contests_ballots", "contests_round_changes")

append_only.attach(Model.metadata, APPEND_ONLY)
