"""Tables of the public vote: voters, votes, and what was set aside."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.privacy import append_only

MOST_VOTES = 20
MAX_REASON = 24
CODE_BYTES = 16
NETWORK_BYTES = 8


class Voter(Model):
    """One member in one contest, found fit to vote at the first vote.

    After an erasure it leads to nobody, and its votes stand: they were good when they were given.

    :ivar code: random; receipts are made with it. ``used``: how many votes stand.
    :ivar network: a digest of the network that the first vote came from, by a key that goes when the result is out.
    """

    __tablename__ = "contests_voters"
    __table_args__ = (
        sa.UniqueConstraint("contest_id", "member_id"),
        sa.UniqueConstraint("contest_id", "code"),
        sa.CheckConstraint(f"used BETWEEN 0 AND {MOST_VOTES}", name="used"),
        sa.Index(None, "member_id"),
    )

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_contests.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    code: Mapped[bytes] = mapped_column(sa.LargeBinary(CODE_BYTES))
    used: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
    network: Mapped[bytes | None] = mapped_column(sa.LargeBinary(NETWORK_BYTES))


class Vote(Model):
    """A voter's vote for an entry. There is one row for ever; only ``taken_back_at`` changes."""

    __tablename__ = "contests_votes"
    __table_args__ = (
        sa.UniqueConstraint("voter_id", "entry_id"),
        sa.Index("ix_contests_votes_contest_id_id", "contest_id", "id"),
        sa.Index(None, "entry_id"),
    )

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_contests.id"))
    voter_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_voters.id"))
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_entries.id"))
    at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]


class SetAside(Model):
    """That a vote was set aside, or counts again (``is_aside``), and why. Of a vote's rows the last ``number`` holds.

    :ivar reason: a word of ``rules``, public with the list. ``by_id``: who of the staff; nobody where the site found it.
    """

    __tablename__ = "contests_set_asides"
    __table_args__ = (sa.UniqueConstraint("vote_id", "number"),)

    id: Mapped[Id]
    vote_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_votes.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(sa.String(MAX_REASON))
    is_aside: Mapped[bool]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_subjects.id"), index=True)


class VoteKey(Model):
    """What the networks of a contest's voters are digested with. It goes when the result is out."""

    __tablename__ = "contests_vote_keys"

    contest_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contests_contests.id"), primary_key=True, autoincrement=False
    )
    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


append_only.attach(Model.metadata, ("contests_set_asides",))
append_only.attach_fixed(Model.metadata, "contests_votes", ("id", "contest_id", "voter_id", "entry_id", "at"))
