"""Finding members by how their handle or name begins."""

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db

_TOP = "\U0010ffff"
"""Sorts after every letter, by code points."""


def by_handle(start: str) -> sa.ColumnElement[bool]:
    """The handle begins so. A range, not LIKE, which uses no index here; the column is sorted by code points."""
    return sa.and_(Member.handle >= start, Member.handle < start + _TOP)


def by_name(start: str) -> sa.ColumnElement[bool]:
    """The display name begins so, in capitals or not (on SQLite: in those of ASCII). Both have an index for it."""
    # Not ILIKE, which would use no index; and both sides in small letters as the database knows them.
    name, begins = sa.func.lower(Member.display_name), sa.func.lower(start)
    if db.get_engine().dialect.name == "sqlite":
        return sa.and_(name >= begins, name < begins.concat(_TOP))
    # No range here: the order of the database is that of a language, and the index is one for patterns.
    return name.startswith(sa.func.lower(_escaped(start)), escape="/")


def _escaped(words: str) -> str:
    return words.replace("/", "//").replace("%", "/%").replace("_", "/_")
