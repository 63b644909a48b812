"""The workers' sign of life: a row each, whose count of beats grows while the worker lives."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Id, Model


class Worker(Model):
    """One worker. ``instance`` tells two processes apart that were given the same id by mistake: the younger stays."""

    __tablename__ = "kernel_workers"

    id: Mapped[Id]
    executor_id: Mapped[str] = mapped_column(sa.String(64), unique=True)
    instance: Mapped[str] = mapped_column(sa.String(32))
    beats: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime]
