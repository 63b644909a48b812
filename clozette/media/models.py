"""The one table of photos."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model


class HiddenPerson(Model):
    """A person whose photos nobody gets to see for now, whatever address they hold."""

    __tablename__ = "media_hidden"

    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), primary_key=True, autoincrement=False)
    since: Mapped[datetime]


class Photo(Model):
    """A photo, cleaned and kept.

    :ivar subject_id: whose it is; nobody's where it is the site's own.
    :ivar bytes: how much room all its files take.
    :ivar colours: ``#rrggbb``, the most common first.
    :ivar variants: the widths that are ready as WebP; ``avif``: as AVIF. None is missing for ever: a task makes them.
    :ivar folder: a random word that names the folder of its files; ``suffix`` ends the name of the original.
    :ivar public_token: what its public addresses carry; none while it is private.
    """

    __tablename__ = "media_photos"

    id: Mapped[Id]
    subject_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_subjects.id"), index=True)
    created_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    placeholder: Mapped[str] = mapped_column(sa.String(4000))
    colours: Mapped[list[str]]
    dhash: Mapped[int]
    variants: Mapped[list[int]] = mapped_column(sa.JSON)
    avif: Mapped[list[int]] = mapped_column(sa.JSON)
    folder: Mapped[str] = mapped_column(sa.String(32), unique=True)
    suffix: Mapped[str] = mapped_column(sa.String(4))
    public_token: Mapped[str | None] = mapped_column(sa.String(32), unique=True)
