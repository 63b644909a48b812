"""Tables of promotions: what is given, and the codes that are claimed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.contests.planning.models import Contest
from clozette.contests.sponsors.models import Sponsor
from clozette.kernel.database import Id, Model

MAX_SLUG, MAX_TITLE, MAX_WORDS, MAX_TERMS, MAX_CODE = 60, 120, 2000, 4000, 60
KINDS = ("code", "points", "draw")
STATES = ("draft", "open", "closed")


class Promotion(Model):
    """Something given to members: a ``code`` each, a code for ``points``, or a ``draw`` among those who enter a contest.

    ``open`` means published: it is given from ``opens_at`` until ``closes_at``.

    :ivar cost_points: what a code costs, for the kind ``points``.
    :ivar contest_id: where the draw is, for the kind ``draw``.
    """

    __tablename__ = "contests_promotions"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name="kind"),
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        sa.CheckConstraint("(kind = 'points') = (cost_points > 0)", name="cost_points"),
        sa.CheckConstraint("(kind = 'draw') = (contest_id IS NOT NULL)", name="contest"),
        sa.CheckConstraint("opens_at < closes_at", name="order"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(sa.String(MAX_SLUG), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS), default="")
    terms: Mapped[str] = mapped_column(sa.String(MAX_TERMS), default="")
    sponsor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contests_sponsors.id"), index=True)
    contest_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contests_contests.id"), index=True)
    cost_points: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(sa.String(8), default="draft")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]

    sponsor: Mapped[Sponsor | None] = relationship(lazy="raise")
    contest: Mapped[Contest | None] = relationship(lazy="raise")
    early: Mapped["Early | None"] = relationship(lazy="joined", viewonly=True)


class Early(Model):
    """What a promotion opens before its day (``kernel.early``), for whoever has a code of it or is in its draw.

    :ivar object_kind: a kind that is registered there, with the ``object_id`` of one.
    """

    __tablename__ = "contests_early"
    __table_args__ = (sa.Index(None, "object_kind", "object_id"),)

    promotion_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contests_promotions.id"), primary_key=True, autoincrement=False
    )
    object_kind: Mapped[str] = mapped_column(sa.String(12))
    object_id: Mapped[int]


class PromotionCode(Model):
    """A code that one member may claim; sealed, and known by its keyed digest so that none is there twice."""

    __tablename__ = "contests_codes"
    __table_args__ = (
        sa.UniqueConstraint("promotion_id", "digest"),
        sa.Index(
            "uq_contests_codes_member",
            "promotion_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text("member_id IS NOT NULL"),
            postgresql_where=sa.text("member_id IS NOT NULL"),
        ),
        sa.Index(None, "member_id"),
    )

    id: Mapped[Id]
    promotion_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_promotions.id"))
    sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)
    digest: Mapped[str] = mapped_column(sa.String(64))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    claimed_at: Mapped[datetime | None]
