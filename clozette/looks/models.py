"""Tables of looks. A look with a ``feed_key`` is published, one without is a draft; nothing else tells them apart."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model
from clozette.looks import rules

# A language's own order would let a search for the beginning of a hashtag miss some.
_BY_CODE_POINT = sa.String(rules.TAG_LENGTH).with_variant(sa.String(rules.TAG_LENGTH, collation="C"), "postgresql")
_VISIBILITIES = ", ".join(f"'{visibility}'" for visibility in rules.Visibility)


class Look(Model):
    """An outfit: photos, a caption and tagged items.

    ``feed_key`` is an id made at publication; feeds and lists run in its order. It is null while the look is a draft,
    private again, or taken down, so that a list needs no other test for "is it out?".

    :ivar form_key: made by the form; one look a member and key, so that a form sent twice makes one.
    """

    __tablename__ = "looks_looks"
    __table_args__ = (
        sa.CheckConstraint(f"visibility IN ({_VISIBILITIES})", name="visibility"),
        sa.CheckConstraint("(feed_key IS NULL) = (published_at IS NULL)", name="published"),
        sa.CheckConstraint("feed_key IS NULL OR (visibility <> 'private' AND removed_at IS NULL)", name="shown"),
        sa.CheckConstraint("love_count >= 0 AND comment_count >= 0", name="counts"),
        sa.UniqueConstraint("member_id", "form_key"),
        sa.Index("ix_looks_looks_member_id_feed_key", "member_id", "feed_key"),
        sa.Index("ix_looks_looks_member_id_id", "member_id", "id"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="CASCADE"))
    form_key: Mapped[str | None] = mapped_column(sa.String(rules.KEY_LENGTH))
    caption: Mapped[str] = mapped_column(sa.String(rules.CAPTION_LENGTH), default="")
    visibility: Mapped[str] = mapped_column(sa.String(10), default=rules.Visibility.PRIVATE.value)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    feed_key: Mapped[int | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1)
    love_count: Mapped[int] = mapped_column(default=0)
    comment_count: Mapped[int] = mapped_column(default=0)

    @property
    def is_published(self) -> bool:
        """Whether anybody but its author may see it."""
        return self.feed_key is not None

    @property
    def is_public(self) -> bool:
        """Whether visitors may see it too."""
        return self.is_published and self.visibility == rules.Visibility.PUBLIC


class LookPhoto(Model):
    """A photo of a look. Positions count from 0 without gaps; the photo at 0 is the cover. A photo has one look."""

    __tablename__ = "looks_photos"
    __table_args__ = (sa.Index("ix_looks_photos_look_id_position", "look_id", "position"),)

    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("media_photos.id", ondelete="CASCADE"), primary_key=True)
    look_id: Mapped[int] = mapped_column(sa.ForeignKey("looks_looks.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    alt: Mapped[str] = mapped_column(sa.String(rules.ALT_LENGTH), default="")


class Hotspot(Model):
    """An item tagged on a photo, at thousandths of its width and height from the top left.

    ``owner_id`` is whose item it is: it outlives the item, so that a re-used item that is deleted or hidden later still
    shows as "an item no longer shared" and never as the author's own.
    """

    __tablename__ = "looks_hotspots"
    __table_args__ = (
        sa.UniqueConstraint("photo_id", "item_id"),
        sa.CheckConstraint("x_permille BETWEEN 0 AND 1000 AND y_permille BETWEEN 0 AND 1000", name="inside"),
        sa.Index("ix_looks_hotspots_look_id", "look_id"),
        sa.Index("ix_looks_hotspots_item_id", "item_id"),
        sa.Index("ix_looks_hotspots_owner_id", "owner_id"),
    )

    id: Mapped[Id]
    look_id: Mapped[int] = mapped_column(sa.ForeignKey("looks_looks.id", ondelete="CASCADE"))
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("looks_photos.photo_id", ondelete="CASCADE"))
    item_id: Mapped[int | None] = mapped_column(sa.ForeignKey("closets_items.id", ondelete="SET NULL"))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    x_permille: Mapped[int] = mapped_column(sa.SmallInteger)
    y_permille: Mapped[int] = mapped_column(sa.SmallInteger)


class Love(Model):
    """That a member loves a look; once, whatever happens at the same time."""

    __tablename__ = "looks_loves"
    __table_args__ = (
        # By member first: a page asks which of its looks one viewer loves, and a viewer's loves then lie together.
        sa.UniqueConstraint("member_id", "look_id"),
        sa.Index("ix_looks_loves_look_id_id", "look_id", "id"),
        sa.Index("ix_looks_loves_member_id_id", "member_id", "id"),
        sa.Index("ix_looks_loves_at_look_id", "at", "look_id"),
    )

    id: Mapped[Id]
    look_id: Mapped[int] = mapped_column(sa.ForeignKey("looks_looks.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="CASCADE"))
    at: Mapped[datetime]


class Comment(Model):
    """What a member says under a look. A deleted one keeps its row and its dates, and loses its words.

    When its author is erased, the words go and the place stays, with nobody's name (``member_id`` is null): the answers of
    others would hang in the air without it.
    """

    __tablename__ = "looks_comments"
    __table_args__ = (
        sa.Index("ix_looks_comments_look_id_id", "look_id", "id"),
        sa.Index("ix_looks_comments_member_id_id", "member_id", "id"),
    )

    id: Mapped[Id]
    look_id: Mapped[int] = mapped_column(sa.ForeignKey("looks_looks.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(sa.String(rules.COMMENT_LENGTH))
    at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class Tag(Model):
    """A hashtag of a published look; drafts have no rows. ``feed_key`` repeats the look's, so that a tag's page is a scan."""

    __tablename__ = "looks_tags"
    __table_args__ = (sa.Index("ix_looks_tags_tag_feed_key", "tag", "feed_key"),)

    look_id: Mapped[int] = mapped_column(sa.ForeignKey("looks_looks.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(_BY_CODE_POINT, primary_key=True)
    feed_key: Mapped[int]


class Author(Model):
    """One row per member who ever published: the newest ``feed_key`` of theirs that is out, and how many looks are.

    Kept right in the transaction of every publication, hiding, change of visibility and deletion (``services.recount``).
    """

    __tablename__ = "looks_authors"
    __table_args__ = (sa.Index("ix_looks_authors_last_feed_key", "last_feed_key"),)

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="CASCADE"), primary_key=True)
    last_feed_key: Mapped[int | None]
    looks_count: Mapped[int] = mapped_column(default=0)


class Revision(Model):
    """What was typed in a tab whose draft had been saved from elsewhere in between; kept so that nothing is lost."""

    __tablename__ = "looks_revisions"
    __table_args__ = (sa.Index("ix_looks_revisions_look_id_id", "look_id", "id"),)

    id: Mapped[Id]
    look_id: Mapped[int] = mapped_column(sa.ForeignKey("looks_looks.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    base_version: Mapped[int]
    content: Mapped[dict[str, Any]]


class LookLabel(Model):
    """A line that a look wears and its author can't take off, such as "Contest entry, sponsored by X".

    :ivar kind: what put it there (``contest``), and ``object_id``, which one; ``address``: the page about it.
    """

    __tablename__ = "looks_labels"
    __table_args__ = (sa.UniqueConstraint("look_id", "kind", "object_id"),)

    id: Mapped[Id]
    look_id: Mapped[int] = mapped_column(sa.ForeignKey("looks_looks.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(16))
    object_id: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(120))
    sponsor: Mapped[str] = mapped_column(sa.String(200), default="")
    address: Mapped[str] = mapped_column(sa.String(120))
    at: Mapped[datetime]
