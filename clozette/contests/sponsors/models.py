"""Tables of sponsors: who they are, who of theirs may sign in, and what exactly people are asked to share with them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model


class Sponsor(Model):
    """A company or person outside that stands behind contests, surveys or promotions.

    The first four are what the log of hand-overs names a recipient by (``disclosures.recipient``).

    :ivar domains: of the addresses of their staff, who may not enter.
    :ivar contract: the agreement with them; ``keeps_for`` and ``keeps_days``: how long they promised to keep what they get.
    """

    __tablename__ = "contests_sponsors"
    __table_args__ = (sa.CheckConstraint("keeps_days > 0", name="keeps_days"),)

    id: Mapped[Id]
    legal_name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    address: Mapped[str] = mapped_column(sa.String(300))
    country: Mapped[str] = mapped_column(sa.String(2))
    contact: Mapped[str] = mapped_column(sa.String(254))
    website: Mapped[str] = mapped_column(sa.String(200), default="")
    domains: Mapped[list[str]]
    contract: Mapped[str] = mapped_column(sa.String(200), default="")
    keeps_for: Mapped[str] = mapped_column(sa.String(200), default="")
    keeps_days: Mapped[int] = mapped_column(default=90)
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class SponsorPerson(Model):
    """A member who may sign in for a sponsor; ``taken_at`` ends it."""

    __tablename__ = "contests_sponsor_people"
    __table_args__ = (
        sa.Index(
            "uq_contests_sponsor_people_standing",
            "sponsor_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text("taken_at IS NULL"),
            postgresql_where=sa.text("taken_at IS NULL"),
        ),
        sa.Index(None, "member_id"),
    )

    id: Mapped[Id]
    sponsor_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_sponsors.id"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="CASCADE"))
    given_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("accounts_members.id", ondelete="SET NULL"), index=True
    )
    given_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class Sharing(Model):
    """What people of one contest, prize, survey or promotion are asked to share with one sponsor.

    A row never changes but for its end: another field, purpose, term or name of the sponsor is another row, with a
    consent of its own (``sponsor:<id>``, requirement 74), so that an old yes never covers it.

    :ivar fields: the declared columns, ``table.column``; ``reaches``: the ``winners`` alone, or all who ``agreed``.
    :ivar is_required: whether one can't take part without a yes.
    """

    __tablename__ = "contests_sharings"
    __table_args__ = (
        sa.Index(
            "uq_contests_sharings_standing",
            "object_kind",
            "object_id",
            "sponsor_id",
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        ),
        sa.CheckConstraint("object_kind IN ('contest', 'prize', 'survey', 'promotion')", name="object_kind"),
        sa.CheckConstraint("reaches IN ('winners', 'agreed')", name="reaches"),
    )

    id: Mapped[Id]
    object_kind: Mapped[str] = mapped_column(sa.String(10))
    object_id: Mapped[int]
    sponsor_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_sponsors.id"), index=True)
    recipient_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_recipients.id"), index=True)
    fields: Mapped[list[str]]
    purpose: Mapped[str] = mapped_column(sa.String(300))
    keeps_for: Mapped[str] = mapped_column(sa.String(200))
    keeps_days: Mapped[int]
    reaches: Mapped[str] = mapped_column(sa.String(8))
    is_required: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    sponsor: Mapped[Sponsor] = relationship(lazy="raise")
