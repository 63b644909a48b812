"""Tables of the community: follows, requests to follow, notifications, badges, and points with their ledger."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only

MEMBER = "accounts_members.id"


class Follow(Model):
    """One member follows another. The follower's feed shows what the followed one publishes."""

    __tablename__ = "community_follows"
    __table_args__ = (
        sa.UniqueConstraint("follower_id", "followed_id"),
        sa.CheckConstraint("follower_id <> followed_id", name="not_oneself"),
        # The lists page by id, newest first.
        sa.Index(None, "followed_id", "id"),
        sa.Index(None, "follower_id", "id"),
    )

    id: Mapped[Id]
    follower_id: Mapped[int] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    followed_id: Mapped[int] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    at: Mapped[datetime]


class FollowRequest(Model):
    """A wish to follow that waits for the answer of somebody who approves followers; accepted or refused, it goes."""

    __tablename__ = "community_follow_requests"
    __table_args__ = (
        sa.UniqueConstraint("follower_id", "followed_id"),
        sa.CheckConstraint("follower_id <> followed_id", name="not_oneself"),
        sa.Index(None, "followed_id", "id"),
    )

    id: Mapped[Id]
    follower_id: Mapped[int] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    followed_id: Mapped[int] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    at: Mapped[datetime]


class Approver(Model):
    """A member who wants to approve followers, and since when. Minors always do, without a row here."""

    __tablename__ = "community_approvers"

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey(MEMBER, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    since: Mapped[datetime]


class Notification(Model):
    """One deed of another member, or of the house, that ``member_id`` is told about.

    :ivar actor_id: who did it; nobody where it is no member's deed (a contest was decided).
    :ivar object_id: what it is about (a look, say, or the actor for a follow); notifications are grouped by it.
    :ivar deed_id: what must not be told twice: the comment's id for a comment, the look's for a love (so that loving
        and unloving again tells nothing new).
    """

    __tablename__ = "community_notifications"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "actor_id", "kind", "deed_id"),
        sa.Index(
            "uq_community_notifications_announced",
            "member_id",
            "kind",
            "deed_id",
            unique=True,
            sqlite_where=sa.text("actor_id IS NULL"),
            postgresql_where=sa.text("actor_id IS NULL"),
        ),
        sa.Index(None, "member_id", "id"),
        # Counting the unread reads only them.
        sa.Index(
            "ix_community_notifications_unread",
            "member_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index(None, "kind", "object_id"),
        sa.Index(None, "actor_id"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    object_id: Mapped[int]
    deed_id: Mapped[int]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Badge(Model):
    """A record that somebody stated about a member: for what, by which rule, on what evidence. No rank reads it.

    :ivar kind: what it is (``contest_winner``); the room that gives it words it. ``issuer``: who stands behind it.
    :ivar evidence_kind: what proves it, and ``evidence_id`` which one (a contest, by its id).
    :ivar revoked_at: since when it counts no more, and ``revoked_because``; the record stays.
    """

    __tablename__ = "community_badges"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "kind", "evidence_kind", "evidence_id"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_because IS NULL)", name="revoked"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(24))
    issuer: Mapped[str] = mapped_column(sa.String(200))
    rule: Mapped[str] = mapped_column(sa.String(120))
    evidence_kind: Mapped[str] = mapped_column(sa.String(24))
    evidence_id: Mapped[int]
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None] = mapped_column(sa.String(200))


class PointLine(Model):
    """One movement of a member's points from an account to another. A line is never changed: what was wrong is reversed.

    :ivar from_account: ``house``, or ``member``; one of the two accounts is always the member's, so all lines sum to 0.
    :ivar rule: why, and ``object_id`` for what: each counts once for a member.
    :ivar day: of the deed in UTC, by which a rule's most is counted.
    :ivar expires_on: from which day on these points are gone, unless they were spent before.
    :ivar reverses_id: the line that this one takes back.
    """

    __tablename__ = "community_point_lines"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "rule", "object_id"),
        sa.UniqueConstraint("reverses_id"),
        sa.CheckConstraint("amount > 0", name="amount"),
        sa.CheckConstraint(
            "(from_account = 'house' AND to_account = 'member') OR (from_account = 'member' AND to_account = 'house')",
            name="accounts",
        ),
        sa.Index(None, "expires_on"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    from_account: Mapped[str] = mapped_column(sa.String(8))
    to_account: Mapped[str] = mapped_column(sa.String(8))
    amount: Mapped[int]
    rule: Mapped[str] = mapped_column(sa.String(24))
    object_id: Mapped[int]
    at: Mapped[datetime]
    day: Mapped[date]
    expires_on: Mapped[date | None]
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("community_point_lines.id"))


class Balance(Model):
    """How many points a member has: the sum of the lines, changed by one conditional statement with each."""

    __tablename__ = "community_balances"
    __table_args__ = (sa.CheckConstraint("points >= 0", name="points"),)

    member_id: Mapped[int] = mapped_column(
        sa.ForeignKey(MEMBER, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    points: Mapped[int] = mapped_column(default=0)


append_only.attach_unchanging(Model.metadata, PointLine.__tablename__)
