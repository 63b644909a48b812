"""Which photos are pictures of campaigns, and which campaigns have them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.kernel.database import Id, Model
from clozette.media.models import Photo


class Picture(Model):
    """A photo of ours. No ``Holding`` of it, and more than a day old: nothing shows it, and it goes."""

    __tablename__ = "newsletters_pictures"

    id: Mapped[Id]
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("media_photos.id"), unique=True)
    made_at: Mapped[datetime]

    photo: Mapped[Photo] = relationship()


class Holding(Model):
    """A campaign has a picture in one of its blocks; while one has, the picture can't go."""

    __tablename__ = "newsletters_holdings"
    __table_args__ = (sa.Index(None, "picture_id"),)

    campaign_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_campaigns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    picture_id: Mapped[int] = mapped_column(
        sa.ForeignKey("newsletters_pictures.id"), primary_key=True, autoincrement=False
    )
