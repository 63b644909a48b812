"""Tables of entries: what was sent in, the photos of it that stay as they are, and the entry as it was at the close."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.looks.rules import ALT_LENGTH, CAPTION_LENGTH

MAX_STATEMENT = 500
KEY_LENGTH = 64
STATES = ("entered", "asked", "withdrawn", "released", "disqualified")


class Entry(Model):
    """One member's entry. It stays in the frozen list after an erasure, as a number that leads to nobody.

    :ivar number: on the receipt; counted up within the contest. ``code``: random; with it only who has the receipt can
        recompute the entry's line in the frozen list.
    :ivar rules_id: the version of the rules that was agreed to; ``asked_at``: since when a newer one waits for a yes.
    :ivar form_key: made by the form, so that one sent twice makes one entry.
    :ivar locked_sha256: of the entry as it was at the close.
    """

    __tablename__ = "contests_entries"
    __table_args__ = (
        sa.UniqueConstraint("contest_id", "number"),
        sa.UniqueConstraint("member_id", "form_key"),
        sa.CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
        sa.Index(
            "uq_contests_entries_one",
            "contest_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text("state IN ('entered', 'asked', 'disqualified')"),
            postgresql_where=sa.text("state IN ('entered', 'asked', 'disqualified')"),
        ),
        sa.Index(None, "look_id"),
        sa.Index(None, "rules_id"),
    )

    id: Mapped[Id]
    contest_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_contests.id"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    number: Mapped[int]
    code: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    look_id: Mapped[int | None] = mapped_column(sa.ForeignKey("looks_looks.id", ondelete="SET NULL"))
    statement: Mapped[str] = mapped_column(sa.String(MAX_STATEMENT), default="")
    rules_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_rules.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="entered")
    form_key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    entered_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    left_because: Mapped[str | None] = mapped_column(sa.String(24))
    locked_sha256: Mapped[str | None] = mapped_column(sa.String(64))


class EntryPhoto(Model):
    """A photo of an entry, at its place: a copy of the look's, or sent in for the contest alone."""

    __tablename__ = "contests_entry_photos"
    __table_args__ = (sa.Index("ix_contests_entry_photos_entry_id_position", "entry_id", "position"),)

    photo_id: Mapped[int] = mapped_column(
        sa.ForeignKey("media_photos.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_entries.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    alt: Mapped[str] = mapped_column(sa.String(ALT_LENGTH), default="")


class Snapshot(Model):
    """What an entry shows: taken as it is made, renewed until the close, and the same for ever after it.

    :ivar look_version: of the look that it shows. ``photos``: the digests of the pictures, in their order.
    :ivar sha256: of all of it, which the entry's line in the frozen list is made with.
    """

    __tablename__ = "contests_snapshots"

    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contests_entries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    look_version: Mapped[int | None]
    caption: Mapped[str] = mapped_column(sa.String(CAPTION_LENGTH), default="")
    alts: Mapped[list[str]]
    photos: Mapped[list[str]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    taken_at: Mapped[datetime]
