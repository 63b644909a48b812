"""Tables of the community: follows, requests to follow, and notifications."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model

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
    """One deed of another member that ``member_id`` is told about.

    :ivar object_id: what it is about (a look, say, or the actor for a follow); notifications are grouped by it.
    :ivar deed_id: what must not be told twice: the comment's id for a comment, the look's for a love (so that loving
        and unloving again tells nothing new).
    """

    __tablename__ = "community_notifications"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "actor_id", "kind", "deed_id"),
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
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey(MEMBER, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    object_id: Mapped[int]
    deed_id: Mapped[int]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
