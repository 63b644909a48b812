"""Days and minutes of stored moments (UTC), by which numbers are added up; on both databases the same text."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel.database import db

Moment = orm.InstrumentedAttribute[datetime] | orm.InstrumentedAttribute[datetime | None]


def day(column: Moment) -> sa.ColumnElement[str]:
    """Return the day of a moment, such as ``2026-11-23``."""
    return _cut(column, 10)


def minute(column: Moment) -> sa.ColumnElement[str]:
    """Return the minute of a moment, such as ``2026-11-23 01:57``."""
    return _cut(column, 16)


def _cut(column: Any, letters: int) -> sa.ColumnElement[str]:
    if db.session.get_bind().dialect.name == "sqlite":
        text: sa.ColumnElement[Any] = sa.type_coerce(column, sa.String)  # kept as text in this very form
    else:
        text = sa.func.to_char(sa.func.timezone("UTC", column), "YYYY-MM-DD HH24:MI")
    return sa.func.substr(text, 1, letters)
