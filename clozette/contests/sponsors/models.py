"""Tables of sponsors: who they are, who of theirs may sign in, and what exactly people are asked to share with them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only

_SUBJECT = "privacy_subjects.id"
MOST_FETCHES = 20


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
    """A member who may sign in for a sponsor, and for one alone; ``taken_at`` ends it."""

    __tablename__ = "contests_sponsor_people"
    __table_args__ = (
        sa.Index(
            "uq_contests_sponsor_people_standing",
            "member_id",
            unique=True,
            sqlite_where=sa.text("taken_at IS NULL"),
            postgresql_where=sa.text("taken_at IS NULL"),
        ),
        sa.Index(None, "sponsor_id"),
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


class Handout(Model):
    """Leave for a sponsor to fetch what people share with them, some times, until a moment.

    Nothing lies about: what is in it is read anew at each fetch, of those whose yes stands then.

    :ivar means: ``file``, which somebody of theirs downloads, or ``webhook``. ``form``: ``csv`` or ``json``.
    :ivar most: how often it may be fetched.
    :ivar sending_at: when it was last sent to the sponsor's address, and ``answer`` what that said: ``taken``, or a word for
        why not; ``uncertain`` from the moment in which bytes may leave until an answer is there.
    :ivar free_up_to: about so many people it may be without a second member of staff (``approved_by_id``).
    """

    __tablename__ = "contests_handouts"
    __table_args__ = (
        sa.CheckConstraint("made_by_id <> approved_by_id", name="two_people"),
        sa.CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved"),
        sa.CheckConstraint("means IN ('file', 'webhook')", name="means"),
        sa.CheckConstraint("form IN ('csv', 'json')", name="form"),
        sa.CheckConstraint(f"most BETWEEN 1 AND {MOST_FETCHES}", name="most"),
        sa.CheckConstraint("opens_at < expires_at", name="order"),
    )

    id: Mapped[Id]
    sharing_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_sharings.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(200))
    means: Mapped[str] = mapped_column(sa.String(8))
    form: Mapped[str] = mapped_column(sa.String(4))
    most: Mapped[int] = mapped_column(sa.SmallInteger, default=3)
    free_up_to: Mapped[int]
    opens_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    approved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    sending_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(sa.String(24))

    sharing: Mapped[Sharing] = relationship(lazy="raise")


class Fetch(Model):
    """One time that a sponsor got what a handout gives: a hand-over of its own in the log. Rows are added, never changed.

    :ivar mark: stands in every row of what was given; a copy that turns up leads back here by it.
    """

    __tablename__ = "contests_fetches"

    id: Mapped[Id]
    handout_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_handouts.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey(_SUBJECT), index=True)
    mark: Mapped[str] = mapped_column(sa.String(32), unique=True)
    handover_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_handovers.id"), unique=True)
    people: Mapped[int]


class Hook(Model):
    """A sponsor's own address that takes what is handed over, and the secret that ours is known by there (sealed).

    :ivar proven_at: when it answered as somebody does who knows the secret; nothing goes there before.
    """

    __tablename__ = "contests_hooks"

    sponsor_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contests_sponsors.id"), primary_key=True, autoincrement=False
    )
    address: Mapped[str] = mapped_column(sa.String(300))
    secret: Mapped[bytes] = mapped_column(sa.LargeBinary)
    set_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]


APPEND_ONLY = ("contests_fetches",)

append_only.attach(Model.metadata, APPEND_ONLY)
