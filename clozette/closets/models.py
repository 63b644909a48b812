"""Tables of closets: items, their photos, the words put on them, and photos sent with a form that wait for an item."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.accounts.models import Member
from clozette.closets import categories, rules
from clozette.kernel.database import Id, Model
from clozette.kernel.money import Money
from clozette.media.models import Photo


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Item(Model):
    """A garment or accessory that a member has or wishes for; or, of kind ``rules.PRODUCT``, one that a trader deals in.

    :ivar upload_key: made by the form or the caller; one item a member and key, so that a form sent twice adds one.
    :ivar version: counts the changes of what the edit form shows; a form that was filled from an older one is told.
    :ivar brand_key: the brand folded, so that ``COS`` and ``Cos`` are one.
    :ivar measurements: names of ``measures.LABELS`` to millimetres.
    :ivar search_text: brand, tags and notes, folded, for the search in one's own closet.
    """

    __tablename__ = "closets_items"
    __table_args__ = (
        sa.UniqueConstraint("member_id", "upload_key"),
        sa.CheckConstraint(_one_of("kind", (*rules.Kind, rules.PRODUCT)), name="kind"),
        sa.CheckConstraint(_one_of("state", rules.State), name="state"),
        sa.CheckConstraint("(price_minor IS NULL) = (price_currency IS NULL)", name="price"),
        sa.CheckConstraint("(archived_at IS NULL) = (archived_reason IS NULL)", name="archived"),
        sa.CheckConstraint("publicised_at IS NULL OR archived_at IS NULL", name="archived_is_private"),
        sa.CheckConstraint("styleable_at IS NULL OR publicised_at IS NOT NULL", name="styleable_is_public"),
        sa.Index(None, "member_id", "id"),
        sa.Index(
            "ix_closets_items_public",
            "member_id",
            "id",
            sqlite_where=sa.text("publicised_at IS NOT NULL"),
            postgresql_where=sa.text("publicised_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="CASCADE"))
    upload_key: Mapped[str] = mapped_column(sa.String(rules.KEY_LENGTH))
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(sa.String(8))
    category: Mapped[str] = mapped_column(sa.String(categories.LENGTH))
    subcategory: Mapped[str | None] = mapped_column(sa.String(categories.LENGTH))
    brand: Mapped[str | None] = mapped_column(sa.String(rules.BRAND_LENGTH))
    brand_key: Mapped[str | None] = mapped_column(sa.String(rules.BRAND_LENGTH * 2))
    size_system: Mapped[str | None] = mapped_column(sa.String(8))
    size: Mapped[str | None] = mapped_column(sa.String(rules.SIZE_LENGTH))
    measurements: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    price_minor: Mapped[int | None]
    price_currency: Mapped[str | None] = mapped_column(sa.String(3))
    bought_on: Mapped[date | None]
    notes: Mapped[str | None] = mapped_column(sa.String(rules.NOTES_LENGTH))
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(12), default=rules.State.AVAILABLE.value)
    state_since: Mapped[datetime]
    lent_to: Mapped[str | None] = mapped_column(sa.String(rules.LENT_TO_LENGTH))
    archived_at: Mapped[datetime | None]
    archived_reason: Mapped[str | None] = mapped_column(sa.String(12))
    publicised_at: Mapped[datetime | None]
    styleable_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    owner: Mapped[Member] = relationship(lazy="raise")
    photo_links: Mapped[list["ItemPhoto"]] = relationship(
        order_by="ItemPhoto.position", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )
    labels: Mapped[list["Label"]] = relationship(
        order_by="Label.position", lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def category_code(self) -> str:
        """The category as forms and the API write it."""
        return categories.join(self.category, self.subcategory)

    @property
    def photos(self) -> list[Photo]:
        """The photos in their order; the first is the cover."""
        return [link.photo for link in self.photo_links]

    @property
    def colours(self) -> list[str]:
        """Codes of colour families, the main one first."""
        return self._values("colour")

    @property
    def seasons(self) -> list[str]:
        """Codes of seasons."""
        return self._values("season")

    @property
    def tags(self) -> list[str]:
        """The member's own words for it."""
        return self._values("tag")

    @property
    def price(self) -> Money | None:
        """What it cost."""
        if self.price_minor is None or self.price_currency is None:
            return None
        return Money(self.price_minor, self.price_currency)

    @property
    def is_public(self) -> bool:
        """Whether others may see it."""
        return self.publicised_at is not None

    @property
    def is_styleable(self) -> bool:
        """Whether others may use it in their looks."""
        return self.styleable_at is not None

    @property
    def shown_state(self) -> str:
        """Where it is now, an archived item being ``archived`` before anything else."""
        return rules.ARCHIVED if self.archived_at else self.state

    def _values(self, kind: str) -> list[str]:
        return [label.value for label in self.labels if label.kind == kind]


class ItemPhoto(Model):
    """A photo of an item. Positions count from 0 without gaps; the photo at 0 is the cover. A photo has one item."""

    __tablename__ = "closets_item_photos"
    __table_args__ = (sa.Index(None, "item_id", "position"),)

    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("media_photos.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("closets_items.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)

    photo: Mapped[Photo] = relationship(lazy="raise")


class Label(Model):
    """One word on an item: a colour family, a season or a tag (``kind``); an item has each word once."""

    __tablename__ = "closets_labels"
    __table_args__ = (sa.CheckConstraint("kind IN ('colour', 'season', 'tag')", name="kind"),)

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("closets_items.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(rules.TAG_LENGTH), primary_key=True)
    position: Mapped[int] = mapped_column(sa.SmallInteger)


class Upload(Model):
    """A photo that a member sent and that belongs to no item yet: kept while the form is mended, swept after that."""

    __tablename__ = "closets_uploads"
    __table_args__ = (sa.Index(None, "member_id"), sa.Index(None, "at"))

    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("media_photos.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("accounts_members.id", ondelete="CASCADE"))
    at: Mapped[datetime]
