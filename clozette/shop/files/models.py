"""The table of the files of digital goods."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model

MAX_FILE_NAME = 120
_CURRENT = sa.text("replaced_at IS NULL")


class GoodsFile(Model):
    """One version of what is sold for a fee.

    :ivar name: as the buyer gets it: made from the seller's, without paths, with the ending of its kind.
    :ivar kind: what its bytes are, by ``kinds``.
    :ivar folder: a random word that names where its bytes are.
    :ivar replaced_at: since when another one is sold in its place.
    """

    __tablename__ = "shop_files"
    __table_args__ = (
        sa.CheckConstraint("bytes > 0", name="bytes"),
        sa.Index("uq_shop_files_current", "listing_id", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT),
        sa.Index(None, "listing_id"),
    )

    id: Mapped[Id]
    listing_id: Mapped[int] = mapped_column(sa.ForeignKey("shop_listings.id"))
    name: Mapped[str] = mapped_column(sa.String(MAX_FILE_NAME))
    kind: Mapped[str] = mapped_column(sa.String(8))
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    folder: Mapped[str] = mapped_column(sa.String(32), unique=True)
    added_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
